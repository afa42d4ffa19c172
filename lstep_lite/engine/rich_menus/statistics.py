"""How often the places of a menu were tapped: by what came back to us, and by what LINE counted itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rich_menus import geometry, tapping
from lstep_lite.engine.rich_menus.geometry import Area, Box
from lstep_lite.engine.rich_menus.keeping import OWNER
from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps import statistics
from lstep_lite.engine.taps.registry import behaviours
from lstep_lite.engine.taps.statistics import Choice, Count, Span
from lstep_lite.engine.taps.stretches import Stretch
from lstep_lite.models import Friend, LineMenu, MenuInsight, RichMenu, TapAnswer

DAYS_TO_WEEKS = 92
"""Longer stretches are drawn by weeks."""
MOST_REGULARS = 5
HEATS = 4
"""How many strengths of colour there are, besides none."""


@dataclass(frozen=True)
class AtLine:
    """What LINE counted of one place: its taps, and how often the tab was displayed on the days it tells of."""

    taps: int
    displays: int

    @property
    def per_hundred(self) -> float | None:
        return 100 * self.taps / self.displays if self.displays else None


@dataclass(frozen=True)
class Place:
    """A place on the picture of a tab, with what came of it."""

    area: Area
    code: str
    does: str
    """What tapping it does, in a few words."""
    is_told: bool
    """Whether its taps come back to us: a page that opens is known to LINE alone."""
    count: Count
    at_line: AtLine | None

    @property
    def taps(self) -> int:
        """Ours if we are told of them, else LINE's."""
        return self.count.taken if self.is_told else self.at_line.taps if self.at_line else 0


@dataclass(frozen=True)
class Regular:
    """A friend who tapped often."""

    friend: Friend
    taken: int
    last_at: datetime


@dataclass(frozen=True)
class Report:
    """One menu in some days, and one of its tabs in particular."""

    menu: RichMenu
    on: Stretch
    friends: int
    """How many people tapped anything in the menu."""
    taken: int
    spans: Sequence[Span]
    regulars: Sequence[Regular]
    """Who tapped most, in any tab."""
    tabs: Sequence[Data]
    tab: Data | None
    """None while the menu is not published."""
    canvas: Box | None
    places: Sequence[Place]
    former: Sequence[Choice]
    """What stood in it once, and was tapped in these days."""
    is_told_by_line: bool
    """Whether LINE had any numbers for the tab."""

    @property
    def most_taps(self) -> int:
        return max((place.taps for place in self.places), default=0)

    def heat(self, place: Place) -> int:
        """How strongly its place is coloured, 0 to HEATS."""
        return -(-HEATS * place.taps // self.most_taps) if self.most_taps else 0


def report(session: Session, menu: RichMenu, on: Stretch, *, tab_code: str = "") -> Report:
    """How *menu*, as it is at LINE, did *on* these days. An unknown *tab_code* stands for the first tab."""
    mine = statistics.of(OWNER, menu.id)
    within = sa.and_(mine, statistics.during(on))
    counts = statistics.counts(session, within)
    known = statistics.of_owner(session, OWNER, menu.id)
    by_code = {tap.code: counts.get(tap.id, Count()) for tap in known if tap.is_counted}
    document = menu.live_document
    tab = _tab(document, tab_code) if document else None
    at_line = _at_line(session, menu, tab, on) if tab else {}
    places = _places(document, tab, by_code, at_line) if document and tab else []
    former = [Choice(tap, 0, counts[tap.id]) for tap in known if not tap.is_live and tap.id in counts]
    return Report(
        menu=menu,
        on=on,
        friends=statistics.friends(session, within),
        taken=sum(count.taken for count in counts.values()),
        spans=statistics.spans(session, mine, on.cut(1 if on.days <= DAYS_TO_WEEKS else 7)),
        regulars=_regulars(session, within),
        tabs=document["tabs"] if document else (),
        tab=tab,
        canvas=geometry.canvas_of(document) if document else None,
        places=places,
        former=former,
        is_told_by_line=bool(at_line),
    )


def _regulars(session: Session, within: sa.ColumnElement[bool]) -> list[Regular]:
    taken, last_at = sa.func.count(), sa.func.max(TapAnswer.at)
    mine = sa.select(TapAnswer.friend_id, taken.label("taken"), last_at.label("last_at"))
    counted = mine.where(within, TapAnswer.state == statistics.COUNTED).group_by(TapAnswer.friend_id)
    most = counted.order_by(taken.desc(), last_at.desc()).limit(MOST_REGULARS).subquery()
    query = sa.select(Friend, most.c.taken, most.c.last_at).join(most, most.c.friend_id == Friend.id)
    found = session.execute(query.order_by(most.c.taken.desc(), most.c.last_at.desc()))
    return [Regular(friend, count, at) for friend, count, at in found]


def _tab(document: Data, code: str) -> Data:
    tabs: list[Data] = document["tabs"]
    return next((tab for tab in tabs if tab["id"] == code), tabs[0])


def _places(document: Data, tab: Data, counts: Mapping[str, Count], at_line: Mapping[str, AtLine]) -> list[Place]:
    found = []
    for area in geometry.areas_of(document, tab):
        tap = tapping.of_area(area)
        code, does = tap["id"], behaviours[tap["do"]].label
        found.append(Place(area, code, does, code in counts, counts.get(code, Count()), at_line.get(code)))
    return found


def _at_line(session: Session, menu: RichMenu, tab: Data, on: Stretch) -> dict[str, AtLine]:
    """By the tap's code: all rich menus that this tab was at LINE, on all the days LINE tells of."""
    rows = session.execute(
        sa.select(LineMenu.areas, MenuInsight.clicks, MenuInsight.impressions)
        .join(MenuInsight, MenuInsight.line_menu_id == LineMenu.id)
        .where(LineMenu.menu_id == menu.id, LineMenu.tab_code == tab["id"])
        .where(MenuInsight.day >= on.first, MenuInsight.day <= on.last)
    )
    found: dict[str, AtLine] = {}
    for areas, clicks, displays in rows:
        for area, (count, _) in zip(areas, clicks, strict=False):  # LINE may tell of fewer than we asked for
            before = found.get(area["code"], AtLine(0, 0))
            found[area["code"]] = AtLine(before.taps + count, before.displays + displays)
    return found
