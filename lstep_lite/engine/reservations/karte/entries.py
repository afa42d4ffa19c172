"""Entries of the karte: written, changed with what stood before, and deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine import paging
from lstep_lite.engine.reservations.keeping import words
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, KarteEntry, KarteVersion, Provider, Reservation, Staff

PAGE_SIZE = 20
LONGEST_TEXT = 4000
LONGEST_FORMULA = 2000
GONE = "このカルテは見つかりませんでした。削除された可能性があります。"


@dataclass(frozen=True)
class EntryDraft:
    day: date | None
    text: str = ""
    formula: str = ""
    provider_id: int | None = None
    reservation_id: int | None = None
    is_sensitive: bool = False


@dataclass(frozen=True)
class Written:
    """An entry with the names that belong to it."""

    entry: KarteEntry
    provider: str
    staff: str
    number: str
    """Of the booking it is about; empty for none."""


@dataclass(frozen=True)
class KartePage(paging.Paged):
    entries: Sequence[Written]
    hidden_count: int
    """Entries about health that this person may not see."""


def page(session: Session, friend: Friend, number: int, *, sees_all: bool) -> KartePage:
    """The newest day first; without *sees_all* what is about health is only counted."""
    entry = KarteEntry
    mine = [entry.friend_id == friend.id]
    hidden = 0
    if not sees_all:
        secret = sa.select(sa.func.count()).where(*mine, entry.is_sensitive)
        hidden, mine = session.scalar(secret) or 0, [*mine, ~entry.is_sensitive]
    total = session.scalar(sa.select(sa.func.count()).where(*mine)) or 0
    number = paging.nearest(number, total, PAGE_SIZE)
    query = _named().where(*mine).order_by(entry.day.desc(), entry.id.desc())
    rows = session.execute(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    found = [_written(*row) for row in rows]
    return KartePage(found, hidden, total_count=total, number=number, size=PAGE_SIZE)


def _named() -> sa.Select[KarteEntry, str, str, str]:
    entry = KarteEntry
    query = sa.select(entry, Provider.name, Staff.name, Reservation.number).options(selectinload(entry.photos))
    query = query.outerjoin(Provider, Provider.id == entry.provider_id).outerjoin(Staff, Staff.id == entry.staff_id)
    return query.outerjoin(Reservation, Reservation.id == entry.reservation_id)


def _written(entry: KarteEntry, provider: str | None, staff: str | None, number: str | None) -> Written:
    return Written(entry, provider or "", staff or "", number or "")


def get(session: Session, friend: Friend, entry_id: int, *, sees_all: bool) -> KarteEntry:
    """One of theirs. Raises NotFound for anybody else's, and for what this person may not see."""
    found = session.get(KarteEntry, entry_id)
    if found is None or found.friend_id != friend.id or (found.is_sensitive and not sees_all):
        raise NotFound(GONE)
    return found


def whole(session: Session, entry: KarteEntry) -> Written:
    return _written(*session.execute(_named().where(KarteEntry.id == entry.id)).one())


def write(session: Session, friend: Friend, draft: EntryDraft, *, staff_id: int, now: datetime) -> KarteEntry:
    """A new entry. Raises DomainError naming the field."""
    entry = KarteEntry(friend_id=friend.id, staff_id=staff_id, created_at=now, updated_at=now)
    _fill(session, entry, draft)
    session.add(entry)
    session.flush()  # photos refer to it
    return entry


def update(session: Session, entry: KarteEntry, draft: EntryDraft, *, staff_id: int, now: datetime) -> None:
    """What stood before is kept. Raises DomainError naming the field."""
    before = KarteVersion(
        karte_entry_id=entry.id,
        staff_id=entry.staff_id,
        text=entry.text,
        formula=entry.formula,
        written_at=entry.updated_at,
    )
    _fill(session, entry, draft)
    if (entry.text, entry.formula) != (before.text, before.formula):
        session.add(before)
        entry.staff_id = staff_id
    entry.updated_at = now


def _fill(session: Session, entry: KarteEntry, draft: EntryDraft) -> None:
    if draft.day is None:
        raise DomainError("日付を入力してください。", "day")
    entry.day, entry.is_sensitive = draft.day, draft.is_sensitive
    entry.text = words.told(draft.text, LONGEST_TEXT, "text")
    entry.formula = words.told(draft.formula, LONGEST_FORMULA, "formula")
    entry.provider_id = _provider(session, draft.provider_id)
    entry.reservation_id = _reservation(session, entry.friend_id, draft.reservation_id)


def _provider(session: Session, provider_id: int | None) -> int | None:
    if provider_id is None:
        return None
    if session.get(Provider, provider_id) is None:
        raise DomainError("担当を選び直してください。", "provider_id")
    return provider_id


def _reservation(session: Session, friend_id: int, reservation_id: int | None) -> int | None:
    if reservation_id is None:
        return None
    found = session.get(Reservation, reservation_id)
    if found is None or found.friend_id != friend_id:
        raise DomainError("来店を選び直してください。", "reservation_id")
    return found.id


def versions(session: Session, entry: KarteEntry) -> list[tuple[KarteVersion, str]]:
    """How it stood before, the newest first, each with who had written it so."""
    row = KarteVersion
    query = sa.select(row, Staff.name).outerjoin(Staff, Staff.id == row.staff_id).where(row.karte_entry_id == entry.id)
    return [(version, name or "") for version, name in session.execute(query.order_by(row.id.desc()))]


def delete(session: Session, entry: KarteEntry) -> None:
    """Its photos are nobody's from now on, and are swept."""
    session.execute(sa.delete(KarteEntry).where(KarteEntry.id == entry.id))
