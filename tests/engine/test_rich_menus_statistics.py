"""How often the places of a menu were tapped: what came back to us, and what LINE counted."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.emulator import Emulator
from lstep_lite.emulator.rich_menus import insight
from lstep_lite.engine import rich_menus
from lstep_lite.engine.line import Account
from lstep_lite.engine.rich_menus import insights, statistics
from lstep_lite.engine.rich_menus.publishing import bodies
from lstep_lite.engine.rich_menus.statistics import AtLine
from lstep_lite.engine.taps import stretches
from lstep_lite.engine.taps.statistics import Count
from lstep_lite.models import LineMenu, LineMenuState, MenuInsight, RichMenu, Tap
from tests.factories import NOW, a_friend, a_live_menu, a_menu_tab, a_publication, an_answer

TOKYO = ZoneInfo("Asia/Tokyo")
WEEK = stretches.last_days(7, zone=TOKYO, now=NOW)


def a_menu(session: Session) -> RichMenu:
    """「予約」, of which we are told, beside 「地図」, of which LINE alone knows; and a second tab."""
    home = a_menu_tab("予約", "地図", label="ホーム")
    home["cells"][0]["tap"] |= {"do": "actions", "reply": "どうぞ", "says": ""}
    home["cells"][1]["tap"] |= {"do": "uri", "uri": "https://example.com/map"}
    return a_live_menu(session, home, a_menu_tab("予約", label="その他"))


def tap_of(session: Session, menu: RichMenu, label: str) -> Tap:
    mine = sa.select(Tap).where(Tap.owner == rich_menus.OWNER, Tap.owner_id == menu.id, Tap.label == label)
    return session.scalars(mine.order_by(Tap.position).limit(1)).one()


def a_line_menu(session: Session, menu: RichMenu, **over: Any) -> LineMenu:
    """The first tab as it is at LINE."""
    publication, document = a_publication(session, menu), menu.live_document or {}
    speaker = bodies.Everybody("https://salon.example", NOW)
    tab = document["tabs"][0]
    values: dict[str, Any] = {
        "menu_id": menu.id,
        "tab_code": tab["id"],
        "revision": 1,
        "name": "lstep-first",
        "body": bodies.body(publication, tab, speaker, "lstep-first"),
        "areas": bodies.areas(document, tab, speaker),
        "image_path": "",
        "content_type": "image/png",
        "digest": "",
        "state": LineMenuState.LIVE,
        "created_at": NOW - timedelta(days=3),
    }
    row = LineMenu(**values | over)
    session.add(row)
    session.flush()
    return row


def labels(report: statistics.Report) -> dict[str, tuple[Count, bool]]:
    return {place.area.label: (place.count, place.is_told) for place in report.places}


def test_people_and_taps_are_counted_at_their_places(session: Session) -> None:
    menu = a_menu(session)
    book, other = tap_of(session, menu, "予約"), tap_of(session, menu, "タブ「その他」")
    ann, bob = a_friend(session), a_friend(session)
    for minutes, friend, tap in ((0, ann, book), (0, bob, book), (0, bob, other), (1, ann, book)):
        an_answer(session, tap, friend, at=NOW + timedelta(minutes=minutes))
    an_answer(session, book, ann, at=WEEK.begins_at - timedelta(seconds=1))
    an_answer(session, book, ann, at=WEEK.ends_at)

    found = statistics.report(session, menu, WEEK)

    assert (found.friends, found.taken, [span.taken for span in found.spans]) == (2, 4, [0] * 6 + [4])
    assert [(each.friend.id, each.taken) for each in found.regulars] == [(ann.id, 2), (bob.id, 2)]
    assert labels(found) == {
        "その他": (Count(friends=1, taken=1), True),
        "予約": (Count(friends=2, taken=3), True),
        "地図": (Count(), False),
    }
    assert [found.heat(place) for place in found.places] == [2, 4, 0]
    second = statistics.report(session, menu, WEEK, tab_code=found.tabs[1]["id"])
    assert [place.area.label for place in second.places] == ["ホーム", "予約"]


def test_what_stood_there_before_is_still_told(session: Session) -> None:
    menu = a_menu(session)
    an_answer(session, tap_of(session, menu, "予約"), a_friend(session))
    changed = menu.document | {"tabs": menu.document["tabs"][1:]}
    rich_menus.go_live(session, menu, a_publication(session, menu, document=changed), now=NOW)
    found = statistics.report(session, menu, WEEK)
    assert [(choice.tap.label, choice.count.taken) for choice in found.former] == [("予約", 1)]
    assert found.taken == 1 and [place.count for place in found.places] == [Count()]


def test_long_stretches_are_drawn_by_weeks(session: Session) -> None:
    menu = a_menu(session)
    long = stretches.Stretch(WEEK.last - timedelta(days=99), WEEK.last, TOKYO)
    spans = statistics.report(session, menu, long).spans
    assert len(spans) == 15 and (spans[0].on.first, spans[0].on.days, spans[-1].on.last) == (long.first, 2, long.last)


# LINE's own numbers --------------------------------------------------------------------------------------------------


@pytest.fixture
def line_menu(database: Database, session: Session, account: Account, emulator: Emulator) -> LineMenu:
    """The first tab as LINE knows it, with 20 people who tapped 「地図」 twice the day before yesterday."""
    with database.unit() as unit:
        row = a_line_menu(unit, a_menu(unit))
        row_id, body = row.id, row.body
    line_id = account.line().rich_menus.create(body)
    with database.unit() as unit:
        unit.get_one(LineMenu, row_id).line_id = line_id
    day = emulator.clock.now() - timedelta(days=2)
    for number in range(20):
        for area in (insight.SEEN, 2, 2):
            insight.note(emulator.store, line_id, area, f"U{number:032d}", now=day)
    return session.get_one(LineMenu, row_id)


def ask(database: Database, account: Account, now: datetime) -> int:
    return insights.ask_due(database, account, now=now, limit=5)


def told(session: Session) -> list[tuple[date, int, int, list[list[int]]]]:
    rows = session.scalars(sa.select(MenuInsight).order_by(MenuInsight.day).execution_options(populate_existing=True))
    return [(row.day, row.impressions, row.viewers, row.clicks) for row in rows]


def test_line_is_asked_every_morning_and_its_numbers_stand_at_their_areas(
    database: Database, session: Session, account: Account, emulator: Emulator, line_menu: LineMenu
) -> None:
    now = emulator.clock.now()
    with database.unit() as unit:
        unit.get_one(LineMenu, line_menu.id).created_at = now - timedelta(days=3)
    ask(database, account, now)
    assert told(session) == [], "it went live today"
    session.refresh(line_menu)
    morning = line_menu.insight_due_at
    assert morning and morning > now and morning.astimezone(TOKYO).hour == 9

    ask(database, account, morning)

    day = (now - timedelta(days=2)).astimezone(TOKYO).date()
    assert told(session) == [(day, 20, 20, [[0, 0], [0, 0], [40, 20]])]
    menu = session.get_one(RichMenu, line_menu.menu_id)
    found = statistics.report(session, menu, stretches.last_days(7, zone=TOKYO, now=now))
    assert [place.at_line for place in found.places] == [AtLine(0, 20), AtLine(0, 20), AtLine(40, 20)]
    assert (found.places[2].taps, found.heat(found.places[2]), AtLine(40, 20).per_hundred) == (40, 4, 200)
    assert ask(database, account, morning) == 0, "once a morning"
    assert ask(database, account, morning + timedelta(days=1)) == 1
    assert len(told(session)) == 1


def test_a_failure_is_tried_again_an_hour_later(
    database: Database, session: Session, account: Account, control: Any, line_menu: LineMenu
) -> None:
    control.post("/faults", {"path": "/v2/bot/insight", "mode": "500", "times": 9})
    with database.unit() as unit:
        unit.get_one(LineMenu, line_menu.id).insight_due_at = NOW
    assert ask(database, account, NOW) == 1
    session.refresh(line_menu)
    assert line_menu.insight_due_at == NOW + insights.PAUSE
