"""The last steps of a publication: friends who see the old rich menus are taken to the new ones, each to the same tab.

LINE does it for everybody in one request, three times an hour. Where that can't be had the friends we know are linked
anew by `syncing`. https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.line import BatchPhase, LineError
from lstep_lite.engine.rich_menus import modes
from lstep_lite.engine.rich_menus.publishing import budget, outcomes
from lstep_lite.engine.rich_menus.publishing.working import Here, Plan, is_final
from lstep_lite.engine.studio import new_code
from lstep_lite.models import (
    FriendMenu,
    LineMenu,
    LineMenuState,
    MenuCallKind,
    MenuTab,
    Publication,
    PublicationState,
    PublicationStep,
)

FEW = 2_500
"""So many friends need not wait for the next hour: they are linked anew, 500 at a time."""
CHUNK = 500
FIRST_LOOK = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=1)
"""LINE may be asked 100 times an hour how far it is."""


def plan(session: Session, publication: Publication, here: Here) -> Plan[Publication] | None:
    if publication.batch_id is not None:
        return _Look(publication.batch_id)
    old = _old(session, publication.menu_id)
    count = count_seeing(session, [row.id for row in old])
    if not count:
        _finish(session, publication, here)
    elif budget.take(session, MenuCallKind.BATCH, here.wall):
        publication.batch_key = publication.batch_key or new_code()
        return _Ask(_moves(session, publication.menu_id, old), publication.batch_key)
    elif count <= FEW:
        _record_next(publication, here)
    else:
        publication.due_at = budget.next_at(session, MenuCallKind.BATCH, here.wall)
        publication.reason = budget.waiting_words(session, "切り替えます", publication.due_at)
    return None


def _old(session: Session, menu_id: int) -> Sequence[LineMenu]:
    query = sa.select(LineMenu).where(LineMenu.menu_id == menu_id, LineMenu.state == LineMenuState.RETIRING)
    return session.scalars(query.where(LineMenu.line_id.is_not(None)).order_by(LineMenu.id)).all()


def count_seeing(session: Session, line_menu_ids: Sequence[int]) -> int:
    """How many friends LINE shows one of these as theirs, as far as we know."""
    query = sa.select(sa.func.count()).select_from(FriendMenu).where(FriendMenu.linked_id.in_(line_menu_ids))
    return session.scalar(query) or 0


def _moves(session: Session, menu_id: int, old: Sequence[LineMenu]) -> dict[str, str]:
    new = _new(session, menu_id)
    return {str(row.line_id): str(_follower(new, row).line_id) for row in old}


def _new(session: Session, menu_id: int) -> Sequence[LineMenu]:
    """What stands behind the tabs, the first one first."""
    query = sa.select(LineMenu).join(MenuTab, MenuTab.line_menu_id == LineMenu.id)
    mine = query.where(MenuTab.menu_id == menu_id, MenuTab.is_live)
    return session.scalars(mine.order_by(MenuTab.position, MenuTab.id)).all()


def _follower(new: Sequence[LineMenu], row: LineMenu) -> LineMenu:
    """What is seen instead of *row*: the same tab, else the first one."""
    return next((each for each in new if each.tab_code == row.tab_code), new[0])


@dataclass
class _Ask(Plan[Publication]):
    moves: Mapping[str, str]
    key: str
    batch_id: str | None = None

    def do(self, here: Here) -> None:
        try:
            self.batch_id = here.at_line().move_friends(self.moves, self.key)
        except LineError as error:
            if not is_refused(error):
                raise

    def record(self, session: Session, row: Publication, here: Here) -> None:
        row.attempts, row.reason = 0, None
        if self.batch_id is None:
            _record_next(row, here)
        else:
            row.batch_id, row.due_at = self.batch_id, here.wall + FIRST_LOOK


def is_refused(error: LineError) -> bool:
    """Whether LINE won't have this request; otherwise something is wrong with the connection, or with the moment."""
    return is_final(error) and error.http_status not in (401, 403)


@dataclass
class _Look(Plan[Publication]):
    batch_id: str
    phase: BatchPhase = BatchPhase.FAILED

    def do(self, here: Here) -> None:
        try:
            self.phase = here.at_line().batch_phase(self.batch_id)
        except LineError as error:
            if not is_refused(error):
                raise

    def record(self, session: Session, row: Publication, here: Here) -> None:
        if self.phase is BatchPhase.ONGOING:
            row.attempts += 1
            row.due_at = here.wall + pause(row.attempts)
            return
        if self.phase is BatchPhase.FAILED:
            row.batch_id = None
        _record_next(row, here)


def pause(looks: int) -> timedelta:
    """How long to wait after so many looks at what LINE is still working at."""
    return min(LONGEST_PAUSE, FIRST_LOOK * (1 << min(looks - 1, 10)))


def _record_next(publication: Publication, here: Here) -> None:
    publication.step, publication.due_at, publication.attempts = PublicationStep.RECORD, here.wall, 0
    publication.reason = None


def record(session: Session, publication: Publication, here: Here) -> None:
    """Where LINE moved them, up to 500 see another rich menu now; else they are due to be linked anew."""
    ids = [row.id for row in _old(session, publication.menu_id)]
    moved = publication.batch_id is not None
    late = sa.select(FriendMenu.friend_id).where(FriendMenu.linked_id.in_(ids))
    late = late if moved else late.where(FriendMenu.due_at.is_(None))
    friend_ids = session.scalars(late.order_by(FriendMenu.friend_id).limit(CHUNK).with_for_update()).all()
    if not friend_ids:
        return _finish(session, publication, here)
    publication.due_at = here.wall
    if moved:
        return _move(session, publication.menu_id, friend_ids)
    mine = sa.update(FriendMenu).where(FriendMenu.friend_id.in_(friend_ids))
    session.execute(mine.values(due_at=modes.AFTERWARDS, attempts=0))


def _move(session: Session, menu_id: int, friend_ids: Sequence[int]) -> None:
    new = _new(session, menu_id)
    for row in _old(session, menu_id):
        follower = _follower(new, row)
        mine = sa.update(FriendMenu).where(FriendMenu.friend_id.in_(friend_ids), FriendMenu.linked_id == row.id)
        tab = {} if follower.tab_code == row.tab_code else {"tab_id": None}
        session.execute(mine.values(linked_id=follower.id, **tab))


def _finish(session: Session, publication: Publication, here: Here) -> None:
    publication.reason = None
    outcomes.finish(session, publication, PublicationState.DONE, here.now)
