"""Asking for a menu to be brought to LINE, one publication of a menu at a time. `steps` says what is done then."""

from copy import deepcopy
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import settings, studio
from lstep_lite.engine.line import NotConnected
from lstep_lite.engine.rich_menus import keeping, modes
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.publishing import outcomes
from lstep_lite.engine.rich_menus.publishing.outcomes import OPEN
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    LineMenu,
    LineMenuState,
    Publication,
    PublicationState,
    PublicationStep,
    RichMenu,
    StrayMenu,
)

MOST_MENUS = 1000
"""At LINE. https://developers.line.biz/en/reference/messaging-api/#create-rich-menu"""
UNSEEN_STEPS = (PublicationStep.DRAW, PublicationStep.MAKE)
"""Customers see nothing of it so far."""
STEPS = {
    PublicationStep.DRAW: "画像を作る",
    PublicationStep.MAKE: "LINEに登録する",
    PublicationStep.ALIASES: "タブをつなぐ",
    PublicationStep.FRIENDS: "お客様の画面を切り替える",
    PublicationStep.RECORD: "仕上げをする",
}
"""What a publication does, in order."""
BUSY = "ただいま公開の途中です。終わってから、もう一度「公開する」を押してください。"
UNCHANGED = "公開しているものから変わっていません。"
LEAVING = (
    "すべてのリッチメニューをLINEから外しています。"
    "公開するには、先に「リッチメニューの利用を再開する」を押してください。"
)


def request(session: Session, menu: RichMenu, *, staff_id: int | None, now: datetime) -> Publication:
    """Bring the draft of *menu* to LINE; one that customers see nothing of so far gives way.

    Raises DomainError with what is wrong with the draft, or why it can't be published now.
    """
    _check(session, menu)
    before = session.scalars(_of(menu).where(Publication.state.in_(OPEN)).with_for_update()).one_or_none()
    if before is not None and before.revision == menu.revision:
        return before  # asked for twice
    if before is not None:
        _replace(session, before, now)
    row = {
        "menu_id": menu.id,
        "revision": menu.revision,
        "document": deepcopy(menu.document),
        "chat_bar_text": menu.chat_bar_text,
        "is_open": menu.is_open,
        "staff_id": staff_id,
        "requested_at": now,
    }
    made = session.scalar(insert_new(session, Publication).values(row).returning(Publication.id))
    if made is None:
        raise DomainError(BUSY)  # somebody else was faster
    return session.get_one(Publication, made)


def _check(session: Session, menu: RichMenu) -> None:
    if settings.channel(session) is None:
        raise NotConnected
    if modes.settings(session).leaving_at is not None:
        raise DomainError(LEAVING)
    if menu.is_ending:
        raise DomainError("このリッチメニューは削除の途中です。")
    for problem in keeping.examine(session, menu.document).problems:
        place = studio.place_in_words(INPUTS, menu.document, problem.path)
        raise DomainError(f"公開する前に、下書きを直してください。{f'{place}: ' if place else ''}{problem.message}")
    if is_up_to_date(session, menu):
        raise DomainError(UNCHANGED)
    if (count := _count_at_line(session) + len(menu.document["tabs"])) > MOST_MENUS:
        raise DomainError(
            f"LINEに登録できるリッチメニューは、タブを含めて{MOST_MENUS:,}個までです（公開すると{count:,}個になります）。"
            "使っていないリッチメニューを削除してください。"
        )


def is_up_to_date(session: Session, menu: RichMenu) -> bool:
    """Whether customers have the draft, all of it."""
    if menu.live_revision != menu.revision:
        return False
    last = session.scalars(_of(menu).order_by(Publication.id.desc()).limit(1)).first()
    return last is None or last.state is not PublicationState.FAILED


def _count_at_line(session: Session) -> int:
    ours = sa.select(sa.func.count()).select_from(LineMenu).where(LineMenu.state != LineMenuState.GONE)
    others = sa.select(sa.func.count()).select_from(StrayMenu).where(StrayMenu.is_alias.is_(False))
    return (session.scalar(ours) or 0) + (session.scalar(others) or 0)


def _replace(session: Session, before: Publication, now: datetime) -> None:
    if before.step not in UNSEEN_STEPS:
        raise DomainError(BUSY)
    outcomes.finish(session, before, PublicationState.REPLACED, now)


def cancel(session: Session, publication: Publication, *, now: datetime) -> None:
    """Raises DomainError when customers see some of it already, or it is over."""
    session.refresh(publication, with_for_update=True)
    if publication.state not in OPEN:
        raise DomainError("この公開はもう終わっています。")
    if publication.step not in UNSEEN_STEPS:
        raise DomainError("お客様の画面を切り替え始めたため、取りやめられません。")
    outcomes.finish(session, publication, PublicationState.CANCELED, now)


def get(session: Session, menu: RichMenu, publication_id: int) -> Publication:
    """Raises NotFound for one of another menu."""
    publication = session.get(Publication, publication_id)
    if publication is None or publication.menu_id != menu.id:
        raise NotFound("この公開の記録は見つかりませんでした。")
    return publication


def current(session: Session, menu: RichMenu) -> Publication | None:
    """The one that is being brought to LINE."""
    return session.scalars(_of(menu).where(Publication.state.in_(OPEN))).one_or_none()


def last_live(session: Session, menu: RichMenu) -> Publication | None:
    """The one by which customers see what they see."""
    shown = _of(menu).where(Publication.revision == menu.live_revision)
    return session.scalars(shown.order_by(Publication.id.desc()).limit(1)).first()


def _of(menu: RichMenu) -> sa.Select[Publication]:
    return sa.select(Publication).where(Publication.menu_id == menu.id)
