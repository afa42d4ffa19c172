"""Choosing as customers do: which page, which courses, who, and when; and waiting where nothing is free."""

from datetime import timedelta

import sqlalchemy as sa
from bs4 import BeautifulSoup

from lstep_lite.models import (
    BookingPage,
    Course,
    Provider,
    Reservation,
    ReservationSettings,
    ReservationState,
    SpecialHours,
)
from tests.engine.reservations.salon import FRIDAY
from tests.factories import NOW
from tests.web.conftest import inspect_page
from tests.web.test_liff_bookings import (
    ann,
    booked,
    bookings,
    code_of,
    confirm_page,
    form_of,
    known,
    phone,
    salon,
    send,
    signed_in,
)

__all__ = ["ann", "phone", "salon"]


def test_late_times_say_which_night_and_full_weeks_where_to_look(phone, session, ann, salon):
    shop = session.get(ReservationSettings, 1)
    shop.hours = {**shop.hours, "4": [[1380, 1560]]}
    session.execute(sa.text("UPDATE provider_patterns SET ranges = '[[1380, 1560]]' WHERE weekday = '4'"))
    session.commit()
    week = inspect_page(phone.get("/liff/bookings/page/starts?course=カット&staff=any"))
    assert "24:30翌0:30" in week.select_one(".week").text.replace("\n", "")
    session.execute(sa.text("DELETE FROM provider_patterns WHERE weekday <> '4'"))
    shop.hours = {"4": [[1380, 1560]]}
    session.commit()
    later = inspect_page(phone.get("/liff/bookings/page/starts?course=カット&staff=any&week=2026-03-07"))
    assert "3月13日(金) 23:00" in later.text
    month = inspect_page(phone.get("/liff/bookings/page/days?course=カット&staff=any&month=2026-03-01"))
    assert len(month.select("a.mark")) == 3, "the shop rests on the holiday, the 20th"


def test_what_the_shop_says_of_a_special_day_stands_with_its_times(phone, session, ann, salon):
    session.add(SpecialHours(day=FRIDAY, ranges=[[600, 720]], note="研修のため、午前のみです"))
    session.commit()
    for path in ("starts?course=カット&staff=any", "days?course=カット&staff=any&month=2026-03-01"):
        assert "3月6日(金)：研修のため、午前のみです" in inspect_page(phone.get(f"/liff/bookings/page/{path}")).text
    later = inspect_page(phone.get("/liff/bookings/page/starts?course=カット&staff=any&week=2026-03-10"))
    assert "研修" not in later.text


def test_who_can_not_be_asked_for_any_more_is_not_offered(phone, session, ann, salon, clock):
    known(session, ann)
    made = booked(session, salon, ann, provider_id=salon.sato)
    clock.time = NOW + timedelta(days=20)
    session.get(Reservation, made.id).state = ReservationState.COMPLETED
    sato = session.get(Provider, salon.sato)
    sato.is_nominatable = False
    session.commit()
    browser = signed_in(phone.application, ann, clock.time)
    card = inspect_page(browser.get("/liff/bookings/page")).select_one(".again")
    assert "佐藤" not in card.text and "staff=any" in card.select_one("a.button")["href"]
    answer = browser.get(f"/liff/bookings/page/starts?course=カット&staff={sato.code}")
    assert code_of(answer) == "SKILL_MISMATCH" and "担当者を選び直す" in answer.text


def test_without_a_page_named_one_chooses_or_is_led_to_the_only_one(phone, session, salon):
    assert phone.get("/liff/bookings").location == "/liff/bookings/page"
    session.get(BookingPage, salon.page_id).is_open = False
    session.commit()
    assert "受け付けていません" in inspect_page(phone.get("/liff/bookings")).text


def test_a_closed_page_says_so(phone, session, salon):
    session.get(BookingPage, salon.page_id).is_open = False
    session.commit()
    answer = phone.get("/liff/bookings/page")
    assert (answer.status_code, code_of(answer)) == (409, "CLOSED")


def test_who_finds_nothing_waits_for_days_that_suit_and_can_leave_again(phone, session, ann, salon):
    week = inspect_page(phone.get("/liff/bookings/page/starts?course=カット&staff=any"))
    page = inspect_page(phone.get(week.select_one("a[href*=waits]")["href"]))
    assert page.select_one("#first")["value"] == "2026-03-05" and page.select_one("#last")["value"] == "2026-03-18"
    action, found = form_of(page)
    wrong = phone.post(action, data=found | {"weekday": ["5", "6"], "last": "2026-03-01"})
    assert wrong.status_code == 422 and code_of(wrong) == "BAD_TIME"
    assert BeautifulSoup(wrong.text, "html.parser").select_one("#last")["value"] == "2026-03-01"
    joined = phone.post(action, data=found | {"weekday": ["5", "6"], "span": "morning"}, follow_redirects=True)
    shown = inspect_page(joined)
    assert "空きが出たらLINEでお知らせします" in shown.text
    assert "3月5日(木)〜3月18日(水)、土日、午前（12:00より前）" in shown.text
    action, found = form_of(shown)
    left = inspect_page(phone.post(action, data=found, follow_redirects=True))
    assert "キャンセル待ちを取り消しました" in left.text and "午前" not in left.text


def test_of_a_group_from_which_one_is_taken_one_is_taken(phone, session, salon):
    session.execute(sa.text("UPDATE option_groups SET least = 1, most = 1"))
    session.commit()
    page = inspect_page(phone.get("/liff/bookings/page/options?course=カット"))
    radio = page.select_one("[type=radio]")
    none = phone.get("/liff/bookings/page/options?go=1&course=カット")
    assert (none.status_code, code_of(none)) == (422, "CLOSED") and "1つ以上選んでください" in none.text
    on = phone.get(f"/liff/bookings/page/options?go=1&course=カット&{radio['name']}={radio['value']}")
    assert on.location.endswith("/providers?course=%E3%82%AB%E3%83%83%E3%83%88&option=treatment")


def test_courses_for_others_and_hidden_prices_are_not_shown(phone, session, ann, salon):
    nobody = {"all": [{"id": "c1", "kind": "name", "data": {"how": "contains", "text": "だれか"}}], "any": []}
    session.get(Course, salon.color).audience = nobody
    session.get(Course, salon.cut).shows_price = False
    known(session, ann)
    menu = inspect_page(phone.get("/liff/bookings/page"))
    assert [each["value"] for each in menu.select("[name=course]")] == ["カット"] and "5,500円" not in menu.text
    assert "5,500円" not in inspect_page(confirm_page(phone)).text
    made = booked(session, salon, ann)
    assert "5,500円" not in inspect_page(phone.get(f"/liff/bookings/own/{made.code}")).text


def test_a_week_costs_one_scene(phone, count_queries, ann):
    with count_queries() as counted:
        phone.get("/liff/bookings/page/starts?course=カット&staff=any")
    assert len(counted) <= 30


def test_how_many_come_is_asked_where_a_course_takes_more(phone, session, ann, salon):
    known(session, ann)
    session.get_one(Course, salon.cut).most_party = 2
    session.commit()
    asked = inspect_page(phone.get("/liff/bookings/page?course=カット", follow_redirects=True))
    assert [each["value"] for each in asked.select("[name=party] option")] == ["1", "2"]
    onward = phone.get("/liff/bookings/page/options?go=1&course=カット&party=2&staff=any")
    assert "party=2" in onward.location
    last = f"/liff/bookings/page/orders/new?course=カット&party=2&staff=any&day={FRIDAY}&minute=600"
    shown = inspect_page(phone.get(last))
    assert "2名" in shown.text and "11,000円" in shown.text
    hold = shown.select_one("[data-hold]")
    _, found = form_of(shown)
    kept = phone.post(hold["data-hold"], data=found)
    assert kept.status_code == 200 and kept.text == "600"
    assert send(phone, shown).status_code == 303
    assert bookings(session)[0].party == 2
