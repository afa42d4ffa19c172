"""Taking an offer: what the shop asks of everybody who books is asked here too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import locking
from lstep_lite.engine.reservations.customer import details
from lstep_lite.engine.reservations.transitions import ending
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import recording
from lstep_lite.engine.surveys.parsing import Refused as Unanswered
from lstep_lite.models import BookingPage, Event, EventSlot, Reservation, ReservationState


def document(session: Session, reservation: Reservation) -> Data:
    """What is asked: who they are, the questions of the event or the booking page, and what they wish."""
    if reservation.slot_id is not None:
        slot = session.get_one(EventSlot, reservation.slot_id)
        return details.around(session.get_one(Event, slot.event_id).document)
    page = session.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None
    return details.around({}) if page is None else details.for_friend(session, page, reservation.friend)


def accept(session: Session, reservation: Reservation, *, consents: bool, now: datetime) -> Reservation:
    """With what the customer has typed so far. Raises surveys' Refused for what is missing, and Refused. Twice is once.

    What was typed must be kept in a unit before: whoever calls then rolls back.
    """
    friend = reservation.friend
    locking.lock(session, friend)
    session.refresh(reservation)
    if reservation.state is not ReservationState.HELD:
        return ending.accept(session, reservation, now=now)
    asked = document(session, reservation)
    typed = details.typed(session, asked, friend)
    read = details.read(session, asked, friend, now=now)
    if read.errors:
        raise Unanswered(read.errors)
    details.write_down(session, friend, read, now=now)
    session.flush()  # what they said of themselves is known to all that follows
    said: Sequence[Any] = [value for value in recording.values(read, typed) if value["code"] not in details.OWN]
    reservation.values = list(said)
    session.flush()  # locking the booking reads it anew
    return ending.accept(session, reservation, now=now, consents=consents, note=details.note_of(read))
