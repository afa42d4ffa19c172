"""予約の試し on screen."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import by_staff, effects
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import Countdown, Delivery, Friend, Reservation, ReservationSettings, TimelineEntry
from tests.engine.reservations.salon import NOON, a_salon, visit
from tests.factories import NOW, a_friend

URL = "/reservations/trials"


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    effects.make_ready(session, now=NOW)
    session.commit()
    return made


def asked(salon, **over):
    return {"courses": salon.cut, "calendar": salon.page_id, "date": "2026-03-19", "time": "10:00"} | over


def test_it_tells_what_would_come_when_and_keeps_nothing(page, client, session, salon):
    page(f"{URL}/new")
    text = client.post(URL, data=asked(salon)).text
    assert "3月19日(木) 10:00 のご予約" in text and "すぐに確定します。" in text
    assert "ご予約が確定しました" in text
    assert "<strong>3月18日(水) 18:00</strong>" in text and "<strong>3月19日(木) 08:00</strong>" in text
    assert "<strong>3月19日(木) 20:00</strong>" in text and "<strong>5月3日(日) 11:00</strong>" in text
    for model in (Reservation, Delivery, Countdown, TimelineEntry, Friend):
        assert not session.scalar(sa.select(sa.func.count()).select_from(model)), model


def test_what_needs_approval_says_so(client, session, salon):
    session.get_one(ReservationSettings, 1).policy = {"approval": "all"}
    session.commit()
    text = client.post(URL, data=asked(salon)).text
    assert "承認が必要な申し込みになります。" in text and "お申し込みを受け付けました" in text


def test_a_customer_without_line_is_to_be_phoned(client, session, salon):
    caller = a_friend(session, line_user_id=None, is_following=False)
    session.commit()
    assert "お電話でお伝えください" in client.post(URL, data=asked(salon, friend=caller.id)).text


def test_what_can_not_be_booked_says_why_and_keeps_what_was_typed(client, session, salon):
    for provider_id in (salon.sato, salon.suzuki):
        taken = visit(salon, minute=NOON, provider_id=provider_id)
        booking.write_down(session, a_friend(session), taken, by=by_staff(None), now=NOW)
    session.commit()
    answer = client.post(URL, data=asked(salon, date="2026-03-06", time="12:00"))
    assert answer.status_code == 409 and "たった今ほかのご予約が入りました" in answer.text
    answer = client.post(URL, data=asked(salon, courses="", time=""))
    assert answer.status_code == 422 and "メニューを1つ以上" in answer.text and "時刻を入力" in answer.text


def test_others_may_not(outsider, salon):
    assert outsider.get(f"{URL}/new").status_code == 403 and outsider.post(URL).status_code == 403
