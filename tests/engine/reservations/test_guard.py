"""What the databases themselves refuse, whatever the program does."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lstep_lite.models import Occupancy, Reservation
from tests.engine.reservations.salon import Salon, a_salon
from tests.engine.reservations.test_booking import book
from tests.factories import a_friend

TICK = 1
"""Far from any booking."""


@pytest.fixture
def salon(session: Session) -> Salon:
    """With two seats."""
    return a_salon(session)


@pytest.fixture
def made(session: Session, salon: Salon) -> Reservation:
    return book(session, a_friend(session), salon)


def take(session: Session, salon: Salon, made: Reservation, number: int, **over: Any) -> None:
    values = {"pool_id": salon.seats, "tick": TICK, "ord": number, "reservation_id": made.id, "is_forced": False}
    with session.begin_nested():
        session.execute(sa.insert(Occupancy).values(values | over))


def test_a_place_beyond_the_capacity_is_refused_unless_it_is_forced(session, salon, made) -> None:
    for number in (0, 1):
        take(session, salon, made, number)
    with pytest.raises(IntegrityError, match="over capacity"):
        take(session, salon, made, 2)
    take(session, salon, made, 2, is_forced=True)
    proper = sa.update(Occupancy).where(Occupancy.tick == TICK, Occupancy.ord == 2).values(is_forced=False)
    with pytest.raises(IntegrityError, match="over capacity"), session.begin_nested():
        session.execute(proper)


def test_nobody_has_a_place_that_somebody_has(session, salon, made) -> None:
    take(session, salon, made, 0)
    with pytest.raises(IntegrityError):
        take(session, salon, made, 0)


def test_a_place_is_of_a_booking_or_of_who_is_typing(session, salon, made) -> None:
    with pytest.raises(IntegrityError):
        take(session, salon, made, 0, reservation_id=None)
