"""What was booked: the thanks, and the code to show at the door."""

import segno
from flask import g
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.events.asking import bp, looks
from lstep_lite.engine.reservations import effects, events
from lstep_lite.engine.reservations.customer import confirming, own
from lstep_lite.engine.reservations.events import participants, slots
from lstep_lite.engine.reservations.transitions import states
from lstep_lite.engine.surveys import words
from lstep_lite.errors import NotFound
from lstep_lite.models import ReservationState
from lstep_lite.web import render, runtime

ADMITTED = (ReservationState.CONFIRMED, ReservationState.CHECKED_IN)


@bp.get("/bookings/<code>")
@public
@sessions.known_person
def booking_show(code: str) -> Response:
    """完了, and the ticket for the door."""
    friend = sessions.require_friend()
    booked = own.one(g.read, friend, code, now=g.now)
    reservation = booked.reservation
    if reservation.slot_id is None:
        raise NotFound
    slot = slots.get(g.read, reservation.slot_id)
    event = events.get(g.read, slot.event_id)
    desk = f"{runtime().settings.public_url}/reservations/participants/check-in/{reservation.code}"
    return render(
        "liff/events/booking.html",
        **looks(event),
        booked=booked,
        slot=slot,
        what=participants.what(reservation),
        place=slot.place or event.place,
        word=effects.word(g.read, reservation),
        is_request=reservation.state is ReservationState.REQUESTED,
        answer_within=confirming.answer_in_words(states.policy_of(g.read, reservation)),
        thanks=words.filled(g.read, event.thanks_text, friend, now=g.now),
        qr=segno.make(desk).svg_data_uri(scale=6, border=2) if reservation.state in ADMITTED else "",
    )
