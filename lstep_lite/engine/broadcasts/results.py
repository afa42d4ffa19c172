"""What became of a broadcast: how many got it, who did not and why, who tapped, who left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.messages import expanding, templates
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.models import (
    AnswerState,
    Broadcast,
    BroadcastState,
    BroadcastVariant,
    Delivery,
    DeliveryState,
    Friend,
    Recipient,
    RecipientState,
    TapAnswer,
    TimelineEntry,
)

PAGE_SIZE = 50
MOST_REASONS = 20
TAPS_COUNT_FOR = timedelta(days=7)
"""Taps in templates of a broadcast are its own for so long after its start."""
LEAVING_COUNTS_FOR = timedelta(hours=24)


class Outcome(StrEnum):
    """What became of one friend's message; TAPPED and LEFT besides."""

    WAITING = "waiting"
    """Not in the outbox yet."""
    ON_THE_WAY = "on_the_way"
    HELD = "held"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    MISSED = "missed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    TAPPED = "tapped"
    LEFT = "left"
    """Blocked the account within a day."""


_OF_DELIVERY = {
    DeliveryState.WAITING: Outcome.ON_THE_WAY,
    DeliveryState.SENDING: Outcome.ON_THE_WAY,
    DeliveryState.HELD: Outcome.HELD,
    DeliveryState.SENT: Outcome.SENT,
    DeliveryState.FAILED: Outcome.FAILED,
    DeliveryState.SKIPPED: Outcome.SKIPPED,
    DeliveryState.MISSED: Outcome.MISSED,
    DeliveryState.UNKNOWN: Outcome.UNKNOWN,
    DeliveryState.CANCELLED: Outcome.CANCELLED,
}
OPEN = (Outcome.WAITING, Outcome.ON_THE_WAY, Outcome.HELD)


@dataclass(frozen=True)
class Numbers:
    """How many friends came to which end."""

    by_outcome: Mapping[Outcome, int] = field(default_factory=dict)

    def __getitem__(self, outcome: Outcome | str) -> int:
        return self.by_outcome.get(Outcome(outcome), 0)

    @property
    def total(self) -> int:
        return sum(self.by_outcome.values())

    @property
    def open(self) -> int:
        """Those whose message may still go out."""
        return sum(self[outcome] for outcome in OPEN)


@dataclass(frozen=True)
class Progress:
    """How far it is. *remaining* is a guess from its speed so far; None while there is none to go by."""

    numbers: Numbers
    percent: int
    remaining: timedelta | None


@dataclass(frozen=True)
class Reason:
    outcome: Outcome
    text: str
    count: int


@dataclass(frozen=True)
class VersionResult:
    variant: BroadcastVariant
    numbers: Numbers
    tapped: int
    """How many people chose something in it."""
    left: int

    @property
    def tap_percent(self) -> float:
        """Of those who got it, 0 … 100."""
        return 100 * self.tapped / self.numbers[Outcome.SENT] if self.numbers[Outcome.SENT] else 0.0


@dataclass(frozen=True)
class Results:
    numbers: Numbers
    versions: Sequence[VersionResult]
    reasons: Sequence[Reason]
    """Why messages did not go out, the commonest first."""
    tapped: int
    left: int
    has_taps: bool
    """Whether there is anything to tap at all."""


@dataclass(frozen=True)
class Member:
    friend: Friend
    outcome: Outcome
    reason: str | None
    at: datetime | None
    """When it came to its end."""


@dataclass(frozen=True)
class Page(Paged):
    rows: Sequence[Member]


def numbers(session: Session, broadcast: Broadcast) -> Numbers:
    """Counted afresh: what was missed may be sent after the end. For lists there is `Broadcast.totals`."""
    return Numbers(_added(_counts(session, broadcast)))


def progress(session: Session, broadcast: Broadcast, *, now: datetime) -> Progress:
    counted = numbers(session, broadcast)
    if broadcast.finished_at is not None:
        return Progress(counted, 100, None)
    done = counted.total - counted.open
    percent = min(done * 100 // counted.total, 99) if counted.total else 0
    runs = broadcast.state is BroadcastState.SENDING and broadcast.is_gathered
    has_speed = runs and done and broadcast.started_at is not None and now > broadcast.started_at
    remaining = (now - broadcast.started_at) / done * counted.open if has_speed and broadcast.started_at else None
    return Progress(counted, percent, remaining)


def results(session: Session, broadcast: Broadcast, *, now: datetime) -> Results:
    counts = _counts(session, broadcast)
    tapped = taps_by_version(session, broadcast)
    left = _left_by_version(session, broadcast, now)
    versions = [
        VersionResult(
            variant,
            Numbers(_added({key: count for key, count in counts.items() if key[0] == variant.id})),
            tapped.get(variant.id, 0),
            left.get(variant.id, 0),
        )
        for variant in broadcast.variants
    ]
    return Results(
        numbers=Numbers(_added(counts)),
        versions=versions,
        reasons=_reasons(session, broadcast),
        tapped=sum(tapped.values()),
        left=sum(left.values()),
        has_taps=any(_shown(session, variant) for variant in broadcast.variants),
    )


def members(
    session: Session,
    broadcast: Broadcast,
    *,
    outcome: Outcome | None = None,
    variant_id: int | None = None,
    number: int = 1,
    now: datetime,
) -> Page:
    """What became of whom; with *outcome*, those alone; with *variant_id*, those who got that version."""
    wanted = [Recipient.broadcast_id == broadcast.id]
    if outcome is not None:
        wanted.append(_came_to(session, broadcast, outcome, now))
    if variant_id is not None:
        wanted.append(Recipient.variant_id == variant_id)
    joined = sa.select(Recipient).outerjoin(Delivery, Delivery.id == Recipient.delivery_id).where(*wanted)
    count = session.scalar(joined.with_only_columns(sa.func.count())) or 0
    number = nearest(number, count, PAGE_SIZE)
    reason = sa.func.coalesce(Recipient.reason, Delivery.reason)
    query = joined.join(Friend, Friend.id == Recipient.friend_id).with_only_columns(
        Friend, Recipient.state, Delivery.state, reason, Delivery.finished_at
    )
    rows = session.execute(query.order_by(Recipient.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    found = [Member(friend, _outcome(broadcast, mine, delivery), why, at) for friend, mine, delivery, why, at in rows]
    return Page(found, total_count=count, number=number, size=PAGE_SIZE)


def taps_by_version(session: Session, broadcast: Broadcast) -> dict[int, int]:
    """How many people chose something in each version, by its id."""
    found: dict[int, int] = {}
    for variant in broadcast.variants:
        template_ids = _shown(session, variant)
        if template_ids and broadcast.started_at is not None:
            tapped = _tapped(broadcast, template_ids)
            mine = sa.select(sa.func.count()).where(Recipient.broadcast_id == broadcast.id, tapped)
            found[variant.id] = session.scalar(mine.where(Recipient.variant_id == variant.id)) or 0
    return found


def taps_by_broadcast(session: Session, found: Sequence[Broadcast]) -> dict[int, int]:
    """The same for a list, by the broadcasts' ids, with one look for all; those with nothing to tap are not in it."""
    blocks = [block for broadcast in found for variant in broadcast.variants for block in variant.blocks]
    known = expanding.load_templates(session, blocks)
    counts: dict[int, list[sa.ScalarSelect[int]]] = {}
    for broadcast in found:
        for variant in broadcast.variants:
            template_ids = expanding.shown(known, variant.blocks)
            if template_ids and broadcast.started_at is not None:
                mine = Recipient.broadcast_id == broadcast.id, Recipient.variant_id == variant.id
                query = sa.select(sa.func.count()).where(*mine, _tapped(broadcast, sorted(template_ids)))
                counts.setdefault(broadcast.id, []).append(query.scalar_subquery())
    if not counts:
        return {}
    columns = [each.label(f"of_{key}_{place}") for key, parts in counts.items() for place, each in enumerate(parts)]
    numbers = iter(session.execute(sa.select(*columns)).one())
    return {key: sum(next(numbers) for _ in parts) for key, parts in counts.items()}


def _shown(session: Session, variant: BroadcastVariant) -> list[int]:
    """The templates it shows: taps belong to those."""
    return list(expanding.load_templates(session, variant.blocks))


def _tapped(broadcast: Broadcast, template_ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """Who of the recipients chose something in these after the broadcast had begun."""
    started_at = broadcast.started_at or broadcast.created_at
    return Recipient.friend_id.in_(
        sa.select(TapAnswer.friend_id).where(
            TapAnswer.owner == templates.OWNER,
            TapAnswer.owner_id.in_(template_ids),
            TapAnswer.state == AnswerState.TAKEN,
            TapAnswer.at >= started_at,
            TapAnswer.at < started_at + TAPS_COUNT_FOR,
        )
    )


def _left(broadcast: Broadcast, now: datetime) -> sa.ColumnElement[bool]:
    """Who of the recipients blocked the account after they had got it, until a day after the last had."""
    until = (broadcast.finished_at or now) + LEAVING_COUNTS_FOR
    return sa.exists().where(
        Delivery.id == Recipient.delivery_id,
        Delivery.state == DeliveryState.SENT,
        TimelineEntry.friend_id == Recipient.friend_id,
        TimelineEntry.kind == "friend.unfollowed",
        TimelineEntry.at >= Delivery.finished_at,
        TimelineEntry.at < until,
    )


def _left_by_version(session: Session, broadcast: Broadcast, now: datetime) -> dict[int, int]:
    query = sa.select(Recipient.variant_id, sa.func.count()).where(
        Recipient.broadcast_id == broadcast.id, Recipient.state == RecipientState.PUT, _left(broadcast, now)
    )
    rows = session.execute(query.group_by(Recipient.variant_id)).all()
    return {variant_id: count for variant_id, count in rows if variant_id is not None}


def _counts(session: Session, broadcast: Broadcast) -> dict[tuple[int | None, Outcome], int]:
    """How many friends by version and outcome."""
    query = (
        sa.select(Recipient.variant_id, Recipient.state, Delivery.state, sa.func.count())
        .outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
        .where(Recipient.broadcast_id == broadcast.id)
        .group_by(Recipient.variant_id, Recipient.state, Delivery.state)
    )
    found: dict[tuple[int | None, Outcome], int] = {}
    for variant_id, mine, delivery, count in session.execute(query):
        key = variant_id, _outcome(broadcast, mine, delivery)
        found[key] = found.get(key, 0) + count
    return found


def _added(counts: Mapping[tuple[int | None, Outcome], int]) -> dict[Outcome, int]:
    found: dict[Outcome, int] = {}
    for (_, outcome), count in counts.items():
        found[outcome] = found.get(outcome, 0) + count
    return found


def _outcome(broadcast: Broadcast, mine: RecipientState, delivery: DeliveryState | None) -> Outcome:
    if mine is RecipientState.WAITING:
        return _of_waiting(broadcast)
    if mine is RecipientState.SKIPPED or delivery is None:
        return Outcome.SKIPPED
    return _OF_DELIVERY[delivery]


def _of_waiting(broadcast: Broadcast) -> Outcome:
    """Nobody who still waits gets one that was stopped."""
    return Outcome.CANCELLED if broadcast.state is BroadcastState.CANCELLED else Outcome.WAITING


def _came_to(session: Session, broadcast: Broadcast, outcome: Outcome, now: datetime) -> sa.ColumnElement[bool]:
    """The recipients with *outcome*, as SQL over Recipient and the Delivery beside it."""
    if outcome is Outcome.LEFT:
        return _left(broadcast, now)
    if outcome is Outcome.TAPPED:
        shown = {variant.id: _shown(session, variant) for variant in broadcast.variants}
        return sa.or_(
            sa.false(),
            *(sa.and_(Recipient.variant_id == key, _tapped(broadcast, ids)) for key, ids in shown.items() if ids),
        )
    if outcome is _of_waiting(broadcast):
        return sa.or_(Recipient.state == RecipientState.WAITING, _of_deliveries(outcome))
    if outcome is not Outcome.SKIPPED:
        return _of_deliveries(outcome)
    lost = sa.and_(Recipient.state == RecipientState.PUT, Recipient.delivery_id.is_(None))
    return sa.or_(Recipient.state == RecipientState.SKIPPED, _of_deliveries(outcome), lost)


def _of_deliveries(outcome: Outcome) -> sa.ColumnElement[bool]:
    states = [state for state, meant in _OF_DELIVERY.items() if meant is outcome]
    return sa.and_(Recipient.state == RecipientState.PUT, Delivery.state.in_(states))


def _reasons(session: Session, broadcast: Broadcast) -> list[Reason]:
    text = sa.func.coalesce(Recipient.reason, Delivery.reason).label("text")
    count = sa.func.count().label("count")
    query = (
        sa.select(Recipient.state, Delivery.state, text, count)
        .outerjoin(Delivery, Delivery.id == Recipient.delivery_id)
        .where(Recipient.broadcast_id == broadcast.id, text.is_not(None))
        .group_by(Recipient.state, Delivery.state, text)
        .order_by(count.desc(), text)
        .limit(MOST_REASONS)
    )
    return [
        Reason(_outcome(broadcast, mine, delivery), why, friends)
        for mine, delivery, why, friends in session.execute(query)
    ]
