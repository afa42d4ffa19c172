"""Looking into the outbox: the log, and what is not settled yet."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import messages
from lstep_lite.engine.deliveries import conditions
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.text import normalise
from lstep_lite.errors import NotFound
from lstep_lite.models import Call, Channel, Delivery, DeliveryState, Friend

PAGE = 50
SOON = timedelta(seconds=10)
"""A retry that is due later than this does not keep things from counting as settled."""


@dataclass(frozen=True)
class Filters:
    """What the log shows; None everywhere shows all."""

    state: DeliveryState | None = None
    source: str | None = None
    is_counted: bool | None = None
    friend_id: int | None = None
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    rows: Sequence[Delivery]
    next_before: int | None
    """Hand it in as *before* for the older ones; None on the last page."""


def log(session: Session, filters: Filters, *, before: int | None = None, limit: int = PAGE) -> Page:
    """The newest deliveries that fit, with friend, content and call loaded.

    First which ones, mostly from indexes; joined are only those that are shown.
    """
    fitting = sa.select(Delivery.id).where(*_conditions(filters)).order_by(Delivery.id.desc()).limit(limit + 1)
    if before is not None:
        fitting = fitting.where(Delivery.id < before)
    query = (
        sa.select(Delivery)
        .where(Delivery.id.in_(fitting))
        .options(joinedload(Delivery.friend), joinedload(Delivery.content), joinedload(Delivery.call))
        .order_by(Delivery.id.desc())
    )
    rows = session.scalars(query).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def get(session: Session, delivery_id: int) -> Delivery:
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound("この送信の記録は見つかりませんでした。")
    return delivery


def previews(session: Session, rows: Sequence[Delivery], *, now: datetime) -> dict[int, str]:
    """One line of each by its id, as the friend reads it."""
    lines = messages.preview_texts(session, [row.content.blocks for row in rows])
    words = placeholders.load(session, lines, [row.friend for row in rows], public_url="", now=now)
    return {row.id: placeholders.fill(line, row.friend, words) for row, line in zip(rows, lines, strict=True)}


def objects(session: Session, delivery: Delivery, *, public_url: str, now: datetime) -> list[dict[str, Any]]:
    """Its LINE message objects: as they were sent, else as they would be sent now.

    Raises DomainError when what it shows is gone.
    """
    if delivery.call is not None:
        sent: list[dict[str, Any]] = json.loads(delivery.call.body)["messages"]
        return sent[delivery.first_part : delivery.first_part + delivery.part_count]
    friends = [delivery.friend]
    context = messages.context(session, delivery.content.blocks, public_url=public_url, now=now, friends=friends)
    drawn = messages.render(context, delivery.friend)
    return drawn[delivery.content_from : delivery.content_to]


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.state is not None:
        found.append(Delivery.state == filters.state)
    if filters.source is not None:
        found.append(Delivery.source == filters.source)
    if filters.is_counted is not None:
        found.append(Delivery.is_counted.is_(filters.is_counted))
    if filters.friend_id is not None:
        found.append(Delivery.friend_id == filters.friend_id)
    if filters.name:
        named = sa.select(Friend.id).where(Friend.search_text.contains(normalise(filters.name), autoescape=True))
        found.append(Delivery.friend_id.in_(named))
    if filters.since is not None:
        found.append(Delivery.created_at >= filters.since)
    if filters.until is not None:
        found.append(Delivery.created_at < filters.until)
    return found


def sources(session: Session) -> Sequence[str]:
    """The features that have sent something, for the log's filter.

    Each step looks up the next one in the index; DISTINCT would read all of it.
    """
    found = sa.select(sa.func.min(Delivery.source).label("source")).cte("found", recursive=True)
    next_one = sa.select(sa.func.min(Delivery.source)).where(Delivery.source > found.c.source).scalar_subquery()
    found = found.union_all(sa.select(next_one).where(found.c.source.is_not(None)))
    return session.scalars(sa.select(found.c.source).where(found.c.source.is_not(None))).all()


class Pending(TypedDict):
    due: int
    in_flight: int
    retrying: int
    next_due: str | None


def pending(session: Session, *, now: datetime, wall: datetime) -> Pending:
    """What keeps the outbox from being settled, and when the next message is due.

    Rows that wait for the month's allowance, or for an account to be connected, do not count.
    """
    channel = session.get(Channel, 1)
    is_waiting = Delivery.state == conditions.WAITING
    claimable = sa.and_(is_waiting, Delivery.due_at <= now, Delivery.missed_after >= now)
    is_open = Call.state.in_(conditions.OPEN_CALL)  # the words of the index of open calls
    soon = sa.and_(is_open, Call.state != conditions.IN_FLIGHT, Call.due_at <= wall + SOON)
    if channel is None:
        claimable = sa.and_(claimable, sa.false())
    elif channel.paused_at:
        claimable = sa.and_(claimable, conditions.can_reply())
        soon = sa.and_(soon, conditions.goes_while_paused())
    upcoming = sa.select(sa.func.min(Delivery.due_at)).where(is_waiting, Delivery.due_at > now)
    # One statement: between two of them a message could pass from one count into another, unseen by both.
    counts = sa.select(
        _count(Delivery, conditions.LATE),
        _count(Delivery, claimable),
        _count(Call, sa.and_(is_open, Call.state == conditions.IN_FLIGHT)),
        _count(Call, soon),
        upcoming.scalar_subquery(),
    )
    late, due, in_flight, retrying, next_due = session.execute(counts, {"now": now}).one()
    return Pending(
        due=late + due,
        in_flight=in_flight,
        retrying=retrying,
        next_due=next_due.isoformat() if next_due else None,
    )


def _count(model: type[Call] | type[Delivery], which: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(model).where(which).scalar_subquery()
