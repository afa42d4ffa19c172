"""What follows from something that happened to a friend.

`fire` writes the happening on the friend's timeline and calls every subscriber in the same transaction, each in a
savepoint: a subscriber that fails is undone alone and its failure is written where its result would stand. Features
subscribe with `@on("friend.followed")`; this module names none of them.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import UTCDateTime, add_new, savepoint
from lstep_lite.models import ChangedBy, Friend, TimelineEntry, WebhookEvent

log = logging.getLogger(__name__)

DEPTH_LIMIT = 24
"""How many happenings may follow from one another before the chain is cut as a loop. Action sets, which stop a loop in
clearer words, are stopped long before (engine/actions)."""


AUTOMATIC = frozenset({ChangedBy.AUTOMATION, ChangedBy.CUSTOMER})
"""Whose changes automation follows; what people do by hand, and what is imported, is only written down."""


@dataclass(frozen=True)
class Happening:
    """One trigger, as subscribers see it."""

    kind: str
    friend: Friend
    now: datetime
    entry: TimelineEntry
    event: WebhookEvent | None
    """The webhook event being processed, if any: what is put for it may still go out as a free reply."""
    facts: dict[str, Any] = field(default_factory=dict)


AS_ONE = "undone_as_one"
"""Stands in the session's info while any failure undoes the whole unit, whose parts are then done again one by one.
What would be undone alone then needs no savepoint, and passes its failure on."""


@contextmanager
def undone_alone(session: Session) -> Iterator[None]:
    """Within, what fails goes back without the rest of the unit; see AS_ONE."""
    with nullcontext() if AS_ONE in session.info else savepoint(session):
        yield


Subscriber = Callable[[Session, Happening], str | None]
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)
labels: dict[str, str] = {}
"""What each kind is called on the timeline."""
pages: dict[str, str] = {}
"""Of some kinds, the path of the page that shows what it is about, with the names of facts in braces."""


def on(kind: str) -> Callable[[Subscriber], Subscriber]:
    """Subscribe to *kind*. The subscriber returns one Japanese sentence about what it did, or None."""

    def register(subscriber: Subscriber) -> Subscriber:
        _subscribers[kind].append(subscriber)
        return subscriber

    return register


def fire(
    session: Session,
    kind: str,
    friend: Friend,
    /,
    *,
    now: datetime,
    event: WebhookEvent | None = None,
    cause: TimelineEntry | None = None,
    **facts: Any,
) -> TimelineEntry:
    """Record that *kind* happened to *friend* and call its subscribers.

    *facts* must be JSON; *cause* is the entry this follows from. Subscribers' results stand in `entry.results`.
    """
    entry = record(session, kind, friend, now=now, cause=cause, **facts)
    entry.results = spread(session, entry, friend, now=now, event=event, **facts)
    return entry


def spread(
    session: Session,
    entry: TimelineEntry,
    friend: Friend,
    /,
    *,
    now: datetime,
    event: WebhookEvent | None = None,
    **facts: Any,
) -> list[str]:
    """Call the subscribers of what *entry* has recorded: their results. For who does things in between."""
    depth = session.info.get("fire_depth", 0)
    if depth >= DEPTH_LIMIT:
        return ["自動処理のつながりが長すぎるため、ここで止めました。設定が循環していないか確認してください。"]
    session.info["fire_depth"] = depth + 1
    try:
        happening = Happening(entry.kind, friend, now, entry, event, facts)
        results = [_call(session, subscriber, happening) for subscriber in _subscribers[entry.kind]]
    finally:
        session.info["fire_depth"] = depth
    return [result for result in results if result]


def record(
    session: Session, kind: str, friend: Friend, /, *, now: datetime, cause: TimelineEntry | None = None, **facts: Any
) -> TimelineEntry:
    """Write on *friend*'s timeline that *kind* happened, and let nothing follow from it: what staff did by hand."""
    row = {"friend_id": friend.id, "at": now, "kind": kind, "facts": facts, "results": []}
    row["cause_id"] = cause.id if cause else None
    entry = TimelineEntry(**row)
    if TOGETHER in session.info:
        entry.id = add_new(session, TimelineEntry, row)
        session.info[TOGETHER].append(entry)
    else:
        session.add(entry)
        session.flush()  # whoever goes on refers to the entry's id
    _tell_watchers(session, [friend.id], kind, now)
    return entry


def happen(
    session: Session,
    kind: str,
    friend: Friend,
    changed_by: ChangedBy,
    /,
    *,
    now: datetime,
    event: WebhookEvent | None = None,
    cause: TimelineEntry | None = None,
    **facts: Any,
) -> TimelineEntry:
    """`fire` what automation or the customer did, `record` what staff or an import did."""
    if changed_by in AUTOMATIC:
        return fire(session, kind, friend, now=now, event=event, cause=cause, **facts)
    return record(session, kind, friend, now=now, cause=cause, **facts)


TOGETHER = "entries_together"
"""The entries of a unit whose results are written together, in the session's info."""


@contextmanager
def written_together(session: Session) -> Iterator[None]:
    """Within, the entries' results are written down in one statement at the end; none when the unit fails.

    One inside another leaves it to that.
    """
    if TOGETHER in session.info:
        yield
        return
    entries: list[TimelineEntry] = []
    session.info[TOGETHER] = entries
    try:
        yield
        _write_results(session, entries)
    finally:
        del session.info[TOGETHER]


def _write_results(session: Session, entries: Sequence[TimelineEntry]) -> None:
    last = {entry.id: entry for entry in entries}  # an id may come again after one that was undone alone
    rows = [{"entry_id": entry.id, "results": entry.results} for entry in last.values() if entry.results]
    if rows:
        mine = sa.update(TimelineEntry).where(TimelineEntry.id == sa.bindparam("entry_id"))
        session.connection().execute(mine, rows)


def record_many(
    session: Session, kind: str, friend_ids: Sequence[int], /, *, now: datetime, **facts: Any
) -> Sequence[int]:
    """`record` for many friends in one statement; the entries' ids."""
    columns = {
        "friend_id": Friend.id,
        "at": sa.literal(now, UTCDateTime()),
        "kind": sa.literal(kind),
        "facts": sa.literal(facts, sa.JSON()),
        "results": sa.literal([], sa.JSON()),
    }
    chosen = sa.select(*columns.values()).where(Friend.id.in_(friend_ids)).order_by(Friend.id)
    written = sa.insert(TimelineEntry).from_select(list(columns), chosen)
    entry_ids = session.scalars(written.returning(TimelineEntry.id)).all()
    _tell_watchers(session, friend_ids, kind, now)
    return entry_ids


def _call(session: Session, subscriber: Subscriber, happening: Happening) -> str | None:
    try:
        with undone_alone(session):
            return subscriber(session, happening)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        if AS_ONE in session.info:
            raise
        log.exception("timeline %s (%s): %s failed", happening.entry.id, happening.kind, subscriber.__qualname__)
        return (
            "あとの処理の1つに失敗したため、その処理だけ取り消しました。"
            f"原因はサーバーの記録に「timeline {happening.entry.id}」として残っています。"
        )


Watcher = Callable[[Session, Sequence[int], str, datetime], None]
_watchers: list[Watcher] = []


def watches(watcher: Watcher) -> Watcher:
    """Register `watcher(session, friend_ids, kind, now)`, called whenever something is written on their timelines."""
    _watchers.append(watcher)
    return watcher


def _tell_watchers(session: Session, friend_ids: Sequence[int], kind: str, now: datetime) -> None:
    for watcher in _watchers:
        watcher(session, friend_ids, kind, now)


def subscribed_kinds() -> set[str]:
    return {kind for kind, subscribers in _subscribers.items() if subscribers}
