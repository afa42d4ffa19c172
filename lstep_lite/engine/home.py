"""The first page: how the shop's account is doing, what waits for an answer, and what to set up next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, select
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.engine.friends import Filters, FriendState
from lstep_lite.models import (
    AutoReply,
    BookingPage,
    Check,
    CheckState,
    Delivery,
    DeliveryState,
    EventState,
    Friend,
    Greeting,
    GreetingKind,
    Origin,
    ReservationSettings,
    RichMenu,
    Staff,
    Survey,
    SurveyAnswer,
    SurveyAnswerState,
    Talk,
    TalkMark,
    Ticket,
    TicketKind,
    WebhookEvent,
)

DAYS = 7
LINK_SHOWN = "friend_link_shown"
"""The name of the confirmation that customers can see the add-friend link."""


@dataclass(frozen=True)
class Day:
    on: date
    gained: int
    lost: int


@dataclass(frozen=True)
class Numbers:
    """What is counted with one query."""

    friends: int
    unread_talks: int
    open_talks: int
    working_talks: int
    done_talks: int
    new_answers: int
    """Answers to forms that nobody has looked after yet."""
    failed: int
    missed: int
    unknown: int
    parked_events: int
    takes_bookings: bool
    has_greeting: bool
    has_auto_reply: bool
    has_menu: bool
    has_booking_page: bool
    has_colleague: bool
    has_shown_link: bool


def numbers(session: Session, *, now: datetime) -> Numbers:
    since = now - timedelta(days=DAYS)
    columns: dict[str, Any] = {
        "friends": _count(Friend, friends.matching(Filters(state=FriendState.FRIENDS))),
        "unread_talks": _count(Talk, Talk.unread_count > 0),
        "open_talks": _count(Talk, Talk.mark == TalkMark.OPEN),
        "working_talks": _count(Talk, Talk.mark == TalkMark.WORKING),
        "done_talks": _count(Talk, Talk.mark == TalkMark.DONE),
        "new_answers": _count(
            SurveyAnswer,  # by its index, which begins with the form
            and_(SurveyAnswer.survey_id.in_(select(Survey.id)), SurveyAnswer.state == SurveyAnswerState.NEW),
        ),
        "failed": _ended(DeliveryState.FAILED, since),
        "missed": _ended(DeliveryState.MISSED, since),
        "unknown": _ended(DeliveryState.UNKNOWN, since),
        "parked_events": _count(WebhookEvent, WebhookEvent.state == EventState.PARKED),
        "takes_bookings": exists().where(ReservationSettings.id == 1),
        "has_greeting": exists().where(Greeting.kind == GreetingKind.NEW, Greeting.is_on.is_(True)),
        "has_auto_reply": exists().where(AutoReply.is_on.is_(True)),
        "has_menu": exists().where(RichMenu.live_revision.is_not(None)),
        "has_booking_page": exists().where(BookingPage.is_open.is_(True)),
        "has_colleague": _count(Staff, Staff.is_active.is_(True)) + _count(Ticket, Ticket.kind == TicketKind.INVITE)
        > 1,
        "has_shown_link": exists().where(Check.name == LINK_SHOWN),
    }
    row = session.execute(select(*(column.label(name) for name, column in columns.items()))).one()
    return Numbers(**row._mapping)


def _count(model: type[Any], condition: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(model).where(condition).scalar_subquery()


def _ended(state: DeliveryState, since: datetime) -> ScalarSelect[int]:
    return _count(Delivery, and_(Delivery.state == state, Delivery.finished_at >= since))


def week(session: Session, *, zone: ZoneInfo, now: datetime) -> list[Day]:
    """The last seven days of the shop, today last: who added the account, and who blocked it and has not come back.

    People who were friends before us are no gain.
    """
    starts = _day_starts(zone, now)
    spans = list(zip(starts, [*starts[1:], now + timedelta(days=1)], strict=True))
    gained = _per_day(session, Friend.followed_at, Friend.origin == Origin.ADDED, spans)
    lost = _per_day(session, Friend.follow_changed_at, Friend.is_following.is_(False), spans)
    return [Day(start.astimezone(zone).date(), *counts) for start, *counts in zip(starts, gained, lost, strict=True)]


def _day_starts(zone: ZoneInfo, now: datetime) -> list[datetime]:
    today = now.astimezone(zone).date()
    days = (today - timedelta(days=back) for back in reversed(range(DAYS)))
    return [datetime(day.year, day.month, day.day, tzinfo=zone) for day in days]


def _per_day(
    session: Session, moment: Any, condition: ColumnElement[bool], spans: Sequence[tuple[datetime, datetime]]
) -> list[int]:
    columns = [func.count().filter(and_(moment >= start, moment < end)) for start, end in spans]
    counts = session.execute(select(*columns).select_from(Friend).where(moment >= spans[0][0], condition)).one()
    return list(counts)


def confirm_link_shown(session: Session, *, now: datetime) -> None:
    """The owner has put the add-friend link where customers see it. Twice is once."""
    session.merge(Check(name=LINK_SHOWN, state=CheckState.GOOD, message="確認しました", checked_at=now))


def friend_link(basic_id: str) -> str:
    """The address that offers to add the account; *basic_id* begins with @."""
    return f"https://line.me/R/ti/p/{quote(basic_id, safe='')}"
