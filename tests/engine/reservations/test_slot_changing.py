"""Another slot of the same event: as many places, at what was agreed, and the old place until then."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import Code, Refused, by_staff
from lstep_lite.engine.reservations.transitions import event_booking, slot_changing
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import Event, FriendLimit, Pool, PoolKind, Reservation, ReservationEntry, Vacancy
from tests.engine.reservations.salon import FRIDAY, a_salon, a_slot, a_ticket, an_event, kept
from tests.factories import NOW, a_friend

SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture
def event(session):
    a_salon(session)
    return session.get_one(Event, an_event(session, 3).event_id)


@pytest.fixture
def first(event):
    return event.slots[0]


@pytest.fixture
def second(session, event):
    made = a_slot(session, event, kept(session, Pool(kind=PoolKind.EVENT_SLOT, name="回", capacity=2)), SATURDAY)
    session.refresh(event)
    return made


def booked(session, slot, party=1, **over):
    return event_booking.order(session, a_friend(session), SlotOrder(slot.id, "one", party, **over), now=NOW)


def moved(session, reservation, slot, **over):
    return slot_changing.change(session, reservation, slot.id, version=reservation.version, now=NOW, **over)


def left(session, *slots):
    return [event_booking.left(session, slot) for slot in slots]


def test_the_places_move_and_whoever_waits_for_the_old_ones_is_asked(session, first, second):
    made = booked(session, first, 2)
    moved(session, made, second, key="k")
    assert moved(session, made, second, key="k").version == 2, "sent twice, moved once"
    assert left(session, first, second) == [3, 0]
    assert (made.business_date, made.starts_at, made.party) == (SATURDAY, second.starts_at, 2)
    assert session.scalars(sa.select(Vacancy.slot_id)).all() == [first.id]
    entry = session.scalars(sa.select(ReservationEntry).order_by(ReservationEntry.id.desc())).first()
    assert entry.what == "changed" and entry.before["slot_id"] == first.id


def test_a_full_slot_leaves_the_old_place(session, first, second):
    made = booked(session, first, 3)
    session.commit()
    with pytest.raises(Refused) as refused:
        moved(session, made, second)
    session.rollback()
    assert refused.value.code is Code.SLOT_TAKEN and left(session, first, second) == [0, 2]


def test_tickets_go_by_their_names_and_cost_what_was_agreed(session, first, second):
    adult, same = a_ticket(session, first, name="大人", price=3000), a_ticket(session, second, name="大人", price=3000)
    made = booked(session, first, tickets={adult.id: 2})
    moved(session, made, second)
    session.refresh(adult), session.refresh(same)
    assert (adult.taken, same.taken, made.lines[0].ticket_id, made.price) == (0, 2, same.id, 6000)


def test_a_slot_that_sells_something_else_is_refused(session, first, second):
    adult = a_ticket(session, first, name="大人", price=3000)
    a_ticket(session, second, name="大人", price=4000)
    made = booked(session, first, tickets={adult.id: 1})
    with pytest.raises(Refused, match="同じ料金でご用意できません"):
        moved(session, made, second)


def test_once_an_event_means_being_moved_is_allowed(session, event, first, second):
    event.limit = FriendLimit.EVENT_ONCE
    made = booked(session, first)
    assert moved(session, made, second).slot_id == second.id


@pytest.mark.parametrize("changing", ["no", "ask"])
def test_where_the_shop_decides_they_are_asked_to_call(session, event, first, second, changing):
    made = booked(session, first)
    event.policy = {"changing": changing}
    with pytest.raises(Refused, match="お電話ください"):
        moved(session, made, second)


def test_after_the_deadline_they_are_asked_to_call(session, first, second):
    made = booked(session, first)
    with pytest.raises(Refused) as refused:
        slot_changing.change(session, made, second.id, version=1, now=first.starts_at - timedelta(hours=1))
    assert refused.value.code is Code.DEADLINE_PASSED


def test_another_event_is_no_other_slot(session, first):
    other = an_event(session, 3, code="other")
    made = booked(session, first)
    with pytest.raises(Refused) as refused:
        moved(session, made, other)
    assert refused.value.code is Code.BAD_TIME and session.get(Reservation, made.id).slot_id == first.id


def test_staff_move_somebody_after_the_deadline_and_beyond_the_capacity_on_purpose(session, event, first, second):
    event.limit = FriendLimit.EVENT_ONCE
    made, late = booked(session, first, 3), first.starts_at - timedelta(minutes=5)
    session.commit()
    with pytest.raises(Refused) as refused:
        slot_changing.move(session, made, second.id, by=by_staff(None), now=late, version=1)
    session.rollback()
    assert refused.value.code is Code.SLOT_TAKEN and left(session, first, second) == [0, 2]
    slot_changing.move(session, made, second.id, by=by_staff(None), now=late, version=1, force=True)
    assert (made.slot_id, made.is_forced, made.version) == (second.id, True, 2)
    assert left(session, first, second) == [3, 0]
    with pytest.raises(Refused) as stale:
        slot_changing.move(session, made, first.id, by=by_staff(None), now=late, version=1)
    assert stale.value.code is Code.VERSION_CONFLICT
