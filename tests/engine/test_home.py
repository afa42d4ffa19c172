"""What the first page counts."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lstep_lite.engine import home
from lstep_lite.models import DeliveryState, Origin
from tests.factories import NOW, a_delivery, a_friend, a_staff

TOKYO = ZoneInfo("Asia/Tokyo")


def in_tokyo(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=TOKYO)


def test_the_week_is_counted_in_the_shops_days(session: Session) -> None:
    a_friend(session, followed_at=in_tokyo(4, 23, 59))
    a_friend(session, followed_at=in_tokyo(5, 0, 0))
    a_friend(session, followed_at=in_tokyo(5, 0, 1), origin=Origin.IMPORTED)
    a_friend(session, followed_at=in_tokyo(1, 12), follow_changed_at=in_tokyo(5, 9), is_following=False)
    a_friend(session, followed_at=in_tokyo(1, 12), follow_changed_at=in_tokyo(5, 9))
    a_friend(session, followed_at=datetime(2026, 2, 26, 23, 59, tzinfo=TOKYO))
    week = home.week(session, zone=TOKYO, now=NOW)
    assert [day.on for day in week] == [date(2026, 2, 27) + timedelta(days=number) for number in range(7)]
    assert {day.on.day: (day.gained, day.lost) for day in week if day.gained or day.lost} == {
        1: (2, 0),
        4: (1, 0),
        5: (1, 1),
    }


def test_what_failed_in_the_last_seven_days_is_counted(session: Session) -> None:
    friend = a_friend(session)
    a_delivery(session, friend, state=DeliveryState.FAILED, finished_at=NOW)
    a_delivery(session, friend, state=DeliveryState.FAILED, finished_at=NOW - timedelta(days=8))
    assert home.numbers(session, now=NOW).failed == 1


def test_the_owner_alone_has_no_colleague(session: Session) -> None:
    a_staff(session)
    assert not home.numbers(session, now=NOW).has_colleague
    a_staff(session)
    assert home.numbers(session, now=NOW).has_colleague


def test_the_add_friend_link_escapes_the_at_sign() -> None:
    assert home.friend_link("@salon") == "https://line.me/R/ti/p/%40salon"
