"""Keeping events: writing, copying, opening and deleting them. What is asked of customers is one page of a form."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, folders, mentions, studio
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.reservations import effects
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.events import slots
from lstep_lite.engine.reservations.keeping import questions
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import new_code
from lstep_lite.engine.text import checked_name, storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Event, EventSlot, FriendLimit, Media, Reservation, SeatsShown
from lstep_lite.models.names import name_key

FEATURE = "reservation_events"
PAGE_SIZE = 50
COLOR = "#058743"
LONGEST_NAME = 60
LONGEST = {"title": 60, "text": 3000, "place": 100, "place_url": 500, "thanks_text": 1000}
WORDS = {
    "title": "お客様に見せる名前",
    "text": "説明",
    "place": "場所",
    "place_url": "地図のURL",
    "thanks_text": "予約したあとの文章",
}
LARGEST_PARTY = 50
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_ADDRESS = re.compile(r"https://[^\s]+")
folders.shelf(FEATURE, Event, Permission.RESERVATIONS_SETUP)
mentions.target_rows(FEATURE, Event.id, Event.name)


@dataclass(frozen=True)
class EventDraft:
    """What the form of an event says."""

    name: str
    title: str
    text: str = ""
    media_id: int | None = None
    place: str = ""
    place_url: str = ""
    color: str = COLOR
    folder_id: int | None = None
    limit: FriendLimit = FriendLimit.NONE
    most_party: int = 1
    seats_shown: SeatsShown = SeatsShown.NUMBER
    hides_full: bool = False
    takes_waiting: bool = True
    notifies_all: bool = False
    policy: Mapping[str, Any] = field(default_factory=dict)
    """What differs from the shop's (engine/reservations/availability/policies.py)."""
    thanks_text: str = ""


@dataclass(frozen=True)
class Page(Paged):
    """One page of the list."""

    events: Sequence[Event]
    ahead: Mapping[int, int]
    """By event: how many slots are still to come."""


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, event_id: int) -> Event:
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound("このイベントは見つかりませんでした。削除された可能性があります。")
    return event


def by_code(session: Session, code: str) -> Event:
    event = find(session, code)
    if event is None:
        raise NotFound("このイベントは見つかりませんでした。")
    return event


def find(session: Session, code: str) -> Event | None:
    return session.scalar(sa.select(Event).where(Event.code == code))


def page(session: Session, *, folder_id: int | None = None, text: str = "", number: int = 1, now: datetime) -> Page:
    """The list, or what of it is in a folder or has *text* in its name."""
    wanted = [Event.folder_id == folder_id] if folder_id is not None else []
    if key := name_key(text):
        wanted.append(Event.name_key.contains(key, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(Event).where(*wanted)) or 0
    number = nearest(number, total, PAGE_SIZE)
    query = sa.select(Event).where(*wanted).order_by(Event.position, Event.id)
    found = session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    ahead = _ahead(session, [event.id for event in found], now)
    return Page(found, ahead, total_count=total, number=number, size=PAGE_SIZE)


def _ahead(session: Session, event_ids: Sequence[int], now: datetime) -> dict[int, int]:
    row = EventSlot
    coming = sa.select(row.event_id, sa.func.count()).where(
        row.event_id.in_(event_ids), row.starts_at > now, row.cancelled_at.is_(None)
    )
    return dict(session.execute(coming.group_by(row.event_id)).all())


# Writing -------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: EventDraft, *, now: datetime) -> Event:
    """A new event at the end of the list, closed and without slots. Raises DomainError naming the field."""
    event = Event(code=new_code(), position=folders.next_position(session, FEATURE), created_at=now, document={})
    _write(session, event, draft, now)
    session.add(event)
    note(session, event)
    return event


def update(session: Session, event: Event, draft: EventDraft, *, now: datetime) -> None:
    """From now on; bookings keep what was agreed. Raises DomainError naming the field."""
    _write(session, event, draft, now)
    note(session, event)


def switch(event: Event, is_open: bool, *, now: datetime) -> None:
    """Whether customers can see and book it."""
    event.is_open, event.updated_at = is_open, now


def copy(session: Session, event: Event, *, now: datetime) -> Event:
    """An event like it, closed, without its slots."""
    same = {each.name: getattr(event, each.name) for each in fields(EventDraft)}
    twin = create(session, EventDraft(**same | {"name": f"{event.name[: LONGEST_NAME - 4]}のコピー"}), now=now)
    twin.document = event.document
    note(session, twin)
    return twin


def delete(session: Session, event: Event) -> None:
    """With its slots. Raises DomainError once anybody has booked one: what happened must stay known."""
    booked = sa.exists().where(Reservation.slot_id == EventSlot.id, EventSlot.event_id == event.id)
    if session.scalar(sa.select(booked)):
        raise DomainError(
            "予約が入ったことのあるイベントは、記録を残すため削除できません。受け付けるのをやめるには「停止する」を押してください。"
        )
    book.lock(session)
    for slot in list(event.slots):
        slots.delete(session, slot)
    for moment in effects.WITH_SETS:
        actions.drop(session, effects.place_of(moment), f"{effects.EVENT}{event.id}")
    mentions.forget(session, FEATURE, event.id)
    session.expire(event, ["slots"])
    session.delete(event)
    session.flush()  # whatever asks next finds it gone


def _write(session: Session, event: Event, draft: EventDraft, now: datetime) -> None:
    name = _checked(session, draft)
    for each in fields(draft):
        value = getattr(draft, each.name)
        setattr(event, each.name, storable(value).strip() if isinstance(value, str) else value)
    event.name, event.name_key = name, name_key(name)
    event.limit, event.seats_shown, event.policy = draft.limit, draft.seats_shown, dict(draft.policy)
    event.updated_at = now


def note(session: Session, event: Event) -> None:
    """Write down what it refers to: 「使われている場所」."""
    session.flush()  # they are written down under its id
    found: list[tuple[str, int | str]] = [("media", event.media_id)] if event.media_id else []
    for each in studio.walk(questions.INPUTS, event.document):
        found += each.input.mentioned(each.value)
    mentions.write(session, FEATURE, event.id, found)


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids).items()
    return {
        key: mentions.Place(f"イベント「{name}」", "reservation_events.edit", {"event_id": int(key)})
        for key, name in named
    }


# Checking ------------------------------------------------------------------------------------------------------------


def _checked(session: Session, draft: EventDraft) -> str:
    """The name as it is kept. Raises DomainError naming the field that is wrong."""
    name = checked_name(draft.name, LONGEST_NAME, "管理用の名前")
    if not draft.title.strip():
        raise DomainError("お客様に見せる名前を入力してください。", "title")
    for each, most in LONGEST.items():
        if len(getattr(draft, each)) > most:
            raise DomainError(f"{WORDS[each]}は{most:,}文字以内で入力してください。", each)
    if draft.place_url.strip() and not _ADDRESS.fullmatch(draft.place_url.strip()):
        raise DomainError("地図のURLは https:// から始まるURLで入力してください。", "place_url")
    if not _COLOR.fullmatch(draft.color):
        raise DomainError("色を選び直してください。", "color")
    if not 1 <= draft.most_party <= LARGEST_PARTY:
        raise DomainError(f"一度に申し込める人数は1〜{LARGEST_PARTY}の数字で入力してください。", "most_party")
    policies.parse(draft.policy)
    _check_picture(session, draft)
    return name


def _check_picture(session: Session, draft: EventDraft) -> None:
    row = session.get(Media, draft.media_id) if draft.media_id else None
    if draft.media_id and (row is None or row.friend_id is not None or row.path is None):
        raise DomainError("選んだ画像は削除されています。選び直してください。", "media_id")
