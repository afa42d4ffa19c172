"""Which menu stands for which at a moment: the periods of menus, what follows them, and the account's default."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, remembered
from lstep_lite.engine import agenda
from lstep_lite.engine.rich_menus import modes
from lstep_lite.engine.rich_menus.modes import AT_ONCE
from lstep_lite.errors import DomainError
from lstep_lite.models import Lane, RichMenu

CHUNK = 50


@dataclass(frozen=True)
class Period:
    """When a menu is shown, and what then: the form's answers."""

    shows_from: datetime | None = None
    shows_until: datetime | None = None
    is_default_meanwhile: bool = False
    next_menu_id: int | None = None


@dataclass(frozen=True)
class Entry:
    """A menu, as far as it matters for who sees what."""

    id: int
    name: str
    is_live: bool
    """Whether LINE has it, and it is not being deleted."""
    period: Period


@dataclass(frozen=True)
class Lineup:
    """All menus at a moment."""

    menus: Mapping[int, Entry]
    fixed_default_id: int | None
    """What staff chose as the default outside of periods."""
    now: datetime

    def own(self, menu_id: int | None) -> int | None:
        """What friends see who are to see *menu_id*; None: the default."""
        for _ in range(len(self.menus)):  # menus may follow each other in a circle
            entry = self.menus.get(menu_id or 0)
            if entry is None or not entry.is_live or not _has_begun(entry.period, self.now):
                return None
            if not _has_ended(entry.period, self.now):
                return entry.id
            menu_id = entry.period.next_menu_id
        return None

    def default(self) -> int | None:
        """What everybody else sees; None: no menu."""
        shown = [
            each for each in self.menus.values() if each.period.is_default_meanwhile and self.own(each.id) == each.id
        ]
        if shown:
            return max(shown, key=_begun_last).id
        return self.own(self.fixed_default_id)

    def seen(self, menu_id: int | None) -> int | None:
        """What is on the screens of friends who are to see *menu_id*."""
        return self.own(menu_id) or self.default()

    def why_not(self, menu_id: int) -> str | None:
        """Why those who are to see *menu_id* don't see it, if they don't."""
        entry = self.menus.get(menu_id)
        if entry is None:
            return "メニューが削除されています"
        if not entry.is_live:
            return "メニューをまだ公開していません"
        if not _has_begun(entry.period, self.now):
            return "メニューの表示期間の前です"
        return "メニューの表示期間が終わりました" if _has_ended(entry.period, self.now) else None

    def standing_for(self, menu_id: int) -> Collection[int]:
        """The menus that come down to *menu_id* now."""
        return [each for each in self.menus if self.own(each) == menu_id]


def lineup(session: Session, now: datetime) -> Lineup:
    return remembered(session, ("menu lineup", now), partial(_load, session, now))


def _load(session: Session, now: datetime) -> Lineup:
    kept = modes.settings(session)
    is_live = sa.and_(RichMenu.live_revision.is_not(None), RichMenu.is_ending.is_(False))
    period = (RichMenu.shows_from, RichMenu.shows_until, RichMenu.is_default_meanwhile, RichMenu.next_menu_id)
    rows = session.execute(sa.select(RichMenu.id, RichMenu.name, is_live, *period).order_by(RichMenu.id)).all()
    found = [Entry(row[0], row[1], bool(row[2]) and kept.leaving_at is None, Period(*row[3:])) for row in rows]
    return Lineup({entry.id: entry for entry in found}, kept.default_menu_id, now)


def _has_begun(period: Period, now: datetime) -> bool:
    return period.shows_from is None or period.shows_from <= now


def _has_ended(period: Period, now: datetime) -> bool:
    return period.shows_until is not None and period.shows_until <= now


def _begun_last(entry: Entry) -> tuple[bool, datetime | None, int]:
    begin = entry.period.shows_from
    return begin is not None, begin, entry.id


# Changing ------------------------------------------------------------------------------------------------------------


def set_period(session: Session, menu: RichMenu, period: Period, *, now: datetime) -> None:
    """From now on *menu* is shown in *period*. Raises DomainError naming the field."""
    _check(session, menu, period)
    menu.shows_from, menu.shows_until = period.shows_from, period.shows_until
    menu.is_default_meanwhile, menu.next_menu_id = period.is_default_meanwhile, period.next_menu_id
    menu.period_due_at = _next_change(menu, now)
    menu.updated_at = now
    session.flush()  # whoever asks next goes by what holds now
    look_again(session, now=now)


def _check(session: Session, menu: RichMenu, period: Period) -> None:
    begin, end = period.shows_from, period.shows_until
    if begin is not None and end is not None and end <= begin:
        raise DomainError("終わりの日時は、始まりよりあとにしてください。", "shows_until")
    if period.is_default_meanwhile and end is None:
        message = (
            "期間中に全員へ表示するには、終わりの日時を入れてください。ずっと表示するには「既定のメニュー」にします。"
        )
        raise DomainError(message, "shows_until")
    if period.next_menu_id is None:
        return
    if end is None:
        raise DomainError("期間のあとのメニューを決めるには、終わりの日時を入れてください。", "shows_until")
    if period.next_menu_id == menu.id:
        raise DomainError("期間のあとのメニューには、別のメニューを選んでください。", "next_menu_id")
    if session.get(RichMenu, period.next_menu_id) is None:
        raise DomainError("期間のあとのメニューが見つかりません。選び直してください。", "next_menu_id")


def _next_change(menu: RichMenu, now: datetime) -> datetime | None:
    return min((each for each in (menu.shows_from, menu.shows_until) if each is not None and each > now), default=None)


def look_again(session: Session, *, now: datetime) -> None:
    """Who sees what has to be worked out anew: a menu went live, is being deleted, or has another period; the default
    changed. Friends who see something else than they should are found and told bit by bit.
    """
    kept = modes.locked(session)
    kept.friends_cursor, kept.default_due_at = 0, AT_ONCE
    session.flush()  # the same request may show it


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(RichMenu.period_due_at <= now))
def switch_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Menus whose period begins or ends now. True when there is more."""
    due = sa.select(RichMenu.id).where(RichMenu.period_due_at <= now).order_by(RichMenu.period_due_at).limit(CHUNK)
    with database.read() as session:
        if not session.scalars(due).all():
            return False
    with database.unit() as session:
        menus = session.scalars(sa.select(RichMenu).where(RichMenu.id.in_(due)).with_for_update()).all()
        for menu in menus:
            menu.period_due_at = _next_change(menu, now)
        look_again(session, now=now)
    return len(menus) == CHUNK


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    due, later = RichMenu.period_due_at <= now, RichMenu.period_due_at > now
    counted = sa.select(sa.func.count()).where(due).scalar_subquery()
    coming = sa.select(sa.func.min(RichMenu.period_due_at)).where(later).scalar_subquery()
    count, next_due = session.execute(sa.select(counted, coming)).one()
    return agenda.Pending(count, next_due)
