"""How all work at LINE is done: claim a row, call LINE outside of any unit, write down what became of it.

A row says when to look at it (`due_at`, on `wall`). Claiming puts that off by a lease, so that a worker that dies is
followed by another one, which finds out at LINE what the first one achieved.
"""

import logging
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.line import Account, LineError, RichMenusAtLine
from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.rich_menus.publishing import budget
from lstep_lite.errors import DomainError

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
BROKEN = "思わぬ問題が起きて、途中で止まりました。もう一度お試しください。続くときはサーバーの記録を確かめてください。"
Row = TypeVar("Row")


class _InHand:
    """How many rows threads of this process are at: their leases say that nothing is due, and yet much may follow."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.count -= 1


_in_hand = _InHand()


def in_hand() -> int:
    return _in_hand.count


@dataclass(frozen=True)
class Here:
    """What there is to work with."""

    database: Database
    account: Account
    store: MediaStore
    public_url: str
    now: datetime
    wall: datetime

    def at_line(self) -> RichMenusAtLine:
        """Raises DomainError when the account is not connected, or LINE gives no token."""
        return self.account.line().rich_menus


class Plan(ABC, Generic[Row]):
    """What is to be called for one row, and then written down."""

    @abstractmethod
    def do(self, here: Here) -> None:
        """Outside of any unit; raises DomainError."""

    def learn(self, row: Row) -> None:
        """Write down what is true at LINE, whoever works at the row by now."""
        return

    @abstractmethod
    def record(self, session: Session, row: Row, here: Here) -> None:
        """Write down what follows, and when to look next."""


class Work(ABC, Generic[Row]):
    """One kind of row that is worked at."""

    model: ClassVar[type[Any]]
    due: ClassVar[str] = "due_at"
    """Its column that says when to look."""
    lease: ClassVar[timedelta] = LEASE

    @abstractmethod
    def wanted(self) -> sa.ColumnElement[bool]:
        """Which rows have work at all."""

    def is_due(self, wall: datetime) -> sa.ColumnElement[bool]:
        due: sa.ColumnElement[bool] = getattr(self.model, self.due) <= wall
        return due

    @abstractmethod
    def plan(self, session: Session, row: Row, here: Here) -> Plan[Row] | None:
        """What to call for a claimed row. None when there is nothing to call: then the row says when to look next."""

    @abstractmethod
    def failed(self, session: Session, row: Row, error: DomainError, here: Here) -> None:
        """Write down that the call failed, and when to try again."""

    def one(self, here: Here) -> bool:
        """Work at one row; False when none is due."""
        with here.database.read() as session:
            if session.scalars(self._next(here.wall)).first() is None:
                return False
        with _in_hand:
            self._work(here)
        return True

    def _work(self, here: Here) -> None:
        with here.database.unit() as session:
            claimed = self._claim(session, here)
        if claimed is not None:
            error = _do(claimed.plan, here)
            with here.database.unit() as session:
                self._record(session, claimed, error, here)

    def _next(self, wall: datetime) -> sa.Select[Any]:
        due = getattr(self.model, self.due)
        keys = sa.inspect(self.model).primary_key
        return sa.select(self.model).where(self.wanted(), self.is_due(wall)).order_by(due, *keys).limit(1)

    def _claim(self, session: Session, here: Here) -> "_Claimed | None":
        row = session.scalars(self._next(here.wall).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return None
        until = here.wall + self.lease
        setattr(row, self.due, until)
        plan = self.plan(session, row, here)
        key = sa.inspect(row).identity
        return _Claimed(key, until, plan) if plan and key else None

    def _record(self, session: Session, claimed: "_Claimed", error: DomainError | None, here: Here) -> None:
        row = session.get(self.model, claimed.key, with_for_update=True)
        if row is None:
            return
        claimed.plan.learn(row)
        if getattr(row, self.due) != claimed.until:
            return  # it was given up, or somebody else took it over
        if error is None:
            claimed.plan.record(session, row, here)
        else:
            self.failed(session, row, error, here)


@dataclass(frozen=True)
class _Claimed:
    key: tuple[Any, ...]
    until: datetime
    plan: Plan[Any]


def _do(plan: Plan[Any], here: Here) -> DomainError | None:
    try:
        plan.do(here)
    except DomainError as error:
        log.warning("rich menus at LINE: %s", error.message)
        return error
    except Exception:
        log.exception("rich menus at LINE: %s broke off", type(plan).__name__)
        return DomainError(BROKEN)
    return None


def is_final(error: DomainError) -> bool:
    """Whether trying again as it is won't help."""
    return not isinstance(error, LineError) or error.permanent


def was_heard(error: DomainError) -> bool:
    """Whether LINE may have done what it was asked for all the same."""
    return isinstance(error, LineError) and not error.permanent and error.http_status != 429


def next_try(attempts: int, wall: datetime) -> datetime:
    return wall + budget.pause(attempts)


def explained(error: DomainError) -> str:
    """In words for staff; LINE's own are within."""
    status = error.http_status if isinstance(error, LineError) else None
    if status == 401:
        return f"LINEに接続できません。「LINE接続」の画面で、接続の情報が正しいか確かめてください。{error.message}"
    if status == 403:
        return (
            "LINE公式アカウントの設定またはプランのため、LINEに断られました。"
            f"LINE公式アカウントの管理画面（LINE Official Account Manager）を確かめてください。{error.message}"
        )
    return error.message
