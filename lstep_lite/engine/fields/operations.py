"""What a step may do to a field besides setting it: adding, moving a date, choosing options.

The friend's row is locked first, and what the field holds is read after that: whatever runs at the same time, nothing
is counted twice or lost.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.fields import values
from lstep_lite.engine.fields.targets import Target
from lstep_lite.engine.fields.types import Value, dates, numbers
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend

Data = dict[str, Any]
"""An operation as it is stored: {"op"} and what it needs of "text" (as typed), "amount", "days", "option_ids"."""


@dataclass(frozen=True)
class _At:
    """What an operation works on."""

    target: Target
    before: Value
    data: Data
    now: datetime
    zone: ZoneInfo


def result(session: Session, friend: Friend, target: Target, data: Data, *, now: datetime) -> Value:
    """What the field will hold after the operation. Locks the friend. Raises DomainError when it can't be done."""
    values.lock(session, friend, target)
    before = values.fresh(session, friend, target)
    return _OPERATIONS[data["op"]](_At(target, before, data, now, settings.zone(session)))


def _set(at: _At) -> Value:
    if "option_ids" in at.data:
        return _chosen(at, set(at.data["option_ids"]))
    return at.target.parse(at.data["text"], at.zone)


def _clear(at: _At) -> Value:
    return None


def _add(at: _At) -> Value:
    return _plus(at, Decimal(at.data["amount"]))


def _subtract(at: _At) -> Value:
    return _plus(at, -Decimal(at.data["amount"]))


def _plus(at: _At, amount: Decimal) -> Value:
    """Empty counts as 0. A text keeps being a text."""
    total = numbers.fitting(_as_number(at) + amount)
    return numbers.plain(total) if isinstance(at.before, str) or at.target.kind.column == "text" else total


def _as_number(at: _At) -> Decimal:
    if isinstance(at.before, Decimal):
        return at.before
    if not at.before:
        return Decimal(0)
    try:
        return numbers.number(str(at.before))
    except DomainError as error:
        raise DomainError(
            f"「{at.target.name}」に数字ではない内容が入っているため、計算しませんでした。内容はそのままです。"
        ) from error


def _today(at: _At) -> Value:
    """The day it runs, on the shop's calendar; for a moment, that day at the time it runs."""
    local = at.now.astimezone(at.zone).replace(second=0, microsecond=0)
    return _moved(local if at.target.kind.column == "moment" else local.date(), at)


def _shift(at: _At) -> Value:
    if not isinstance(at.before, date):
        raise DomainError(f"「{at.target.name}」が空のため、日付を動かせませんでした。")
    return _moved(at.before.astimezone(at.zone) if isinstance(at.before, datetime) else at.before, at)


def _moved(start: date, at: _At) -> date:
    """*start* by so many days on the calendar: a moment keeps its time of day."""
    try:
        moved = start + timedelta(days=at.data["days"])
    except OverflowError as error:
        raise DomainError(dates.SAY_DAY) from error
    return dates.in_range(moved)


def _pick(at: _At) -> Value:
    return _chosen(at, _ids(at) | set(at.data["option_ids"]))


def _drop(at: _At) -> Value:
    return _chosen(at, _ids(at) - set(at.data["option_ids"]))


def _ids(at: _At) -> set[int]:
    return set(at.before) if isinstance(at.before, tuple) else set()


def _chosen(at: _At, ids: set[int]) -> Value:
    return tuple(option.id for option in at.target.options if option.id in ids) or None


_OPERATIONS: dict[str, Callable[[_At], Value]] = {
    "set": _set,
    "clear": _clear,
    "add": _add,
    "subtract": _subtract,
    "today": _today,
    "shift": _shift,
    "pick": _pick,
    "drop": _drop,
}
