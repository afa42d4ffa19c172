"""What a booking costs while everybody else waits for the lock, and what becomes of those who follow it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import registry, tags
from lstep_lite.engine.reservations import Refused, effects
from lstep_lite.engine.reservations.transitions import booking, event_booking, recording
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.reservations.transitions.recording import Happened
from lstep_lite.models import ChangedBy, Countdown, Friend, FriendTag, ReservationState
from tests.counting import statements_of
from tests.engine.reservations.salon import a_salon, an_event, order
from tests.factories import NOW, a_friend, a_tag

assert registry


@pytest.fixture
def hanako(session: Session) -> Friend:
    return a_friend(session, line_user_id="U1", is_following=True)


def test_a_booking_with_both_reminders_takes_few_statements(session: Session, hanako: Friend) -> None:
    salon = a_salon(session)
    effects.make_ready(session, now=NOW)
    session.commit()
    statements = statements_of(session)
    booking.order(session, hanako, order(salon, provider_id=salon.sato), page=salon.page, now=NOW)
    session.commit()
    assert session.scalar(sa.select(sa.func.count()).select_from(Countdown)) == 2
    assert len(statements) <= 76


def test_a_place_at_an_event_takes_fewer_and_a_refusal_a_handful(session: Session, hanako: Friend) -> None:
    a_salon(session)
    slot_id = an_event(session, 1).id
    effects.make_ready(session, now=NOW)
    late = a_friend(session)
    session.commit()
    statements = statements_of(session)
    event_booking.order(session, hanako, SlotOrder(slot_id, "once"), now=NOW)
    session.commit()
    assert len(statements) <= 62
    statements.clear()
    with pytest.raises(Refused):
        event_booking.order(session, late, SlotOrder(slot_id, "once"), now=NOW)
    assert len(statements) <= 16


def test_what_followed_before_another_failed_is_there_once(
    session: Session, hanako: Friend, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon, tag = a_salon(session), a_tag(session)

    def attach(session: Session, happened: Happened) -> None:
        tags.attach(session, tag, happened.reservation.friend, changed_by=ChangedBy.AUTOMATION, now=happened.now)

    def fail(session: Session, happened: Happened) -> None:
        raise ValueError

    monkeypatch.setattr(recording, "_followers", [attach, fail])
    made = booking.order(session, hanako, order(salon), page=salon.page, now=NOW)
    assert made.state is ReservationState.CONFIRMED
    assert session.scalars(sa.select(FriendTag.friend_id)).all() == [hanako.id]
