"""What happened to a friend, why, and what came of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from lstep_lite.engine import chat, triggers
from lstep_lite.errors import NotFound
from lstep_lite.models import ActionRun, ChatMessage, Delivery, DeliveryState, Friend, Staff, TimelineEntry

PAGE_SIZE = 50
Row = TypeVar("Row", TimelineEntry, ChatMessage, Staff, ActionRun)
_OUTCOMES = {
    DeliveryState.WAITING: "これから送ります。",
    DeliveryState.HELD: "送らずに残しています。",
    DeliveryState.SENDING: "送信中です。",
    DeliveryState.FAILED: "送れませんでした。",
    DeliveryState.MISSED: "時間を過ぎたため送りませんでした。",
    DeliveryState.SKIPPED: "送りませんでした。",
    DeliveryState.UNKNOWN: "届いたか確認できません。",
    DeliveryState.CANCELLED: "取り消しました。",
}


@dataclass(frozen=True)
class Item:
    """One entry, ready to be shown."""

    entry: TimelineEntry
    label: str
    detail: str
    """The message, button, setting or person it is about, if any."""
    href: str
    """The page that shows what it is about; empty for none."""
    results: Sequence[tuple[str, str]]
    """What came of it, each with how it ended: done, skipped, failed, or nothing to tell apart."""
    cause: str | None
    """The label of the entry it follows from."""
    deliveries: Sequence[Delivery]
    """What was put into the outbox because of it."""


@dataclass(frozen=True)
class Step:
    """One sentence of the answer to 「なぜこのメッセージが届いた?」, and when it was so."""

    at: datetime
    text: str


def entries(
    session: Session,
    friend: Friend,
    *,
    before: TimelineEntry | None = None,
    limit: int = PAGE_SIZE,
) -> list[Item]:
    """The newest entries first; with *before*, those older than that one."""
    statement = select(TimelineEntry).where(TimelineEntry.friend_id == friend.id)
    if before is not None:
        statement = statement.where(
            or_(TimelineEntry.at < before.at, and_(TimelineEntry.at == before.at, TimelineEntry.id < before.id))
        )
    rows = session.scalars(statement.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(limit)).all()
    return _items(session, rows)


def why(session: Session, delivery: Delivery) -> list[Step]:
    """Why *delivery* exists and what became of it, from its first cause to now."""
    chain = _chain(session, delivery.cause_id)
    steps = [
        Step(item.entry.at, f"{item.label}{f'「{item.detail}」' if item.detail else ''}。")
        for item in _items(session, chain)
    ]
    steps.append(Step(delivery.created_at, _origin(session, delivery)))
    steps.append(Step(delivery.finished_at or delivery.due_at, _outcome(delivery)))
    return steps


@dataclass(frozen=True)
class Story:
    """「なぜ?」 of one entry: what led to it, first cause first, the entry itself, and what followed at once."""

    before: Sequence[Item]
    item: Item
    after: Sequence[Item]

    @property
    def entry(self) -> TimelineEntry:
        return self.item.entry


def story(session: Session, entry_id: int) -> Story:
    """How an entry came about. Raises NotFound."""
    entry = session.get(TimelineEntry, entry_id)
    if entry is None:
        raise NotFound
    before = _chain(session, entry.cause_id)
    newer = select(TimelineEntry).where(TimelineEntry.friend_id == entry.friend_id, TimelineEntry.at >= entry.at)
    after = session.scalars(newer.where(TimelineEntry.cause_id == entry.id).order_by(TimelineEntry.id)).all()
    items = _items(session, [*before, entry, *after])
    return Story(items[: len(before)], items[len(before)], items[len(before) + 1 :])


def _chain(session: Session, next_id: int | None) -> list[TimelineEntry]:
    """The entry *next_id* and all it follows from, first cause first."""
    chain: list[TimelineEntry] = []
    while next_id is not None and len(chain) < triggers.DEPTH_LIMIT:
        entry = session.get_one(TimelineEntry, next_id)
        chain.insert(0, entry)
        next_id = entry.cause_id
    return chain


def _origin(session: Session, delivery: Delivery) -> str:
    if delivery.staff_id is not None:
        staff = session.get(Staff, delivery.staff_id)
        return f"{staff.name if staff else 'スタッフ'}さんが「{delivery.source_label}」から送りました。"
    return f"「{delivery.source_label}」の設定により、メッセージを用意しました。"


def _outcome(delivery: Delivery) -> str:
    if delivery.state is DeliveryState.SENT:
        return "1通として数える配信で送りました。" if delivery.is_counted else "無料の返信として送りました。"
    return " ".join(part for part in (_OUTCOMES[delivery.state], delivery.reason) if part)


def _items(session: Session, rows: Sequence[TimelineEntry]) -> list[Item]:
    causes = _by_id(session, TimelineEntry, [row.cause_id for row in rows])
    texts = _by_id(session, ChatMessage, [row.facts.get("chat_message_id") for row in rows])
    names = _by_id(session, Staff, [row.facts.get("staff_id") for row in rows])
    runs = _by_id(session, ActionRun, [row.facts.get("run_id") for row in rows])
    sent = _deliveries(session, rows)
    return [
        Item(
            entry=row,
            label=label(row.kind),
            detail=_detail(row, texts, names),
            href=triggers.pages.get(row.kind, "").format_map(row.facts),
            results=_results(row, runs),
            cause=label(causes[row.cause_id].kind) if row.cause_id in causes else None,
            deliveries=sent.get(row.id, []),
        )
        for row in rows
    ]


def label(kind: str) -> str:
    """What staff call this kind of happening."""
    return triggers.labels.get(kind, kind)


def _detail(row: TimelineEntry, texts: dict[int, ChatMessage], names: dict[int, Staff]) -> str:
    if (message := texts.get(row.facts.get("chat_message_id", 0))) is not None:
        return chat.preview(message)
    staff = names.get(row.facts.get("staff_id", 0))
    about = row.facts.get("label", "")
    return "・".join(part for part in (about, f"{staff.name}さん" if staff else "") if part)


def _results(row: TimelineEntry, runs: dict[int, ActionRun]) -> list[tuple[str, str]]:
    run = runs.get(row.facts.get("run_id", 0))
    if run is None:
        return [("", result) for result in row.results]
    return list(_told(run.results, ""))


def _told(outcomes: Sequence[dict[str, Any]], indent: str) -> Iterator[tuple[str, str]]:
    """Each step of a run, those of a set within below theirs."""
    for outcome in outcomes:
        yield outcome["state"], indent + outcome["text"]
        yield from _told(outcome.get("inside", ()), indent + "　")


def _by_id(session: Session, model: type[Row], ids: Sequence[int | None]) -> dict[int, Row]:
    wanted = {row_id for row_id in ids if row_id is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(wanted)))}


def _deliveries(session: Session, rows: Sequence[TimelineEntry]) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    statement = select(Delivery).where(
        Delivery.friend_id.in_({row.friend_id for row in rows}),  # the index goes by friend
        Delivery.cause_id.in_([row.id for row in rows]),
    )
    for delivery in session.scalars(statement.order_by(Delivery.id)):
        found.setdefault(delivery.cause_id or 0, []).append(delivery)
    return found
