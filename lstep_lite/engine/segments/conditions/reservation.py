"""Bookings: who has one ahead, soon, at all; of any course, or with one course, provider, event or slot of one."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.reservations.transitions.counting import AHEAD
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.days import MOST_DAYS, beginning
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Course,
    CourseState,
    Event,
    EventSlot,
    Friend,
    Provider,
    ProviderState,
    Reservation,
    ReservationLine,
    ReservationState,
)

COURSES, PROVIDERS, EVENTS, SLOTS = "courses", "providers", "reservation_events", "event_slots"
"""What the feature calls what it mentions."""
HOWS = {
    "ahead": "これからの予約がある",
    "not_ahead": "これからの予約がない",
    "within": "これから…日以内に予約がある",
    "requested": "お店の返事を待つ申し込みがある",
    "visited": "来店したことがある",
    "visited_within": "…日以内に来店した",
    "not_visited": "来店したことがない",
    "no_show": "無断キャンセルをしたことがある",
}
MOST_SLOTS = 200
WITH_DAYS = ("within", "visited_within")
NOT = {"not_ahead": "ahead", "not_visited": "visited"}
mentions.target_rows(COURSES, Course.id, Course.name)
mentions.target_rows(PROVIDERS, Provider.id, Provider.name)


@condition
class ReservationCondition(ConditionKind):
    name = "reservation"
    label = "予約"
    icon = "calendar"
    group = "予約"
    order = 10

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", HOWS, "予約の条件を選んでください。")
        days = values.number("days", "日数", least=0, most=MOST_DAYS) if how in WITH_DAYS else None
        what, _, row_id = values.one("what").partition(":")
        if not what:
            return {"how": how, "days": days, "what": ""}
        known = (
            what in (COURSES, PROVIDERS, EVENTS, SLOTS) and row_id.isascii() and row_id.isdigit() and len(row_id) <= 12
        )
        if not known or mentions.missing(session, [(what, row_id)]):
            raise DomainError("メニューや担当者を選び直してください。", "what")
        return {"how": how, "days": days, "what": f"{what}:{int(row_id)}"}

    def sentence(self, session: Session, data: Data) -> str:
        about = ""
        if data["what"]:
            what, _, row_id = data["what"].partition(":")
            name = mentions.names(session, what, [row_id])[row_id]
            about = f"{name}の" if what == SLOTS else f"「{name}」の"
        return f"{about}{HOWS[data['how']].replace('…', str(data['days']))}"

    def options(self, session: Session) -> dict[str, Any]:
        groups = list(_groups(session))
        known = {value for _, offered in groups for value, _ in offered}
        return {"hows": HOWS, "groups": groups, "known": known, "with_days": " ".join(WITH_DAYS)}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        what, _, row_id = data["what"].partition(":")
        return [(what, row_id)] if what else []

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        how: str = data["how"]
        mine = sa.select(Reservation.friend_id).where(*_when(NOT.get(how, how), data["days"], moment))
        found = mine.where(*_about(data["what"]))
        if how in NOT:
            return ~found.where(Reservation.friend_id == Friend.id).correlate(Friend).exists()
        return Friend.id.in_(found)


def _groups(session: Session) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What a condition can be about, below headings; what is over as well, as people had it."""
    course_over, provider_over = Course.state == CourseState.RETIRED, Provider.state == ProviderState.RETIRED
    courses = sa.select(Course.id, Course.name, course_over).order_by(course_over, Course.position, Course.id)
    providers = sa.select(Provider.id, Provider.name, provider_over)
    events = sa.select(Event.id, Event.name, sa.false()).order_by(Event.position, Event.id)
    found = (
        ("メニュー", COURSES, courses),
        ("担当者", PROVIDERS, providers.order_by(provider_over, Provider.position, Provider.id)),
        ("イベント", EVENTS, events),
    )
    for label, what, query in found:
        if rows := session.execute(query).all():
            yield (
                label,
                [(f"{what}:{row_id}", f"{name}（終了）" if is_over else name) for row_id, name, is_over in rows],
            )
    if slots := _slots(session):
        yield "イベントの回", slots


def _slots(session: Session) -> list[tuple[str, str]]:
    """The latest, in their order."""
    latest = sa.select(EventSlot.id).order_by(EventSlot.starts_at.desc(), EventSlot.id).limit(MOST_SLOTS)
    ids = session.scalars(latest).all()[::-1]
    names = mentions.names(session, SLOTS, ids) if ids else {}
    return [(f"{SLOTS}:{slot_id}", names[str(slot_id)]) for slot_id in ids]


def _when(how: str, days: int | None, moment: Moment) -> list[sa.ColumnElement[bool]]:
    row, now = Reservation, moment.now
    today = now.astimezone(moment.zone).date()
    completed = row.state == ReservationState.COMPLETED
    match how:
        case "ahead":
            return [row.state.in_(AHEAD), row.starts_at > now]
        case "within":
            until = beginning(today + timedelta(days=(days or 0) + 1), moment)
            return [row.state.in_(AHEAD), row.starts_at > now, row.starts_at < until]
        case "requested":
            return [row.state == ReservationState.REQUESTED]
        case "visited":
            return [completed]
        case "visited_within":
            return [completed, row.starts_at >= beginning(today - timedelta(days=days or 0), moment)]
        case _:
            return [row.state == ReservationState.NO_SHOW]


def _about(what: str) -> list[sa.ColumnElement[bool]]:
    kind, _, row_id = what.partition(":")
    if kind == COURSES:
        lines = sa.select(ReservationLine.reservation_id).where(ReservationLine.course_id == int(row_id))
        return [Reservation.id.in_(lines)]
    if kind == PROVIDERS:
        return [Reservation.provider_id == int(row_id)]
    if kind == EVENTS:
        slots = sa.select(EventSlot.id).where(EventSlot.event_id == int(row_id))
        return [Reservation.slot_id.in_(slots)]
    if kind == SLOTS:
        return [Reservation.slot_id == int(row_id)]
    return []
