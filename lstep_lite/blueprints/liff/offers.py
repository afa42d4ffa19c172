"""A place that was kept for somebody who waits: taking it, or leaving it to others."""

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import pages, sessions
from lstep_lite.engine.reservations import Refused, confirming, ending, events, own, states
from lstep_lite.engine.reservations.events import ordering
from lstep_lite.engine.surveys import drawing
from lstep_lite.models import Reservation, ReservationState
from lstep_lite.web import render

bp = pages.blueprint("liff_offers", __name__, "/liff/offers")


@bp.get("/<code>")
@public
@sessions.known_person
def show(code: str) -> Response:
    """空きが出ました"""
    return page(code, None)


def page(code: str, problem: Refused | None) -> Response:
    booked = own.one(g.read, sessions.require_friend(), code, now=g.now)
    if booked.reservation.state in (ReservationState.CONFIRMED, ReservationState.REQUESTED):
        return redirect(url_for("liff_own_bookings.show", code=code), 303)
    status = 200 if problem is None else (422 if problem.field else problem.status)
    return render("liff/offers/show.html", status=status, **about(booked), problem=problem)


def about(booked: own.Booked) -> dict[str, Any]:
    reservation = booked.reservation
    policy = states.policy_of(g.read, reservation)
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
        "dial": "",
    }


@bp.post("/<code>/acceptance")
@public
@sessions.known_person
def acceptance_create(code: str) -> Response:
    """予約する"""
    sessions.count_submit()
    try:
        made = ending.accept(g.session, own_offer(code), now=g.now, consents="consent" in request.form)
    except Refused as refusal:
        g.finish(commit=False)
        return page(code, refusal)
    if made.slot_id is not None:
        return redirect(url_for("liff_events.booking_show", booking_code=code), 303)
    return redirect(url_for("liff_own_bookings.done_show", code=code), 303)


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
