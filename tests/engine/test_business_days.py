"""Which days the shop works."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import business_days
from lstep_lite.engine.business_days import Calendar, DayDraft, WeekDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import DayKind
from tests.factories import a_shop

NEW_YEAR, MONDAY, TUESDAY = date(2026, 1, 1), date(2026, 3, 2), date(2026, 3, 3)


def test_without_settings_the_holidays_of_japan_are_the_only_days_off() -> None:
    calendar = Calendar()
    assert (calendar.is_holiday(NEW_YEAR), calendar.is_business_day(NEW_YEAR)) == (True, False)
    assert calendar.name(NEW_YEAR) == "元日"
    assert (calendar.is_holiday(MONDAY), calendar.is_business_day(MONDAY), calendar.name(MONDAY)) == (False, True, "")
    assert calendar.is_holiday(date(2026, 5, 6)), "the day in lieu of a holiday on a Sunday"


def test_the_weekly_rest_is_no_holiday() -> None:
    calendar = Calendar({0})
    assert (calendar.is_holiday(MONDAY), calendar.is_business_day(MONDAY)) == (False, False)


def test_a_shop_may_work_on_holidays() -> None:
    calendar = Calendar({0}, works_on_holidays=True)
    assert calendar.is_business_day(NEW_YEAR) and calendar.is_holiday(NEW_YEAR)
    assert not calendar.is_business_day(date(2026, 1, 12)), "成人の日, on a Monday"


@pytest.mark.parametrize(
    ("kind", "is_holiday", "is_business_day"),
    [(DayKind.HOLIDAY, True, False), (DayKind.CLOSED, False, False), (DayKind.OPEN, False, True)],
)
def test_a_day_set_by_hand_is_what_it_says(kind: DayKind, is_holiday: bool, is_business_day: bool) -> None:
    calendar = Calendar({0}, special={MONDAY: (kind, "創業記念日")})
    assert (calendar.is_holiday(MONDAY), calendar.is_business_day(MONDAY)) == (is_holiday, is_business_day)
    assert calendar.name(MONDAY) == "創業記念日"


def test_a_holiday_of_the_law_may_be_a_working_day() -> None:
    calendar = Calendar(special={NEW_YEAR: (DayKind.OPEN, "")})
    assert (calendar.is_holiday(NEW_YEAR), calendar.is_business_day(NEW_YEAR)) == (False, True)
    assert calendar.name(NEW_YEAR) == "元日"


def test_the_next_business_day() -> None:
    assert Calendar({0}).next_business_day(date(2026, 2, 28)) == date(2026, 3, 1)
    assert Calendar({6, 0}).next_business_day(date(2026, 2, 28)) == TUESDAY
    assert Calendar().next_business_day(date(2025, 12, 31)) == date(2026, 1, 2)
    assert Calendar(set(range(7))).next_business_day(MONDAY) is None


def test_days_are_set_and_taken_back(session: Session) -> None:
    shop = a_shop(session)
    business_days.update_week(shop, WeekDraft([1, 0, 1], works_on_holidays=True))
    business_days.put(session, DayDraft(TUESDAY, DayKind.OPEN))
    business_days.put(session, DayDraft(TUESDAY, DayKind.CLOSED, " 社員旅行 "))
    calendar = business_days.calendar(session)
    assert business_days.week_in_words(calendar) == "お休みは毎週月・火曜日です。"
    assert (calendar.is_business_day(TUESDAY), calendar.name(TUESDAY)) == (False, "社員旅行")

    business_days.remove(session, TUESDAY)
    business_days.remove(session, MONDAY)
    assert business_days.calendar(session).special == {}


def test_a_year_is_listed_with_its_holidays_and_what_the_shop_set(session: Session) -> None:
    a_shop(session)
    business_days.put(session, DayDraft(NEW_YEAR, DayKind.OPEN))
    business_days.put(session, DayDraft(TUESDAY, DayKind.CLOSED, "社員旅行"))
    listed = business_days.listed(session, 2026)
    assert len(listed) == 19
    assert [(each.name, each.kind, each.is_ours) for each in listed[:2]] == [
        ("元日", DayKind.OPEN, True),
        ("成人の日", DayKind.HOLIDAY, False),
    ]
    assert [each.name for each in listed if each.is_ours] == ["元日", "社員旅行"]


@pytest.mark.parametrize(
    "draft", [DayDraft(date(1999, 1, 1), DayKind.OPEN), DayDraft(TUESDAY, DayKind.OPEN, "あ" * 51)]
)
def test_a_day_far_away_and_a_long_name_are_refused(session: Session, draft: DayDraft) -> None:
    with pytest.raises(DomainError):
        business_days.put(session, draft)


def test_a_week_without_a_working_day_is_refused(session: Session) -> None:
    with pytest.raises(DomainError):
        business_days.update_week(a_shop(session), WeekDraft(range(7), works_on_holidays=True))
