"""A place that was kept for somebody who waits: taking it, or leaving it to others."""

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import beginning, pages, sessions
from lstep_lite.engine import media
from lstep_lite.engine.reservations import Refused, events
from lstep_lite.engine.reservations.customer import confirming, details, own
from lstep_lite.engine.reservations.events import asking, ordering
from lstep_lite.engine.reservations.transitions import book, ending, states
from lstep_lite.engine.reservations.waiting import accepting
from lstep_lite.engine.surveys import drawing, parsing
from lstep_lite.engine.surveys.parsing import Read
from lstep_lite.engine.text import phone_key
from lstep_lite.models import Reservation, ReservationState
from lstep_lite.web import render

bp = pages.blueprint("liff_offers", __name__, "/liff/offers")
bp.before_request(beginning.check)

BOOKED = (ReservationState.CONFIRMED, ReservationState.REQUESTED)


@bp.get("/<code>")
@public
@sessions.known_person
def show(code: str) -> Response:
    """空きが出ました"""
    return page(code)


def page(code: str, problem: Refused | None = None, read: Read | None = None) -> Response:
    booked = own.one(g.read, sessions.require_friend(), code, now=g.now)
    if booked.reservation.state in BOOKED:
        return redirect(url_for("liff_own_bookings.show", code=code), 303)
    status = 422 if read is not None or (problem and problem.field) else problem.status if problem else 200
    return render(
        "liff/offers/show.html",
        status=status,
        **about(booked),
        **form(booked.reservation, read),
        problem=problem,
        agreed="consent" in request.form,
    )


def about(booked: own.Booked) -> dict[str, Any]:
    reservation = booked.reservation
    policy, phone = states.policy_of(g.read, reservation), book.settings(g.read).phone
    is_over = reservation.expires_at is None or reservation.expires_at <= g.now
    is_event = reservation.slot_id is not None
    return {
        "accent": events.COLOR,
        "ink": drawing.ink_on(events.COLOR),
        "booked": booked,
        "place": "",
        "is_open": reservation.state is ReservationState.HELD and not is_over,
        "policy": policy,
        "rules": ordering.rules_in_words(policy) if is_event else confirming.rules_in_words(policy),
        "others": [],
        "phone": phone,
        "dial": phone_key(phone),
    }


def form(reservation: Reservation, read: Read | None) -> dict[str, Any]:
    """What is asked, filled in with what the shop knows and what was typed."""
    document = accepting.document(g.read, reservation)
    typed = details.typed(g.read, document, reservation.friend)
    return {
        "shown": drawing.page(document, typed, details.PAGE, read.errors if read else {}),
        "is_settled": details.is_settled(g.read, document, reservation.friend, now=g.now),
        "pictures": media.public(g.read, asking.media_ids(document), ""),
        "full": (),
        "left": {},
        "files": {},
        "today": g.now.astimezone(g.zone).date(),
    }


@bp.post("/<code>/acceptance")
@public
@sessions.known_person
def acceptance_create(code: str) -> Response:
    """予約する: what was typed is kept before anything is said about it."""
    sessions.count_submit()
    keep(own_offer(code))
    g.finish(commit=True)
    try:
        made = accepting.accept(g.session, own_offer(code), consents="consent" in request.form, now=g.now)
    except parsing.Refused:
        g.finish(commit=False)
        return page(code, read=read_again(code))
    except Refused as refusal:
        g.finish(commit=False)
        return page(code, refusal)
    done = "liff_own_bookings.done_show" if made.slot_id is None else "liff_events.booking_show"
    return redirect(url_for(done, code=code), 303)


def keep(offer: Reservation) -> None:
    posted = {name: list(values) for name, values in request.form.lists()}
    if offer.state is ReservationState.HELD:
        details.keep(g.session, accepting.document(g.session, offer), offer.friend, posted, now=g.now)


def read_again(code: str) -> Read:
    offer = states.by_code(g.read, code, friend=sessions.require_friend())
    return details.read(g.read, accepting.document(g.read, offer), offer.friend, now=g.now)


@bp.post("/<code>/refusal")
@public
@sessions.known_person
def refusal_create(code: str) -> Response:
    """見送る"""
    offer = own_offer(code)
    if offer.state is ReservationState.HELD:
        ending.cancel(g.session, offer, version=None, now=g.now)
    return redirect(url_for(".show", code=code), 303)


def own_offer(code: str) -> Reservation:
    return states.by_code(g.session, code, friend=sessions.require_friend())
