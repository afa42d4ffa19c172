"""What the first page counts."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lstep_lite.engine import home, messages
from lstep_lite.models import Delivery, DeliveryState, Lane, Origin
from tests.factories import NOW, a_friend, a_staff

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


def test_free_answers_are_counted_from_the_beginning_of_lines_month(session: Session) -> None:
    friend, content = a_friend(session), messages.freeze(session, [{"kind": "text", "text": "はい"}], now=NOW)
    session.flush()

    def delivery(name: str, state: DeliveryState, is_counted: bool, finished_at: datetime) -> Delivery:
        return Delivery(
            dedupe_key=name,
            friend_id=friend.id,
            content_id=content.id,
            lane=Lane.REPLY,
            state=state,
            source="greetings",
            source_label="",
            due_at=NOW,
            missed_after=NOW,
            is_counted=is_counted,
            created_at=NOW,
            finished_at=finished_at,
        )

    session.add_all(
        [
            delivery("free", DeliveryState.SENT, False, in_tokyo(1, 0)),
            delivery("last month", DeliveryState.SENT, False, in_tokyo(1, 0) - timedelta(seconds=1)),
            delivery("counted", DeliveryState.SENT, True, NOW),
            delivery("failed", DeliveryState.FAILED, False, NOW),
            delivery("failed long ago", DeliveryState.FAILED, False, NOW - timedelta(days=8)),
        ]
    )
    session.flush()
    numbers = home.numbers(session, now=NOW)
    assert (numbers.free_replies, numbers.failed) == (1, 1)


def test_the_owner_alone_has_no_colleague(session: Session) -> None:
    a_staff(session)
    assert not home.numbers(session, now=NOW).has_colleague
    a_staff(session)
    assert home.numbers(session, now=NOW).has_colleague


def test_the_add_friend_link_escapes_the_at_sign() -> None:
    assert home.friend_link("@salon") == "https://line.me/R/ti/p/%40salon"
