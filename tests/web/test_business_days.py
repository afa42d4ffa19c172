"""The page of the days the shop works."""

from datetime import date

import pytest
from sqlalchemy import select

from lstep_lite.models import DayKind, Shop, SpecialDay
from tests.web.conftest import regions

WEEK = {"closed_weekdays": ["1", "2"], "works_on_holidays": "y"}
DAY = {"day": "2027-01-02", "kind": "closed", "name": "年始のお休み"}


def days(session):
    return session.scalars(select(SpecialDay).order_by(SpecialDay.day)).all()


def test_the_page_shows_this_years_holidays_and_what_today_is(page, owner):
    seen = page("/business-days")
    assert "お休みは祝日です。今日は営業日です。次の営業日は3月6日(金)です。" in seen.select_one(".sentence").get_text()
    assert [row.select_one("td span").get_text() for row in seen.select("tbody tr")][:2] == [
        "1月1日(木)",
        "1月12日(月)",
    ]
    assert "2027年1月1日(金)" in page("/business-days?year=2027").get_text()


@pytest.mark.parametrize("year", [1999, 2100])
def test_there_is_no_page_for_years_out_of_reach(client, owner, year):
    assert client.get(f"/business-days?year={year}").status_code == 404


def test_the_weekly_rest_is_kept_and_the_list_follows(htmx, session, owner):
    answer = htmx("/business-days/week", WEEK)
    assert regions(answer)[:2] == ["week-form", "day-list"]
    shop = session.get(Shop, 1)
    session.refresh(shop)
    assert (shop.closed_weekdays, shop.works_on_holidays) == ([1, 2], True)
    assert "お休みは毎週火・水曜日です。" in answer.text


def test_a_week_without_a_working_day_is_refused(htmx, session, owner):
    answer = htmx("/business-days/week", {"closed_weekdays": [str(day) for day in range(7)]})
    assert answer.status_code == 422 and regions(answer) == ["week-form"]
    assert session.get(Shop, 1).closed_weekdays == []


def test_a_day_is_set_and_put_back(htmx, session, owner):
    answer = htmx("/business-days", DAY)
    assert regions(answer)[:3] == ["day-form", "day-list", "week-form"]
    assert "年始のお休み" in answer.text
    assert [(each.day, each.kind) for each in days(session)] == [(date(2027, 1, 2), DayKind.CLOSED)]

    answer = htmx("/business-days/2027/1/2/delete")
    assert regions(answer)[:2] == ["day-list", "week-form"]
    session.expire_all()
    assert days(session) == []


@pytest.mark.parametrize("over", [{"day": ""}, {"day": "1999-01-01"}, {"kind": "other"}, {"name": "あ" * 51}])
def test_a_day_that_can_not_be_is_refused(htmx, session, owner, over):
    answer = htmx("/business-days", DAY | over)
    assert answer.status_code == 422 and regions(answer) == ["day-form"]
    assert days(session) == []


def test_a_day_that_is_not_in_the_calendar_is_not_found(htmx, owner):
    assert htmx("/business-days/2027/2/30/delete").status_code == 404


def test_only_those_who_keep_the_settings_may(outsider):
    assert outsider.get("/business-days").status_code == 403
    assert outsider.post("/business-days", data=DAY).status_code == 403
