"""The list of menus, and how far each has come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.rich_menus import keeping
from lstep_lite.engine.rich_menus.publishing import last_live
from lstep_lite.engine.rich_menus.publishing.outcomes import OPEN
from lstep_lite.engine.studio import Data
from lstep_lite.engine.text import normalise
from lstep_lite.models import Publication, PublicationState, RichMenu, Staff

PAGE_SIZE = 30


class Standing(StrEnum):
    """How a menu stands: what customers have of it, and what is still to come."""

    DRAFT = "draft"
    COMING = "coming"
    """It is being brought to LINE."""
    FAILED = "failed"
    """The last attempt to bring it to LINE failed."""
    CHANGED = "changed"
    """It is live, and the draft has changed since."""
    LIVE = "live"


@dataclass(frozen=True)
class Page(Paged):
    menus: Sequence[RichMenu]
    standings: Mapping[int, Standing]
    broken: Collection[int]
    """Menus whose buttons use something that is gone."""


def page(
    session: Session, *, folder_id: int | None = None, text: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page:
    """The list, or what of it is in a folder or has *text* in its name."""
    wanted: list[sa.ColumnElement[bool]] = [keeping.IS_KEPT]
    if folder_id is not None:
        wanted.append(RichMenu.folder_id == folder_id)
    if key := normalise(text):
        wanted.append(RichMenu.name_key.contains(key, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(RichMenu).where(*wanted)) or 0
    number = nearest(number, total, size)
    query = sa.select(RichMenu).where(*wanted).order_by(RichMenu.position, RichMenu.id)
    menus = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    last = last_publications(session, [menu.id for menu in menus])
    return Page(
        menus=menus,
        standings={menu.id: standing(menu, last.get(menu.id)) for menu in menus},
        broken=keeping.broken_ids(session, menus),
        total_count=total,
        number=number,
        size=size,
    )


def last_publications(session: Session, menu_ids: Collection[int]) -> dict[int, Publication]:
    """The newest attempt to bring each menu to LINE, by menu."""
    newest = sa.select(sa.func.max(Publication.id)).where(Publication.menu_id.in_(menu_ids))
    query = sa.select(Publication).where(Publication.id.in_(newest.group_by(Publication.menu_id)))
    return {publication.menu_id: publication for publication in session.scalars(query)}


def standing(menu: RichMenu, last: Publication | None) -> Standing:
    """*last* is the newest attempt to bring it to LINE."""
    if last is not None and last.state in OPEN:
        return Standing.COMING
    if last is not None and last.state is PublicationState.FAILED:
        return Standing.FAILED
    if menu.live_revision is None:
        return Standing.DRAFT
    return Standing.LIVE if menu.live_revision == menu.revision else Standing.CHANGED


@dataclass(frozen=True)
class Version:
    """One state of a menu, as its page draws it."""

    is_live: bool
    revision: int
    document: Data
    chat_bar_text: str
    is_open: bool


def versions(session: Session, menu: RichMenu) -> Sequence[Version]:
    """What customers see, where that is something else, and the draft."""
    draft = Version(False, menu.revision, menu.document, menu.chat_bar_text, menu.is_open)
    if menu.live_document is None or menu.live_revision is None or menu.live_revision == menu.revision:
        return [draft]
    last = last_live(session, menu) or menu
    return [Version(True, menu.live_revision, menu.live_document, last.chat_bar_text, last.is_open), draft]


def history(session: Session, menu: RichMenu, *, most: int = 20) -> Sequence[tuple[Publication, str | None]]:
    """Attempts to bring it to LINE, the newest first, each with the name of who asked for it."""
    query = sa.select(Publication, Staff.name).outerjoin(Staff, Staff.id == Publication.staff_id)
    mine = query.where(Publication.menu_id == menu.id).order_by(Publication.id.desc())
    return [(row[0], row[1]) for row in session.execute(mine.limit(most))]
