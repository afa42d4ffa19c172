"""Week and month on screen."""

from datetime import timedelta

import pytest

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import booking, ending, event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import ReservationSettings
from tests.engine.reservations.salon import FRIDAY, NOON, TODAY, a_salon, an_event, order, visit
from tests.factories import NOW, a_friend

BY = by_staff(None)


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


def test_a_week_shows_who_comes_and_what_is_free(page, session, salon):
    hanako = a_friend(session, display_name="山田花子")
    booked = booking.order(session, hanako, order(salon, provider_id=salon.sato), page=salon.page, now=NOW)
    slot = an_event(session, 4)
    event_booking.write_down(session, a_friend(session, display_name="参加者"), SlotOrder(slot.id, "k"), by=BY, now=NOW)
    session.commit()
    shown = page("/reservations/week?date=2026-03-06")
    friday = shown.select_one("section[aria-label='3月6日(金)']")
    assert friday.select_one(f"a[href='/reservations/{booked.id}']").get_text(" ", strip=True).startswith("10:00–11:00")
    assert "指名" in friday.text and "山田花子様" in friday.text and "2件" in friday.text
    assert "11:00–19:00" in friday.text and "（1/4）" in friday.text and "参加者" not in friday.text
    assert len(shown.select("section.week-day")) == 7 and "空き" not in shown.select("section")[0].text


def test_bookings_that_fell_through_show_on_a_switch(page, session, salon):
    booked = booking.write_down(session, a_friend(session, display_name="取消 太郎"), visit(salon), by=BY, now=NOW)
    ending.cancel_by_staff(session, booked, by=BY, now=NOW)
    session.commit()
    assert "取消 太郎" not in page("/reservations/week?date=2026-03-06").text
    assert "取消 太郎" in page("/reservations/week?date=2026-03-06&cancelled=y").select_one(".is-fallen").text
    month = page("/reservations/month?month=2026-03&cancelled=y")
    assert "キャンセル1" in month.select(".month-day")[FRIDAY.day - 1].text.replace("\n", "")


def test_a_month_says_how_full_its_days_are(page, session, salon):
    session.get_one(ReservationSettings, 1).policy = {"approval": "all"}
    booking.order(
        session, a_friend(session), order(salon, minute=NOON, provider_id=salon.sato), page=salon.page, now=NOW
    )
    session.commit()
    shown = page("/reservations/month")
    friday = shown.select(".month-day")[FRIDAY.day - 1]
    assert friday.select_one(".month-count").text == "1件" and "稼働 6%" in friday.text and "承認待ち1" in friday.text
    assert "is-today" in shown.select(".month-day")[TODAY.day - 1]["class"]
    only = page(f"/reservations/month?month=2026-03&provider={salon.suzuki}").select(".month-day")[FRIDAY.day - 1]
    assert only.select_one(".month-count").text == "0件"
    assert len(page("/reservations/month?month=2026-02").select(".month-day")) == 28


def test_odd_addresses_show_today(page, salon):
    for url in ("/reservations/week?date=x&provider=x", "/reservations/month?month=2026-99&calendar=-1"):
        assert page(url).select(".is-today")


def test_they_cost_the_same_for_many(page, session, salon, count_queries):
    booking.write_down(session, a_friend(session), visit(salon), by=BY, now=NOW)
    session.commit()
    few = _count(page, count_queries)
    for number in range(6):
        day = FRIDAY - timedelta(days=number % 2)
        booking.write_down(session, a_friend(session), visit(salon, day, NOON + 60 * number), by=BY, now=NOW)
    session.commit()
    assert _count(page, count_queries) == few


def _count(page, count_queries):
    with count_queries() as asked:
        page("/reservations/week?date=2026-03-06")
        page("/reservations/month?month=2026-03")
    return len(asked)


def test_before_the_shop_takes_bookings_they_lead_to_the_guided_path(client, owner):
    assert client.get("/reservations/week").location.endswith("/reservations/setup")


def test_strangers_are_asked_to_sign_in(anybody, salon):
    for url in ("/reservations/week", "/reservations/month"):
        assert "/sign-in" in anybody.get(url).location


def test_every_view_of_bookings_leads_to_the_others_and_the_phone_to_the_board(page, salon):
    views = ["日", "週", "月", "一覧", "印刷"]
    for url in ("/reservations/week?date=2026-03-06", "/reservations/board?date=2026-03-06", "/reservations"):
        shown = page(url)
        assert [tab.text.strip() for tab in shown.select(".tabs a")] == views, url
        assert shown.select_one(".bottom-bar a[href='/reservations/board']")["aria-current"] == "page"
    tabs = {tab.text.strip(): tab["href"] for tab in page("/reservations/week?date=2026-03-06").select(".tabs a")}
    assert (tabs["日"], tabs["月"]) == ("/reservations/board?date=2026-03-06", "/reservations/month?month=2026-03")
