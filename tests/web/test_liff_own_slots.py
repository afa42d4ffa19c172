"""A customer moves a booking of an event to another slot."""

from datetime import timedelta

import pytest

from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import Event, Pool, PoolKind
from tests.engine.reservations.salon import FRIDAY, a_slot, an_event, kept
from tests.factories import NOW, a_friend
from tests.web.conftest import inspect_page
from tests.web.test_liff_bookings import ann, phone, salon, send, signed_in

__all__ = ["ann", "phone", "salon"]
OWN = "/liff/bookings/own"


@pytest.fixture
def slots(session, salon):
    first = an_event(session, 3)
    event = session.get_one(Event, first.event_id)
    pool = kept(session, Pool(kind=PoolKind.EVENT_SLOT, name="回", capacity=1))
    return first, a_slot(session, event, pool, FRIDAY + timedelta(days=1))


@pytest.fixture
def made(session, slots, ann):
    reservation = event_booking.order(session, ann, SlotOrder(slots[0].id, "one"), now=NOW)
    session.commit()
    return reservation


def test_from_the_booking_to_another_slot(phone, session, slots, made):
    shown = inspect_page(phone.get(f"{OWN}/{made.code}"))
    listed = inspect_page(phone.get(shown.find("a", string="別の回に変更する")["href"]))
    confirm = inspect_page(phone.get(listed.select_one("ul.slots a.button")["href"]))
    assert "3月6日(金) 14:00" in confirm.text and "3月7日(土) 14:00" in confirm.text
    first, second = send(phone, confirm), send(phone, confirm)
    assert first.status_code == second.status_code == 303
    assert "日時を変更しました" in inspect_page(phone.get(first.location)).text
    session.refresh(made)
    assert (made.slot_id, made.version) == (slots[1].id, 2)


def test_sold_out_meanwhile_is_said_and_nothing_changes(phone, session, slots, made):
    confirm = inspect_page(phone.get(f"{OWN}/{made.code}/slots/{slots[1].code}"))
    event_booking.order(session, a_friend(session), SlotOrder(slots[1].id, "quicker"), now=NOW)
    session.commit()
    refused = send(phone, confirm)
    assert refused.status_code == 409 and 'data-code="SLOT_TAKEN"' in refused.text
    session.refresh(made)
    assert made.slot_id == slots[0].id


def test_nobody_moves_the_booking_of_another(app, session, slots, made):
    stranger = signed_in(app, a_friend(session, line_user_id="U" + "b" * 32))
    session.commit()
    for path in ("slots", f"slots/{slots[1].code}"):
        assert stranger.get(f"{OWN}/{made.code}/{path}").status_code == 404
