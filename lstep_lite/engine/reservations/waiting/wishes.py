"""What a customer waits for (キャンセル待ち), as they say it and as they see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import waiting
from lstep_lite.engine.reservations.availability.days import day_in_words, in_words
from lstep_lite.engine.reservations.customer.offering import Looking
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.models import Course, Event, EventSlot, Friend, Provider, WaitEntry, WaitState

SPANS = {
    "any": ("いつでも", 0, 2160),
    "morning": ("午前（12:00より前）", 0, 715),
    "afternoon": ("午後（12:00〜17:00）", 720, 1015),
    "evening": ("夕方以降（17:00から）", 1020, 2160),
}
"""Words, and the first and the last start."""
USUAL = timedelta(days=13)
"""How long one waits unless one says else."""


def wish(looking: Looking, first: date, last: date, weekdays: Sequence[int], span: str) -> waiting.Wish:
    """A wish for what they were looking for; an unknown *span* is any time."""
    _, begins, ends = SPANS.get(span, SPANS["any"])
    wanted = looking.plan.wish
    return waiting.Wish(
        wanted.course_ids, first, last, wanted.option_ids, wanted.provider_id, weekdays, begins, ends, wanted.party
    )


@dataclass(frozen=True)
class Waiting:
    entry: WaitEntry
    what: str
    when: str

    @property
    def is_offered(self) -> bool:
        return self.entry.state is WaitState.OFFERED


def of_friend(session: Session, friend: Friend, *, now: datetime) -> list[Waiting]:
    return described(session, waiting.of_friend(session, friend, now=now))


def described(session: Session, entries: Sequence[WaitEntry]) -> list[Waiting]:
    """In words: what they wait for, and when."""
    courses, people, slots = _courses(session, entries), _people(session, entries), _slots(session, entries)
    return [
        _for_slot(entry, *slots[entry.slot_id]) if entry.slot_id is not None else _for_courses(entry, courses, people)
        for entry in entries
    ]


def _for_slot(entry: WaitEntry, slot: EventSlot, title: str) -> Waiting:
    return Waiting(entry, title, in_words(slot.business_date, slot.start_minute))


def _for_courses(entry: WaitEntry, courses: dict[int, str], people: dict[int, str]) -> Waiting:
    """「カット、カラー・佐藤」"""
    names = "、".join(courses[each] for each in entry.wish["course_ids"] if each in courses)
    staff = people.get(entry.wish.get("provider_id") or 0)
    return Waiting(entry, f"{names}・{staff}" if staff else names, _days(entry))


def _days(entry: WaitEntry) -> str:
    """「3月5日(木)〜3月18日(水)、土日、午前（12:00より前）」"""
    first, last = entry.first_day, entry.last_day
    parts = [f"{day_in_words(first)}〜{day_in_words(last)}"] if first is not None and last is not None else []
    weekdays = entry.wish["weekdays"]
    if len(weekdays) < 7:
        parts.append("".join(WEEKDAYS[each] for each in sorted(weekdays)))
    named = {(begins, ends): words for words, begins, ends in SPANS.values()}
    span = (entry.wish["from_minute"], entry.wish["to_minute"])
    if span != (0, 2160) and span in named:
        parts.append(named[span])
    return "、".join(parts)


def _courses(session: Session, entries: Sequence[WaitEntry]) -> dict[int, str]:
    ids = {each for entry in entries for each in entry.wish.get("course_ids", ())}
    if not ids:
        return {}
    return dict(session.execute(sa.select(Course.id, Course.name).where(Course.id.in_(ids))).all())


def _people(session: Session, entries: Sequence[WaitEntry]) -> dict[int, str]:
    ids = {entry.wish["provider_id"] for entry in entries if entry.wish.get("provider_id")}
    if not ids:
        return {}
    return dict(session.execute(sa.select(Provider.id, Provider.name).where(Provider.id.in_(ids))).all())


def _slots(session: Session, entries: Sequence[WaitEntry]) -> dict[int, tuple[EventSlot, str]]:
    ids = {entry.slot_id for entry in entries if entry.slot_id is not None}
    if not ids:
        return {}
    query = sa.select(EventSlot, Event.title).join(Event, Event.id == EventSlot.event_id).where(EventSlot.id.in_(ids))
    return {slot.id: (slot, title) for slot, title in session.execute(query)}
