"""Hours of a business date, and that everybody else agrees on which days the shop works."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine import business_days
from lstep_lite.engine.business_days import Calendar, DayDraft
from lstep_lite.engine.reservations.availability import days, opening
from lstep_lite.engine.reservations.availability.opening import Opening
from lstep_lite.errors import DomainError
from lstep_lite.models import DayKind, HolidayPolicy, ReservationSettings, SpecialHours
from tests.engine.reservations.brute import TOKYO
from tests.factories import NOW, a_shop

TUESDAY, WEDNESDAY, THURSDAY = date(2027, 5, 4), date(2027, 5, 5), date(2027, 5, 6)
"""みどりの日, こどもの日, and an ordinary day; Tuesday is the weekly rest."""
USUAL, HOLIDAY = ((600, 1140),), ((660, 1080),)
HOURS = {str(day): USUAL for day in range(7)}


def opened(policy: HolidayPolicy, *, works: bool = True, holiday: bool = True) -> list[opening.Ranges]:
    """The hours of the three days."""
    calendar = Calendar({1}, works_on_holidays=works, holiday_policy=policy)
    found = Opening(calendar, HOURS | ({"holiday": HOLIDAY} if holiday else {}))
    return [found.ranges(day) for day in (TUESDAY, WEDNESDAY, THURSDAY)]


def test_what_a_holiday_changes() -> None:
    assert opened(HolidayPolicy.AS_WEEKDAY) == [(), USUAL, USUAL]
    assert opened(HolidayPolicy.CLOSED, works=False) == [(), (), USUAL]
    assert opened(HolidayPolicy.OPEN) == [HOLIDAY, HOLIDAY, USUAL]
    assert opened(HolidayPolicy.OPEN_THEN_SHIFT) == [HOLIDAY, HOLIDAY, ()], "the rest is taken on Thursday"
    assert opened(HolidayPolicy.OPEN_THEN_SHIFT, holiday=False) == [USUAL, USUAL, ()]


def test_a_rest_on_a_holiday_is_taken_once() -> None:
    calendar = Calendar({1, 3}, works_on_holidays=True, holiday_policy=HolidayPolicy.OPEN_THEN_SHIFT)
    week = [calendar.is_business_day(TUESDAY + timedelta(days=number)) for number in range(5)]
    assert week == [True, True, False, False, True], "Thursday is a rest of its own, Friday the one of Tuesday"


def test_monthly_rests() -> None:
    calendar = Calendar(monthly_rests={(2, 2), (4, -1)}, works_on_holidays=True)
    off = [day.day for day in days.span(date(2026, 3, 1), date(2026, 3, 31)) if not calendar.is_business_day(day)]
    assert off == [11, 27]


def test_special_hours_win_over_everything() -> None:
    special = {TUESDAY: ((780, 1500),), THURSDAY: ()}
    calendar = Calendar({1}, own_hours={day: bool(ranges) for day, ranges in special.items()})
    found = Opening(calendar, HOURS, special)
    assert found.ranges(TUESDAY) == ((780, 1500),) and found.ranges(THURSDAY) == ()
    assert calendar.is_business_day(TUESDAY) and not calendar.is_business_day(THURSDAY)


def test_automatic_answers_and_bookings_agree_on_business_days(session: Session) -> None:
    a_shop(session, closed_weekdays=[1], works_on_holidays=True)
    hours = {key: [[600, 1140]] for key in "012345"}
    policy = HolidayPolicy.OPEN_THEN_SHIFT
    rests = [{"weekday": 2, "nth": 2}]
    settings = ReservationSettings(id=1, hours=hours, rests=rests, holiday_policy=policy, policy={}, updated_at=NOW)
    session.add_all([settings, SpecialHours(day=date(2027, 5, 11), ranges=[[600, 700]])])
    business_days.put(session, DayDraft(date(2027, 5, 14), DayKind.CLOSED))
    session.flush()
    known, found = business_days.calendar(session), opening.load(session)
    off = [day.day for day in days.span(date(2027, 5, 1), date(2027, 5, 16)) if not known.is_business_day(day)]
    assert off == [2, 6, 9, 12, 14, 16], "Sundays have no hours; the 11th has its own, the 12th is the second Wednesday"
    for day in days.span(date(2027, 5, 1), date(2027, 5, 31)):
        assert known.is_business_day(day) == bool(found.ranges(day))
    assert business_days.week_in_words(known) == "お休みは毎週火・日曜日と第2水曜日です。"


def test_no_day_runs_into_the_opening_of_the_next() -> None:
    opening.check_week(HOURS | {"4": ((600, 2040),)})
    with pytest.raises(DomainError, match=r"金曜日の営業\(34:30まで\)が、翌日の営業\(10:00から\)と重なっています"):
        opening.check_week(HOURS | {"4": ((600, 2070),)})
    found = Opening(Calendar(works_on_holidays=True), HOURS, {THURSDAY: ((0, 300),), WEDNESDAY: ((600, 1500),)})
    with pytest.raises(DomainError, match=r"5月5日\(水\)の営業\(25:00まで\)"):
        opening.check_around(found, [THURSDAY])


@pytest.mark.parametrize("ranges", [((600, 603),), ((600, 600),), ((600, 2165),), ((600, 700), (690, 800))])
def test_hours_that_can_not_be(ranges: opening.Ranges) -> None:
    with pytest.raises(DomainError):
        opening.check_ranges(ranges)


# Business dates ------------------------------------------------------------------------------------------------------


def test_past_midnight_it_is_still_yesterday_while_the_shop_is_open() -> None:
    found = Opening(Calendar(works_on_holidays=True), {str(day): ((1080, 1500),) for day in range(7)})
    friday = date(2026, 3, 6)
    assert found.business_date(days.instant(friday, 1499, TOKYO), TOKYO) == friday
    assert found.business_date(days.instant(friday, 1500, TOKYO), TOKYO) == date(2026, 3, 7)
    assert days.in_words(friday, 1470) == "3月6日(金) 24:30(翌0:30)"
    assert days.instant(friday, 1470, TOKYO) == datetime(2026, 3, 6, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"])
def test_minutes_and_moments_are_the_same_thing_in_any_zone(zone: str) -> None:
    there = ZoneInfo(zone)
    for day in days.span(date(2026, 3, 1), date(2026, 3, 31)):
        for minute in range(0, 2160, 45):
            moment = days.instant(day, minute, there)
            assert days.moment_of(days.tick(moment)) == moment and days.is_aligned(moment)
            if days.exists(day, minute, there):
                assert days.minute_on(day, moment, there) == minute


def test_the_hour_that_summer_time_leaves_out() -> None:
    berlin, day = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
    assert not days.exists(day, 150, berlin)
    assert days.instant(day, 150, berlin) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert days.instant(day, 240, berlin) - days.instant(day, 60, berlin) == timedelta(hours=2)
