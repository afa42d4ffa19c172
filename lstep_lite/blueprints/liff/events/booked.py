"""What was booked: the thanks, and the code to show at the door."""

from typing import Any

import segno
from flask import g
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.events.asking import bp, looks
from lstep_lite.engine.reservations import effects, events
from lstep_lite.engine.reservations.customer import calendar_file, confirming, own
from lstep_lite.engine.reservations.events import participants, slots
from lstep_lite.engine.reservations.transitions import states
from lstep_lite.engine.surveys import words
from lstep_lite.errors import NotFound
from lstep_lite.models import Reservation, ReservationState
from lstep_lite.web import render, runtime

ADMITTED = (ReservationState.CONFIRMED, ReservationState.CHECKED_IN)


@bp.get("/bookings/<code>")
@public
@sessions.known_person
def booking_show(code: str) -> Response:
    """完了, and the ticket for the door."""
    friend = sessions.require_friend()
    booked = own.one(g.read, friend, code, now=g.now)
    if booked.reservation.slot_id is None:
        raise NotFound
    slot = slots.get(g.read, booked.reservation.slot_id)
    event = events.get(g.read, slot.event_id)
    thanks, place = words.filled(g.read, event.thanks_text, friend, now=g.now), slot.place or event.place
    told = {**looks(event), **told_of(booked.reservation), "google": _google(booked.reservation, place)}
    return render("liff/events/booking.html", **told, booked=booked, slot=slot, place=place, thanks=thanks)


def _google(reservation: Reservation, place: str) -> str:
    title = calendar_file.title(g.shop.name if g.shop else "")
    return calendar_file.google(reservation, title=title, place=place)


def told_of(reservation: Reservation) -> dict[str, Any]:
    return {
        "what": participants.what(reservation),
        "word": effects.word(g.read, reservation),
        "is_request": reservation.state is ReservationState.REQUESTED,
        "answer_within": confirming.answer_in_words(states.policy_of(g.read, reservation)),
        "qr": door_code(reservation) if reservation.state in ADMITTED else "",
    }


def door_code(reservation: Reservation) -> str:
    """A picture of the address at which staff mark who came."""
    desk = f"{runtime().settings.public_url}/reservations/participants/check-in/{reservation.code}"
    return segno.make(desk).svg_data_uri(scale=6, border=2)
