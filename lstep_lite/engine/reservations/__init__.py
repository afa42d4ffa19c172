"""Reservations (予約): when something can be booked, booking it once, and everything that becomes of a booking.

From below: days, masks, policies and plans are pure values; facts and scenes tell what a range of days looks like,
feasibility, reasons and marks what can begin when; occupying keeps the places nobody can have twice; booking,
event_booking, changing, ending and visiting are the transitions, each under the booking lock (book); recording writes
down every one and calls who follows.

Above them, each knowing only those named before it: numbers; customer, what people see in LINE; effects, what bookings
set off, and waiting; keeping, the set-up; events, calendars, ticket_books and karte; desk and clientele, what staff do.
"""

from lstep_lite.engine.reservations.transitions import expiring, holding
from lstep_lite.engine.reservations.transitions.recording import (
    AUTOMATION,
    CUSTOMER,
    By,
    Happened,
    Transition,
    by_staff,
    follows,
)
from lstep_lite.engine.reservations.transitions.refusals import Code, Refused, Start
from lstep_lite.engine.reservations.transitions.states import WORDS, by_code, get

__all__ = [
    "AUTOMATION",
    "CUSTOMER",
    "WORDS",
    "By",
    "Code",
    "Happened",
    "Refused",
    "Start",
    "Transition",
    "by_code",
    "by_staff",
    "expiring",
    "follows",
    "get",
    "holding",
]
