"""The single rich menus and aliases at LINE: made, given their picture, and taken away once nobody looks at them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.line import LineError, RichMenusAtLine
from lstep_lite.engine.rich_menus import modes, showing
from lstep_lite.engine.rich_menus.publishing import budget, outcomes
from lstep_lite.engine.rich_menus.publishing.outcomes import OPEN
from lstep_lite.engine.rich_menus.publishing.working import Here, Plan, Work, next_try, was_heard
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Friend,
    FriendMenu,
    LineMenu,
    LineMenuState,
    MenuCallKind,
    MenuTab,
    Publication,
    PublicationState,
)

LOOK_AGAIN = timedelta(seconds=5)
MOST_LOOKS = 120
"""After so many it goes whoever looks at it, as far as we know: those friends are told anew once it is gone."""
CHUNK = 500


# Menus ---------------------------------------------------------------------------------------------------------------


class LineMenus(Work[LineMenu]):
    """Each call may be followed by our death: the next one looks first what LINE has."""

    model = LineMenu

    def wanted(self) -> sa.ColumnElement[bool]:
        return LineMenu.state.in_((LineMenuState.WAITING, LineMenuState.MADE, LineMenuState.RETIRING))

    def plan(self, session: Session, row: LineMenu, here: Here) -> Plan[LineMenu] | None:
        if row.state is LineMenuState.RETIRING:
            return _plan_retiring(session, row, here)
        was_asked, row.was_asked = row.was_asked, True
        if row.state is LineMenuState.MADE:
            return Upload(str(row.line_id), row.image_path, row.content_type, was_asked)
        if was_asked:
            return Find(row.name)
        if budget.take(session, MenuCallKind.CREATE, here.wall):
            return Create(row.body)
        row.was_asked = False
        _wait(session, row, here)
        return None

    def failed(self, session: Session, row: LineMenu, error: DomainError, here: Here) -> None:
        row.attempts, row.reason = row.attempts + 1, error.message
        if row.state is LineMenuState.RETIRING:
            row.due_at = next_try(row.attempts, here.wall)
            return
        row.was_asked, row.due_at = was_heard(error), next_try(row.attempts, here.wall)
        if publication := _publication(session, row):
            outcomes.failed(session, publication, error, here)


def _wait(session: Session, row: LineMenu, here: Here) -> None:
    """LINE makes no more in this hour."""
    row.due_at = budget.next_at(session, MenuCallKind.CREATE, here.wall)
    if publication := _publication(session, row):
        publication.reason = budget.waiting_words(session, "LINEに登録します", row.due_at)


def _publication(session: Session, row: LineMenu) -> Publication | None:
    return session.get(Publication, row.publication_id, with_for_update=True) if row.publication_id else None


@dataclass
class Create(Plan[LineMenu]):
    body: dict[str, Any]
    line_id: str | None = None

    def do(self, here: Here) -> None:
        self.line_id = here.at_line().create(self.body)

    def learn(self, row: LineMenu) -> None:
        if row.line_id is None and self.line_id is not None:
            row.line_id = self.line_id
        if row.state is LineMenuState.GONE and self.line_id is not None:  # given up while LINE was making it
            row.state, row.due_at = LineMenuState.RETIRING, modes.AT_ONCE

    def record(self, session: Session, row: LineMenu, here: Here) -> None:
        row.was_asked, row.attempts, row.reason, row.due_at = False, 0, None, here.wall
        if row.state is LineMenuState.WAITING:
            row.state = LineMenuState.MADE


@dataclass
class Find(Plan[LineMenu]):
    """Whether LINE made it although its answer never came."""

    name: str
    line_id: str | None = None

    def do(self, here: Here) -> None:
        self.line_id = next((each.line_id for each in here.at_line().all() if each.name == self.name), None)

    def learn(self, row: LineMenu) -> None:
        row.line_id = row.line_id or self.line_id

    def record(self, session: Session, row: LineMenu, here: Here) -> None:
        row.was_asked, row.due_at = False, here.wall
        if row.state is LineMenuState.WAITING and row.line_id:
            row.state = LineMenuState.MADE


@dataclass
class Upload(Plan[LineMenu]):
    """A menu takes one picture: whether it has got it is asked first where that is not known."""

    line_id: str
    image_path: str
    content_type: str
    was_asked: bool

    def do(self, here: Here) -> None:
        at_line = here.at_line()
        if self.was_asked and at_line.has_picture(self.line_id):
            return
        picture = self._picture(here)
        try:
            at_line.upload(self.line_id, picture, self.content_type)
        except LineError as error:
            if error.http_status != 400 or not at_line.has_picture(self.line_id):
                raise

    def _picture(self, here: Here) -> bytes:
        try:
            return here.store.path_of(self.image_path).read_bytes()
        except FileNotFoundError as error:
            raise DomainError("画像のファイルが見つかりません。もう一度公開すると、作り直します。") from error

    def record(self, session: Session, row: LineMenu, here: Here) -> None:
        row.was_asked, row.attempts, row.reason, row.due_at = False, 0, None, None
        row.state = LineMenuState.READY
        publication = _publication(session, row)
        if publication and publication.state is PublicationState.WORKING:
            publication.due_at, publication.reason = here.wall, None


# Taking menus away ---------------------------------------------------------------------------------------------------


def _plan_retiring(session: Session, row: LineMenu, here: Here) -> Plan[LineMenu] | None:
    if row.line_id is None:
        if row.was_asked:
            return Find(row.name)
        row.state, row.due_at = LineMenuState.GONE, None
        return None
    if row.attempts < MOST_LOOKS and _is_needed(session, row, here):
        row.attempts, row.due_at = row.attempts + 1, here.wall + LOOK_AGAIN
        return None
    if budget.take(session, MenuCallKind.DELETE, here.wall):
        return Delete(row.line_id)
    row.due_at = budget.next_at(session, MenuCallKind.DELETE, here.wall)
    return None


def _is_needed(session: Session, row: LineMenu, here: Here) -> bool:
    """Whether somebody may still look at it. Those who should not any more are told once again."""
    if is_seen(session, [row.id]):
        _tell_friends(session, row)
        return True
    kept = modes.settings(session)
    is_default = kept.default_line_id == row.line_id and kept.default_due_at is not None
    return is_default or bool(session.scalar(_exists(MenuTab.aliased_line_id == row.line_id)))


def is_seen(session: Session, line_menu_ids: list[int]) -> bool:
    """Whether LINE shows friends one of these as theirs, as far as we know. Who has blocked us is told nothing more."""
    mine = sa.select(FriendMenu.friend_id).join(Friend, Friend.id == FriendMenu.friend_id)
    seeing = mine.where(FriendMenu.linked_id.in_(line_menu_ids), showing.SEES_LINE)
    return session.scalar(seeing.limit(1)) is not None


def _exists(*conditions: sa.ColumnElement[bool]) -> sa.Select[bool]:
    return sa.select(sa.exists().where(*conditions))


def _tell_friends(session: Session, row: LineMenu) -> None:
    late = sa.select(FriendMenu.friend_id).where(FriendMenu.linked_id == row.id, FriendMenu.due_at.is_(None))
    mine = sa.update(FriendMenu).where(FriendMenu.friend_id.in_(late.order_by(FriendMenu.friend_id).limit(CHUNK)))
    session.execute(mine.values(due_at=modes.AFTERWARDS, attempts=0))


@dataclass
class Delete(Plan[LineMenu]):
    line_id: str

    def do(self, here: Here) -> None:
        here.at_line().delete(self.line_id)

    def record(self, session: Session, row: LineMenu, here: Here) -> None:
        row.state, row.due_at, row.reason = LineMenuState.GONE, None, None


# Aliases -------------------------------------------------------------------------------------------------------------


class Aliases(Work[MenuTab]):
    """Of tabs that were taken out; and of others, where somebody else took them away at LINE (`strays`)."""

    model = MenuTab

    def wanted(self) -> sa.ColumnElement[bool]:
        return sa.true()

    def plan(self, session: Session, row: MenuTab, here: Here) -> Plan[MenuTab] | None:
        if row.is_live:
            return self._plan_lost(session, row)
        if row.aliased_line_id is None:
            row.due_at = None
        elif self._is_needed(session, row):
            row.due_at = here.wall + LOOK_AGAIN
        elif budget.take(session, MenuCallKind.DELETE_ALIAS, here.wall):
            return DeleteAlias(row.alias)
        else:
            row.due_at = budget.next_at(session, MenuCallKind.DELETE_ALIAS, here.wall)
        return None

    def _plan_lost(self, session: Session, row: MenuTab) -> Plan[MenuTab] | None:
        shown = session.get(LineMenu, row.line_menu_id) if row.line_menu_id else None
        if shown is None or shown.line_id in (None, row.aliased_line_id):
            row.due_at = None
            return None
        return TurnBack(Turn(row.alias, str(shown.line_id), row.aliased_line_id))

    def _is_needed(self, session: Session, row: MenuTab) -> bool:
        """Whether somebody may still tap on what leads to it."""
        if session.scalar(_exists(Publication.menu_id == row.menu_id, Publication.state.in_(OPEN))):
            return True
        mine = sa.select(LineMenu.id).where(LineMenu.menu_id == row.menu_id, LineMenu.state == LineMenuState.RETIRING)
        return is_seen(session, list(session.scalars(mine)))

    def failed(self, session: Session, row: MenuTab, error: DomainError, here: Here) -> None:
        row.due_at = here.wall + budget.LONGEST_PAUSE


@dataclass(frozen=True)
class Turn:
    """An alias that is to lead to a rich menu."""

    alias: str
    line_id: str
    before: str | None
    """Where it leads so far, as far as we know."""

    def do(self, at_line: RichMenusAtLine) -> None:
        """Whether LINE knows the alias may be otherwise than we think."""
        ways = [at_line.update_alias, at_line.create_alias]
        first, second = ways if self.before else reversed(ways)
        try:
            first(self.alias, self.line_id)
        except LineError as error:
            if error.http_status not in (400, 404):
                raise
            second(self.alias, self.line_id)


@dataclass
class TurnBack(Plan[MenuTab]):
    turn: Turn

    def do(self, here: Here) -> None:
        self.turn.do(here.at_line())

    def record(self, session: Session, row: MenuTab, here: Here) -> None:
        row.aliased_line_id, row.due_at = self.turn.line_id, None


@dataclass
class DeleteAlias(Plan[MenuTab]):
    alias: str

    def do(self, here: Here) -> None:
        here.at_line().delete_alias(self.alias)

    def record(self, session: Session, row: MenuTab, here: Here) -> None:
        row.aliased_line_id = row.due_at = None


def take_away(session: Session, tabs: sa.ColumnElement[bool], at: datetime) -> None:
    """The aliases of these tabs are to go, from *at* on."""
    mine = sa.update(MenuTab).where(tabs, MenuTab.is_live.is_(False), MenuTab.aliased_line_id.is_not(None))
    session.execute(mine.where(MenuTab.due_at.is_(None)).values(due_at=at))
