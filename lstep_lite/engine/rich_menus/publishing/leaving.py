"""Taking all menus away from LINE, before the shop leaves this product: they would stay on customers' screens for ever.

Afterwards nothing is published or shown until the owner wants menus again.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.line import BatchPhase, LineError
from lstep_lite.engine.rich_menus import modes, periods
from lstep_lite.engine.rich_menus.publishing import budget, ending, moving, outcomes
from lstep_lite.engine.rich_menus.publishing.working import Here, Plan, Work, explained, next_try
from lstep_lite.engine.studio import new_code
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Friend,
    FriendMenu,
    LeavingStep,
    LineMenu,
    LineMenuState,
    MenuCallKind,
    MenuSettings,
    MenuTab,
    Publication,
    PublicationState,
    RichMenu,
)

STEPS = {
    LeavingStep.DEFAULT: "既定のメニューを外す",
    LeavingStep.FRIENDS: "お客様ひとりひとりのメニューを外す",
    LeavingStep.ALIASES: "タブのつながりを消す",
    LeavingStep.MENUS: "LINEに登録したメニューを消す",
}
"""In order."""
CHUNK = 500
WATCH = timedelta(seconds=2)


@dataclass(frozen=True)
class Progress:
    step: LeavingStep
    reason: str | None
    """What it waits for."""
    menus_left: int
    aliases_left: int


def begin(session: Session, *, now: datetime) -> None:
    """Raises DomainError when it has begun already."""
    kept = modes.locked(session)
    if kept.leaving_at is not None:
        raise DomainError("すべてのリッチメニューを外す作業は、もう始まっています。")
    for publication in session.scalars(sa.select(Publication).where(Publication.state.in_(outcomes.OPEN))).all():
        outcomes.finish(session, publication, PublicationState.CANCELED, now)
    kept.leaving_at, kept.leaving_step, kept.leaving_due_at = now, LeavingStep.DEFAULT, modes.AT_ONCE
    kept.leaving_attempts, kept.leaving_reason = 0, None
    kept.leaving_key = kept.leaving_batch_id = None
    session.flush()  # the same request shows it


def resume(session: Session, *, now: datetime) -> None:
    """Menus may be published again. Raises DomainError while they are still being taken away."""
    kept = modes.locked(session)
    if kept.leaving_step is not LeavingStep.DONE:
        raise DomainError("まだ外している途中です。すべて外し終わってから再開してください。")
    kept.leaving_at = kept.leaving_step = None
    periods.look_again(session, now=now)


def progress(session: Session) -> Progress | None:
    """None when nobody wants to leave."""
    kept = modes.settings(session)
    if kept.leaving_step is None:
        return None
    return Progress(kept.leaving_step, kept.leaving_reason, _count(session, _IS_LEFT), _count(session, _IS_ALIASED))


_IS_LEFT = LineMenu.state != LineMenuState.GONE
_IS_ALIASED = MenuTab.aliased_line_id.is_not(None)


def _count(session: Session, condition: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(condition)) or 0


# The work ------------------------------------------------------------------------------------------------------------


class Leaving(Work[MenuSettings]):
    model = MenuSettings
    due = "leaving_due_at"

    def wanted(self) -> sa.ColumnElement[bool]:
        return MenuSettings.leaving_at.is_not(None)

    def plan(self, session: Session, row: MenuSettings, here: Here) -> Plan[MenuSettings] | None:
        return _STEPS[row.leaving_step](session, row, here) if row.leaving_step else None

    def failed(self, session: Session, row: MenuSettings, error: DomainError, here: Here) -> None:
        row.leaving_attempts, row.leaving_reason = row.leaving_attempts + 1, explained(error)
        row.leaving_due_at = next_try(row.leaving_attempts, here.wall)


def _go_on(row: MenuSettings, step: LeavingStep, here: Here) -> None:
    row.leaving_step, row.leaving_due_at = step, here.wall
    row.leaving_attempts, row.leaving_reason = 0, None


def _default(session: Session, row: MenuSettings, here: Here) -> Plan[MenuSettings]:
    return _CancelDefault()


class _CancelDefault(Plan[MenuSettings]):
    def do(self, here: Here) -> None:
        here.at_line().cancel_default()

    def record(self, session: Session, row: MenuSettings, here: Here) -> None:
        row.default_line_id = row.default_due_at = row.default_reason = None
        _go_on(row, LeavingStep.FRIENDS, here)


def _friends(session: Session, row: MenuSettings, here: Here) -> Plan[MenuSettings] | None:
    if row.leaving_batch_id is not None:
        return _Look(row.leaving_batch_id)
    if budget.take(session, MenuCallKind.BATCH, here.wall):
        row.leaving_key = row.leaving_key or new_code()
        return _UnlinkEverybody(row.leaving_key)
    if _count(session, FriendMenu.linked_id.is_not(None)) <= moving.FEW:
        return _UnlinkSome(_linked(session))
    row.leaving_due_at = budget.next_at(session, MenuCallKind.BATCH, here.wall)
    row.leaving_reason = budget.waiting_words(session, "続けます", row.leaving_due_at)
    return None


def _linked(session: Session) -> dict[int, str | None]:
    """Friends who see a menu of their own, up to 500, with LINE's ids of them."""
    query = sa.select(Friend.id, Friend.line_user_id).join(FriendMenu, FriendMenu.friend_id == Friend.id)
    found = query.where(FriendMenu.linked_id.is_not(None)).order_by(Friend.id).limit(CHUNK)
    return {row.id: row.line_user_id for row in session.execute(found)}


def _forget(session: Session, friend_ids: Collection[int]) -> None:
    mine = sa.update(FriendMenu).where(FriendMenu.friend_id.in_(friend_ids))
    session.execute(mine.values(linked_id=None, tab_id=None))


@dataclass
class _UnlinkSome(Plan[MenuSettings]):
    """Where LINE has no request for everybody left in this hour, and they are few."""

    friends: Mapping[int, str | None]

    def do(self, here: Here) -> None:
        if user_ids := [user_id for user_id in self.friends.values() if user_id]:
            here.at_line().unlink_many(user_ids)

    def record(self, session: Session, row: MenuSettings, here: Here) -> None:
        _forget(session, self.friends)
        _go_on(row, LeavingStep.FRIENDS if self.friends else LeavingStep.ALIASES, here)


@dataclass
class _UnlinkEverybody(Plan[MenuSettings]):
    key: str
    batch_id: str | None = None

    def do(self, here: Here) -> None:
        try:
            self.batch_id = here.at_line().unlink_everybody(self.key)
        except LineError as error:
            if not moving.is_refused(error):
                raise

    def record(self, session: Session, row: MenuSettings, here: Here) -> None:
        row.leaving_reason = None
        if self.batch_id is None:
            _go_on(row, LeavingStep.ALIASES, here)
        else:
            row.leaving_batch_id, row.leaving_due_at = self.batch_id, here.wall + WATCH


@dataclass
class _Look(Plan[MenuSettings]):
    batch_id: str
    phase: BatchPhase = BatchPhase.FAILED

    def do(self, here: Here) -> None:
        try:
            self.phase = here.at_line().batch_phase(self.batch_id)
        except LineError as error:
            if not moving.is_refused(error):
                raise

    def record(self, session: Session, row: MenuSettings, here: Here) -> None:
        row.leaving_attempts += 1
        if self.phase is BatchPhase.ONGOING:
            row.leaving_due_at = here.wall + moving.pause(row.leaving_attempts)
        else:
            _go_on(row, LeavingStep.ALIASES, here)


def _aliases(session: Session, row: MenuSettings, here: Here) -> None:
    """Nobody sees a menu of their own any more; `line_work` takes the aliases away."""
    if friends := _linked(session):
        _forget(session, friends)
        row.leaving_due_at = here.wall
        return
    ending.retire_all(session, sa.true(), sa.true(), here)
    if _count(session, _IS_ALIASED):
        row.leaving_due_at = here.wall + WATCH
    else:
        _go_on(row, LeavingStep.MENUS, here)


def _menus(session: Session, row: MenuSettings, here: Here) -> None:
    if _count(session, _IS_LEFT):
        row.leaving_due_at = here.wall + WATCH
        return
    session.execute(sa.update(RichMenu).values(live_document=None, live_revision=None))
    row.leaving_step, row.leaving_due_at, row.leaving_reason = LeavingStep.DONE, None, None
    row.look_due_at = here.wall  # to be sure


_STEPS: dict[LeavingStep, Callable[[Session, MenuSettings, Here], Plan[MenuSettings] | None]] = {
    LeavingStep.DEFAULT: _default,
    LeavingStep.FRIENDS: _friends,
    LeavingStep.ALIASES: _aliases,
    LeavingStep.MENUS: _menus,
}
