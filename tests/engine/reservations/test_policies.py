"""The conditions: every moment named is in time, days count by business date, and the strictest of several holds."""

from datetime import date, timedelta

import pytest

from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.days import instant
from lstep_lite.engine.reservations.availability.policies import (
    DEFAULTS,
    Approval,
    Cut,
    CutKind,
    Opens,
    OpensKind,
    Policy,
)
from lstep_lite.errors import DomainError
from tests.engine.reservations.brute import TOKYO

FRIDAY = date(2026, 3, 6)
SECOND = timedelta(seconds=1)
EVE = Cut(CutKind.DAY_BEFORE, days=1, at=1080)


def test_what_holds_when_nothing_is_set() -> None:
    assert policies.parse({}) == DEFAULTS
    assert policies.parse(policies.stored(DEFAULTS)) == DEFAULTS
    assert (DEFAULTS.opens.days, DEFAULTS.max_open, DEFAULTS.approval) == (60, 2, Approval.NONE)
    assert [cut.in_words() for cut in (*DEFAULTS.closes, EVE)] == ["2時間前", "前日18:00"]


def test_a_day_before_is_counted_from_the_business_date() -> None:
    late = instant(FRIDAY, 1470, TOKYO)
    assert EVE.moment(FRIDAY, late, TOKYO) == instant(date(2026, 3, 5), 1080, TOKYO), "Thursday, not Friday"
    assert Cut(minutes=120).moment(FRIDAY, late, TOKYO) == late - timedelta(hours=2)


def test_days_ahead_by_business_date_or_from_an_hour_on() -> None:
    night = instant(date(2026, 3, 7), 30, TOKYO)
    ahead = FRIDAY + timedelta(days=60)
    assert policies.is_released(Opens(days=60), ahead, FRIDAY, night, TOKYO)
    assert not policies.is_released(Opens(days=60), ahead + timedelta(days=1), FRIDAY, night, TOKYO)
    at_ten = Opens(days=60, at=600)
    assert policies.is_released(at_ten, ahead, FRIDAY, instant(FRIDAY, 600, TOKYO), TOKYO)
    assert not policies.is_released(at_ten, ahead, FRIDAY, instant(FRIDAY, 600, TOKYO) - SECOND, TOKYO)


def test_next_month_opens_on_one_day_of_this() -> None:
    opens = Opens(OpensKind.MONTHLY, day=31, months=1, at=600)
    april = instant(date(2026, 4, 30), 600, TOKYO)
    for day in (date(2026, 5, 1), date(2026, 5, 31)):
        assert policies.is_released(opens, day, day, april, TOKYO), "April has 30 days"
        assert not policies.is_released(opens, day, day, april - SECOND, TOKYO)
    assert not policies.is_released(opens, date(2026, 6, 1), FRIDAY, april, TOKYO)
    assert policies.release_in_words(opens) == "前月31日10:00"


def test_the_deadline_is_never_after_the_start() -> None:
    start = instant(FRIDAY, 600, TOKYO)
    late = Policy(deadline=Cut(CutKind.DAY_BEFORE, days=0, at=1080))
    assert policies.deadline_at(late, FRIDAY, start, TOKYO) == start
    assert policies.deadline_at(Policy(deadline=None), FRIDAY, start, TOKYO) == start


def test_a_page_differs_from_the_shop_and_a_course_from_the_page() -> None:
    shop = {"max_open": 5, "consent_text": "店"}
    found = policies.merged(shop, {"max_open": 3}, [{"approval": "all"}])
    assert (found.max_open, found.consent_text, found.approval) == (3, "店", Approval.ALL)


def test_of_several_courses_the_strictest_holds() -> None:
    one = {"max_open": None, "deadline": {"kind": "minutes", "minutes": 60}, "consent_text": "甲"}
    two = {"opens": {"kind": "days", "days": 7}, "closes": [{"kind": "day_before", "days": 2, "at": 600}]}
    found = policies.merged({}, {}, [one, two | {"consent_text": "乙", "approval": "new"}])
    assert (found.max_open, found.opens.days, found.approval) == (2, 7, Approval.NEW)
    assert found.deadline == EVE and found.consent_text == "甲\n\n乙"
    assert found.closes == (Cut(minutes=120), Cut(CutKind.DAY_BEFORE, days=2, at=600))


@pytest.mark.parametrize(
    "stored",
    [
        {"closes": [{"kind": "minutes", "minutes": -5}]},
        {"opens": {"kind": "weekly"}},
        {"max_open": 0},
        {"max_open": True},
        {"approval": "maybe"},
        {"cancelling": "no"},
        {"unknown": 1},
    ],
)
def test_what_is_no_condition_is_refused_naming_the_field(stored: dict[str, object]) -> None:
    with pytest.raises(DomainError) as caught:
        policies.parse(stored)
    assert caught.value.field in stored
