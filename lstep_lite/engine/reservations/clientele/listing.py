"""The list of customers: found by name or phone, in the order of their visits, however many there are.

It goes on from the last row shown (a cursor) and counts nothing, so that its cost does not grow with its length.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.friends.search import named
from lstep_lite.engine.reservations.transitions.counting import AHEAD
from lstep_lite.engine.settings import zone
from lstep_lite.models import BookingCustomer, Friend, Reservation

SIZE = 50


class Order(StrEnum):
    LAST_VISIT = "last_visit"
    DUE = "due"
    VISITS = "visits"
    NO_SHOWS = "no_shows"


class Only(StrEnum):
    ALL = ""
    NEW = "new"
    """Booked, and was never here."""
    WITHOUT_LINE = "without_line"
    NO_SHOW = "no_show"
    OVERDUE = "overdue"
    LIMITED = "limited"


@dataclass(frozen=True)
class Filters:
    text: str = ""
    order: Order = Order.LAST_VISIT
    only: Only = Only.ALL
    after: str = ""
    """The cursor of the page before; what can't be read is no cursor."""


@dataclass(frozen=True)
class Row:
    friend: Friend
    customer: BookingCustomer
    next_at: datetime | None
    """When their next booking begins."""


@dataclass(frozen=True)
class CustomerPage:
    rows: Sequence[Row]
    next_cursor: str
    """Empty on the last page."""


_COLUMNS: dict[Order, Any] = {
    Order.LAST_VISIT: BookingCustomer.last_visit_at,
    Order.DUE: BookingCustomer.next_due_on,
    Order.VISITS: BookingCustomer.visits,
    Order.NO_SHOWS: BookingCustomer.no_shows,
}


def page(session: Session, filters: Filters, *, now: datetime) -> CustomerPage:
    """The due in the order of their days; of all else the newest, or the most, first."""
    today = now.astimezone(zone(session)).date()
    column = _COLUMNS[filters.order]
    query = sa.select(BookingCustomer, Friend).join(Friend, Friend.id == BookingCustomer.friend_id)
    query = query.where(*_conditions(filters, column, today), *_beyond(filters, column))
    found = session.execute(query.order_by(*_order(filters, column)).limit(SIZE + 1)).all()
    shown = found[:SIZE]
    starts = _next_starts(session, [friend.id for _, friend in shown], now)
    rows = [Row(friend, customer, starts.get(friend.id)) for customer, friend in shown]
    return CustomerPage(rows, _cursor(rows[-1], filters.order) if len(found) > SIZE else "")


def _conditions(filters: Filters, column: Any, today: date) -> list[sa.ColumnElement[bool]]:
    """Who was never here is in no order of visits, but on a list of their own, and when looked for."""
    customer = BookingCustomer
    found: list[sa.ColumnElement[bool]] = [Friend.erased_at.is_(None)]
    if filters.text:
        found.append(named(filters.text))
    elif filters.only is not Only.NEW:
        found.append(column.is_not(None))
    only: dict[Only, sa.ColumnElement[bool]] = {
        Only.NEW: customer.visits == 0,
        Only.WITHOUT_LINE: Friend.line_user_id.is_(None),
        Only.NO_SHOW: customer.no_shows > 0,
        Only.OVERDUE: customer.next_due_on < today,
        Only.LIMITED: sa.or_(customer.online != "ok", customer.is_careful),
    }
    if filters.only is not Only.ALL:
        found.append(only[filters.only])
    return found


def _order(filters: Filters, column: Any) -> list[sa.ColumnElement[Any]]:
    ids = BookingCustomer.friend_id
    if filters.text:  # few, and some without a value
        value = column.asc() if filters.order is Order.DUE else column.desc()
        return [value.nulls_last(), ids.desc()]
    return [column.asc(), ids.asc()] if filters.order is Order.DUE else [column.desc(), ids.desc()]


def _beyond(filters: Filters, column: Any) -> list[sa.ColumnElement[bool]]:
    """The rows after the cursor."""
    order, _, rest = filters.after.partition("~")
    typed, _, last_id = rest.rpartition("~")
    if order != filters.order.value or not (last_id.isascii() and last_id.isdigit() and len(last_id) < 16):
        return []
    try:
        value = _read(filters.order, typed)
    except (ValueError, OverflowError):
        return []
    ids, last = BookingCustomer.friend_id, int(last_id)
    if value is None:
        return [column.is_(None), ids > last if _is_rising(filters) else ids < last]
    held = sa.literal(value, column.type)
    if filters.text:
        further = column > held if filters.order is Order.DUE else column < held
        return [sa.or_(further, sa.and_(column == held, ids < last), column.is_(None))]
    if _is_rising(filters):
        return [sa.tuple_(column, ids) > sa.tuple_(held, sa.literal(last))]
    return [sa.tuple_(column, ids) < sa.tuple_(held, sa.literal(last))]


def _is_rising(filters: Filters) -> bool:
    return filters.order is Order.DUE and not filters.text


def _cursor(row: Row, order: Order) -> str:
    value = getattr(row.customer, _COLUMNS[order].key)
    text = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)
    return f"{order.value}~{text}~{row.friend.id}"


def _read(order: Order, typed: str) -> date | datetime | int | None:
    if not typed:
        return None
    if order is Order.LAST_VISIT:
        return datetime.fromisoformat(typed).astimezone(UTC)
    return date.fromisoformat(typed) if order is Order.DUE else min(int(typed), 10**9)


def _next_starts(session: Session, ids: Collection[int], now: datetime) -> dict[int, datetime]:
    row = Reservation
    query = sa.select(row.friend_id, sa.func.min(row.starts_at)).where(
        row.friend_id.in_(ids), row.state.in_(AHEAD), row.starts_at >= now
    )
    return dict(session.execute(query.group_by(row.friend_id)).all()) if ids else {}
