"""Keeping menus: what staff save is a draft; it goes live once LINE has all of it."""

from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, mentions, taps
from lstep_lite.engine.actions import sets
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.rich_menus import modes, periods, sayings, tapping
from lstep_lite.engine.rich_menus.checking import Examined as Examined
from lstep_lite.engine.rich_menus.checking import Refused as Refused
from lstep_lite.engine.rich_menus.checking import examine as examine
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.periods import Period
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Actions, Data, File, Text, new_code, walk
from lstep_lite.engine.text import checked_name, grapheme_count, normalise, storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import LineMenu, LineMenuState, MenuTab, Publication, RichMenu, Tap

FEATURE = OWNER = "rich_menus"
LONGEST_NAME = 60
LONGEST_BAR_TEXT = 14
"""Graphemes. https://developers.line.biz/en/reference/messaging-api/#rich-menu-object"""
IS_KEPT = RichMenu.is_ending.is_(False)
folders.shelf(FEATURE, RichMenu, Permission.RICH_MENUS_EDIT, only=IS_KEPT)


@dataclass(frozen=True)
class Draft:
    """What the form of a menu says."""

    name: str
    chat_bar_text: str
    is_open: bool
    document: Data
    """What the composer posted: `documents.INPUTS`; it may be anything."""
    folder_id: int | None = None


# Looking -------------------------------------------------------------------------------------------------------------


def get(session: Session, menu_id: int) -> RichMenu:
    """Raises NotFound; a menu that is being deleted counts as gone."""
    menu = session.get(RichMenu, menu_id)
    if menu is None or menu.is_ending:
        raise NotFound("このリッチメニューは見つかりませんでした。削除された可能性があります。")
    return menu


def in_order(session: Session) -> Sequence[RichMenu]:
    return session.scalars(sa.select(RichMenu).where(IS_KEPT).order_by(RichMenu.position, RichMenu.id)).all()


def live_menus(session: Session) -> Sequence[RichMenu]:
    """Those that can be shown to somebody."""
    query = sa.select(RichMenu).where(IS_KEPT, RichMenu.live_revision.is_not(None))
    return session.scalars(query.order_by(RichMenu.position, RichMenu.id)).all()


def tabs_of(session: Session, menu: RichMenu) -> Sequence[MenuTab]:
    """Its tabs as they are live, the first one first."""
    return session.scalars(live_tabs(menu.id)).all()


def live_tabs(menu_id: int) -> sa.Select[MenuTab]:
    query = sa.select(MenuTab).where(MenuTab.menu_id == menu_id, MenuTab.is_live)
    return query.order_by(MenuTab.position, MenuTab.id)


def alias_of(tab_code: str) -> str:
    """LINE's name for a tab: it follows from the tab's code, so that buttons can refer to tabs LINE does not know yet.

    https://developers.line.biz/en/reference/messaging-api/#create-rich-menu-alias
    """
    return f"lstep-{sha256(tab_code.encode()).hexdigest()[:20]}"


# Drafts --------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: Draft, *, now: datetime) -> RichMenu:
    """A new menu at the end of the list, which nobody sees yet. Raises Refused, or DomainError naming the field."""
    menu = RichMenu(position=folders.next_position(session, FEATURE), created_at=now)
    _write(session, menu, draft, (), now)
    session.add(menu)
    _note_uses(session, menu)
    return menu


def update(session: Session, menu: RichMenu, draft: Draft, *, now: datetime) -> None:
    """Customers see nothing of it before it is published. Raises Refused, or DomainError naming the field."""
    session.refresh(menu, with_for_update=True)  # it may be going live
    before = _shown(menu)
    _write(session, menu, draft, _own_codes(session, menu), now)
    if _shown(menu) != before:
        menu.revision += 1
    _note_uses(session, menu)


def copy(session: Session, menu: RichMenu, *, now: datetime) -> RichMenu:
    """A menu like its draft, which nobody sees."""
    name = f"{menu.name[: LONGEST_NAME - 4]}のコピー"
    draft = Draft(name, menu.chat_bar_text, menu.is_open, deepcopy(menu.document), menu.folder_id)
    return create(session, draft, now=now)


def _write(session: Session, menu: RichMenu, draft: Draft, known: Collection[str], now: datetime) -> None:
    name = checked_name(draft.name, LONGEST_NAME, "管理用の名前")
    bar_text = _checked_bar_text(draft.chat_bar_text)
    folder_id = folders.checked(session, FEATURE, draft.folder_id)
    examined = examine(session, draft.document)
    if examined.problems:
        raise Refused(examined.problems)
    menu.name, menu.name_key, menu.folder_id = name, normalise(name), folder_id
    menu.chat_bar_text, menu.is_open = bar_text, draft.is_open
    menu.document, menu.updated_at = _with_own_codes(examined.document, known), now


def _checked_bar_text(typed: str) -> str:
    text = " ".join(storable(typed).split())
    if not text:
        raise DomainError("メニューバーの文字を入力してください。", "chat_bar_text")
    if (length := grapheme_count(text)) > LONGEST_BAR_TEXT:
        message = f"メニューバーの文字は{LONGEST_BAR_TEXT}文字までです（いま{length}文字）。"
        raise DomainError(message, "chat_bar_text")
    return text


def _shown(menu: RichMenu) -> tuple[str, bool, Data]:
    """What customers see of it."""
    return menu.chat_bar_text, menu.is_open, menu.document


def _own_codes(session: Session, menu: RichMenu) -> set[str]:
    """The codes of tabs and taps that have been this menu's before."""
    tabs = session.scalars(sa.select(MenuTab.code).where(MenuTab.menu_id == menu.id))
    codes = (tap.code for tap in session.scalars(_taps(menu)))
    return set(_codes(menu.document)) | set(tabs) | set(codes)


def _taps(menu: RichMenu) -> sa.Select[Tap]:
    """All that could ever be tapped in it."""
    return sa.select(Tap).where(Tap.owner == OWNER, Tap.owner_id == menu.id)


def _codes(document: Data) -> Iterator[str]:
    yield from (tab["id"] for tab in document["tabs"])
    yield from (placed.tap["id"] for placed in taps.placed(INPUTS, document))


def _with_own_codes(document: Data, known: Collection[str]) -> Data:
    """*document* with new codes for its tabs and taps that are not *known*: they may have come from another menu."""
    renamed = {tab["id"]: new_code() for tab in document["tabs"] if tab["id"] not in known}
    for tab in document["tabs"]:
        tab["id"] = renamed.get(tab["id"], tab["id"])
    for placed in taps.placed(INPUTS, document):
        placed.tap["id"] = placed.tap["id"] if placed.tap["id"] in known else new_code()
        if "tab" in placed.tap:
            placed.tap["tab"] = renamed.get(placed.tap["tab"], placed.tap["tab"])
    return document


def set_period(session: Session, menu: RichMenu, period: Period, *, now: datetime) -> None:
    """From now on *menu* is shown in *period*. Raises DomainError naming the field."""
    periods.set_period(session, menu, period, now=now)
    _note_uses(session, menu)


# Live ----------------------------------------------------------------------------------------------------------------


def go_live(session: Session, menu: RichMenu, publication: Publication, *, now: datetime) -> None:
    """LINE has all of it: from now on its taps do what *publication* says, and its tabs are those."""
    document = deepcopy(publication.document)
    taps.keep(session, _owner(menu), tapping.placed(document), now=now)
    sayings.note(session, session.scalars(_taps(menu)), document)
    menu.live_document, menu.live_revision = document, publication.revision
    _keep_tabs(session, menu, document["tabs"])
    _note_uses(session, menu)
    periods.look_again(session, now=now)


def _keep_tabs(session: Session, menu: RichMenu, tabs: Sequence[Data]) -> None:
    known = {row.code: row for row in session.scalars(sa.select(MenuTab).where(MenuTab.menu_id == menu.id))}
    for row in known.values():
        row.is_live = False
    for position, tab in enumerate(tabs):
        row = known.get(tab["id"]) or MenuTab(menu_id=menu.id, code=tab["id"], alias=alias_of(tab["id"]))
        row.label, row.position, row.is_live = tab["label"], position, True
        session.add(row)


def delete(session: Session, menu: RichMenu, *, now: datetime) -> None:
    """Nobody finds it any more; it vanishes at once, or once nothing of it is left at LINE."""
    _give_up_default(session, menu)
    if _is_at_line(session, menu):
        menu.is_ending = True
        mentions.forget(session, FEATURE, menu.id)
        session.flush()  # who saw it sees something else
        periods.look_again(session, now=now)
    else:
        remove(session, menu)


def _give_up_default(session: Session, menu: RichMenu) -> None:
    if modes.settings(session).default_menu_id == menu.id:
        modes.locked(session).default_menu_id = None


def _is_at_line(session: Session, menu: RichMenu) -> bool:
    line_menus = sa.exists().where(LineMenu.menu_id == menu.id, LineMenu.state != LineMenuState.GONE)
    return menu.live_revision is not None or bool(session.scalar(sa.select(line_menus)))


def remove(session: Session, menu: RichMenu) -> None:
    """Nothing of it is left at LINE. Taps in it that arrive late are answered all the same."""
    taps.retire(session, _owner(menu))
    mentions.forget(session, FEATURE, menu.id)
    session.delete(menu)
    session.flush()  # whatever asks next finds it gone


def _owner(menu: RichMenu) -> taps.Owner:
    return taps.Owner(OWNER, menu.id, menu.name)


@taps.owner(
    OWNER,
    noun="リッチメニュー",
    mentioned_as=FEATURE,
    endpoint="rich_menus.show",
    arg="menu_id",
    happening="tap.in_menu",
    done="押した",
    undone="押していない",
)
def _standing(session: Session, menu_id: int, code: str) -> taps.Standing | None:
    menu = session.get(RichMenu, menu_id)
    if menu is None:
        return None
    inside = tapping.placed(menu.live_document) if menu.live_document else ()
    return taps.Standing(next((placed.tap for placed in inside if placed.tap["id"] == code), None))


# What it uses, and who uses it ---------------------------------------------------------------------------------------


def broken_ids(session: Session, menus: Sequence[RichMenu]) -> set[int]:
    """The ids of those whose draft refers to something that is gone; one look for all of them."""
    uses = {menu.id: _mentioned(menu.document) for menu in menus}
    gone = mentions.missing(session, [pair for pairs in uses.values() for pair in pairs])
    return {menu_id for menu_id, pairs in uses.items() if any((name, str(key)) in gone for name, key in pairs)}


def _note_uses(session: Session, menu: RichMenu) -> None:
    session.flush()  # they are written down under its id
    live = _mentioned(menu.live_document) if menu.live_document else set()
    following = {(FEATURE, menu.next_menu_id)} if menu.next_menu_id else set()
    mentions.write(session, FEATURE, menu.id, _mentioned(menu.document) | live | following)
    session.flush()  # the same request may list the menus


def _mentioned(document: Data) -> set[tuple[str, int | str]]:
    """What its pictures, its texts and the actions of its taps refer to."""
    pairs: set[tuple[str, int | str]] = set()
    for found in walk(INPUTS, document):
        pairs |= set(found.input.mentioned(found.value))
        if isinstance(found.input, File) and found.value:
            pairs.add(("media", found.value))
        if isinstance(found.input, Actions):
            pairs |= set(sets.mentioned(found.value["steps"]))
        if isinstance(found.input, Text) and found.input.words:
            pairs |= placeholders.mentioned([found.value])
    return pairs


@mentions.target(FEATURE)
def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    rows = session.execute(sa.select(RichMenu.id, RichMenu.name).where(RichMenu.id.in_(map(int, ids)), IS_KEPT))
    return {str(menu_id): name for menu_id, name in rows}


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids).items()
    return {
        key: mentions.Place(f"リッチメニュー「{name}」", "rich_menus.show", {"menu_id": int(key)})
        for key, name in named
    }
