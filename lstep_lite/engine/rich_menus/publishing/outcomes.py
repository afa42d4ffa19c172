"""How publications end."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.engine.rich_menus import modes
from lstep_lite.engine.rich_menus.publishing.working import Here, explained, is_final, next_try
from lstep_lite.errors import DomainError
from lstep_lite.models import LineMenu, LineMenuState, Publication, PublicationState, PublicationStep, RichMenu

OPEN = (PublicationState.WAITING, PublicationState.WORKING)
UNFINISHED = (LineMenuState.WAITING, LineMenuState.MADE, LineMenuState.READY)
"""States of rich menus whose publication is not live so far."""
KIND = notifications.kind(
    "rich_menu.trouble",
    label="リッチメニューの知らせ",
    lead="リッチメニューを公開できなかったときと、公開したものがLINEからなくなっていたときに知らせます。",
    icon="layout-grid",
    order=76,
)


def finish(session: Session, publication: Publication, state: PublicationState, now: datetime) -> None:
    """It is over: what LINE has of it goes unless customers see it, and so does what it has replaced."""
    publication.state, publication.finished_at, publication.due_at = state, now, None
    session.flush()  # another one may take its place at once
    unseen = sa.and_(LineMenu.publication_id == publication.id, LineMenu.state.in_(UNFINISHED))
    replaced = sa.and_(LineMenu.state == LineMenuState.RETIRING, LineMenu.due_at.is_(None))
    mine = sa.update(LineMenu).where(LineMenu.menu_id == publication.menu_id, sa.or_(unseen, replaced))
    session.execute(mine.values(state=LineMenuState.RETIRING, due_at=modes.AT_ONCE, attempts=0))


def start_over(session: Session, publication: Publication, here: Here) -> None:
    """What LINE had of it, or was to go on showing, is gone: all of it is made anew."""
    mine = sa.update(LineMenu).where(LineMenu.publication_id == publication.id)
    session.execute(mine.values(publication_id=None))
    publication.step, publication.due_at = PublicationStep.DRAW, here.wall
    publication.attempts, publication.reason = 0, None
    publication.batch_key = publication.batch_id = None


def failed(session: Session, publication: Publication, error: DomainError, here: Here) -> None:
    """Something of it failed: for good, or it is tried again."""
    if publication.state not in OPEN:
        return
    publication.reason = explained(error)
    if is_final(error):
        finish(session, publication, PublicationState.FAILED, here.now)
        menu = session.get_one(RichMenu, publication.menu_id)
        tell(session, menu, "公開できなかったリッチメニューがあります", publication.reason, here.now)


def try_again(publication: Publication, here: Here) -> None:
    """After a pause that grows."""
    if publication.state in OPEN:
        publication.attempts += 1
        publication.due_at = next_try(publication.attempts, here.wall)


def tell(session: Session, menu: RichMenu, title: str, reason: str, now: datetime) -> None:
    """Tell staff what happened to *menu*."""
    notifications.notify(
        session,
        KIND.name,
        title=title,
        body=f"{menu.name}：{reason}",
        href=f"/rich-menus/{menu.id}",
        dedupe_key=f"{KIND.name}:{menu.id}:{now.isoformat()}",
        now=now,
    )
