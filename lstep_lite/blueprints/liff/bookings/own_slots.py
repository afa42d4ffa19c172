"""Another slot of the same event for a booking of theirs."""

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import confirmations, sessions
from lstep_lite.blueprints.liff.bookings.asking import own_bp
from lstep_lite.blueprints.liff.bookings.own import about, found, is_old
from lstep_lite.blueprints.liff.bookings.own_changes import version
from lstep_lite.engine.reservations import Refused, events
from lstep_lite.engine.reservations.customer.own import Booked
from lstep_lite.engine.reservations.events import listing, participants, slots
from lstep_lite.engine.reservations.transitions import event_booking, slot_changing, states
from lstep_lite.errors import NotFound
from lstep_lite.models import EventSlot
from lstep_lite.web import number, render


@own_bp.get("/<code>/slots")
@public
@sessions.known_person
def slot_index(code: str) -> Response:
    """別の回に変更する: the slots of the event that are open, beside the one they have."""
    booked = found(code)
    current, shown = slot_of(booked), about(booked)
    if is_old(booked.reservation) or shown["choices"].change is not None:
        return redirect(url_for(".show", code=code, v=request.args.get("v")), 303)
    event = events.get(g.read, current.event_id)
    at = request.args.get("page", 1, type=number)
    listed = listing.offered(g.read, event, sessions.require_friend(), number=at, now=g.now)
    what = participants.what(booked.reservation)
    return render("liff/bookings/own/slots.html", **shown, listed=listed, current=current, what=what)


@own_bp.get("/<code>/slots/<slot_code>")
@public
@sessions.known_person
def slot_show(code: str, slot_code: str) -> Response:
    """「変更前 → 変更後」"""
    booked = found(code)
    if is_old(booked.reservation):
        return redirect(url_for(".show", code=code, v=request.args.get("v")), 303)
    slot = chosen(booked, slot_code)
    try:
        _, event = event_booking.get_open(g.read, slot.id, now=g.now)
        slot_changing.check(g.read, booked.reservation, slot, event)
    except Refused as refusal:
        return changed_to(code, slot_code, refusal)
    return changed_to(code, slot_code, None)


@own_bp.post("/<code>/slots/<slot_code>")
@public
@sessions.known_person
def slot_update(code: str, slot_code: str) -> Response:
    sessions.count_submit()
    slot = chosen(found(code), slot_code)
    reservation = states.by_code(g.session, code, friend=sessions.require_friend())
    try:
        slot_changing.change(g.session, reservation, slot.id, version=version(), now=g.now, key=confirmations.key())
    except Refused as refusal:
        g.finish(commit=False)
        return changed_to(code, slot_code, refusal)
    return redirect(url_for(".show", code=code, done="change", v=reservation.version), 303)


def changed_to(code: str, slot_code: str, problem: Refused | None) -> Response:
    booked = found(code)
    slot = chosen(booked, slot_code)
    return render(
        "liff/bookings/own/slot.html",
        status=problem.status if problem else 200,
        **about(booked),
        problem=problem,
        others=[],
        after=listing.when(g.read, slot),
        what=participants.what(booked.reservation),
        key=confirmations.new_key(),
        action=url_for(".slot_update", code=code, slot_code=slot_code),
        instead=url_for(".slot_show", code=code, slot_code=slot_code, v=booked.reservation.version),
    )


def slot_of(booked: Booked) -> EventSlot:
    """Raises NotFound for what is no event's."""
    if booked.reservation.slot_id is None:
        raise NotFound
    return slots.get(g.read, booked.reservation.slot_id)


def chosen(booked: Booked, slot_code: str) -> EventSlot:
    """A slot of the same event."""
    return slots.by_code(g.read, events.get(g.read, slot_of(booked).event_id), slot_code)
