"""What follows a tap in a rich menu: answered, counted and explained like any other."""

from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, intake, rich_menus, segments, taps, timeline
from lstep_lite.engine.rich_menus import geometry, tapping
from lstep_lite.engine.rich_menus.showing import defaults
from lstep_lite.models import Delivery, Friend, FriendTag, RichMenu, Tap, TapAnswer
from tests.factories import NOW, a_friend, a_live_menu, a_menu_tab, a_tag, an_event

ANN = f"U{'a' * 32}"


@pytest.fixture
def menu(database: Database, session: Session) -> RichMenu:
    """Two tabs; a tap in the first one attaches a tag and answers."""
    with database.unit() as unit:
        a_friend(unit, line_user_id=ANN)
        tag = a_tag(unit, name="予約したい方")
        home = a_menu_tab("予約する", label="ホーム")
        steps = [{"id": "s1", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag.id]}, "segment": None}]
        does = {"do": "actions", "reply": "[name]さん、どうぞ", "actions": {"steps": steps, "repeats": True}}
        home["cells"][0]["tap"] |= does
        menu_id = a_live_menu(unit, home, a_menu_tab("地図", label="アクセス"), name="お店のメニュー").id
    return session.get_one(RichMenu, menu_id)


def code_of(menu: RichMenu) -> str:
    return str(menu.document["tabs"][0]["cells"][0]["tap"]["id"])


def tap(database: Database, code: str, **params: str) -> None:
    event = an_event("postback", ANN, postback={"data": f"tap={code}", "params": params})
    with database.unit() as session:
        intake.store(session, {"destination": "Ubot", "events": [event]}, now=NOW)
    intake.process_due(database, now=NOW, wall=NOW, limit=100)


def told(session: Session) -> list[tuple[str, str]]:
    """Of each tap that counted: what the timeline says, oldest first."""
    friend = session.scalars(sa.select(Friend)).one()
    found = [
        (item.label, item.detail) for item in timeline.entries(session, friend) if item.entry.kind == "tap.in_menu"
    ]
    return found[::-1]


def test_a_button_answers_does_its_actions_and_says_so(database: Database, session: Session, menu: RichMenu) -> None:
    tap(database, code_of(menu))
    assert told(session) == [("リッチメニューのボタンが押された", "予約する（お店のメニュー）")]
    put = session.scalars(sa.select(Delivery)).one()
    assert timeline.why(session, put)[-3].text == "リッチメニューのボタンが押された「予約する（お店のメニュー）」。"
    assert session.scalars(sa.select(FriendTag.friend_id)).all()
    found = actions.at(session, taps.PLACE, code_of(menu))
    assert found and actions.label(session, found) == "リッチメニュー「お店のメニュー」の「予約する」を押したとき"


def test_tabs_of_the_strip_are_counted_without_a_word_to_the_customer(
    database: Database, session: Session, menu: RichMenu
) -> None:
    second = menu.document["tabs"][1]["id"]
    switched = {"newRichMenuAliasId": rich_menus.alias_of(second), "status": "SUCCESS"}
    tap(database, second, **switched)
    assert told(session) == [("リッチメニューのボタンが押された", "タブ「アクセス」（お店のメニュー）")]
    with database.unit() as unit:
        rich_menus.remove(unit, unit.get_one(RichMenu, menu.id))
    tap(database, second, **switched)
    tap(database, "never-heard-of", **switched)
    assert session.scalars(sa.select(Delivery)).all() == []
    tap(database, code_of(menu))
    assert "終了しました" in session.scalars(sa.select(Delivery)).one().content.blocks[0]["text"]


def test_conditions_speak_of_pressing(database: Database, session: Session, menu: RichMenu) -> None:
    tap(database, code_of(menu))
    data: dict[str, Any] = {"owner": rich_menus.OWNER, "owner_id": menu.id, "code": code_of(menu), "how": "taken"}
    row = {"id": "c", "kind": "tap", "data": data | {"days": 7, "times": 2}}
    tree = {"all": [row], "any": []}
    words = "リッチメニュー「お店のメニュー」の「予約する」を7日以内に2回以上押した"
    assert segments.sentence(session, tree) == words
    holds = sa.select(Friend.id).where(segments.condition(session, tree, now=NOW))
    assert session.scalars(holds).all() == []
    tap(database, code_of(menu))
    assert len(session.scalars(holds).all()) == 1
    assert session.scalars(sa.select(TapAnswer.panel)).all() == [menu.document["tabs"][0]["id"]] * 2


def test_words_that_a_button_says_count_for_those_who_have_it_before_them(
    database: Database, session: Session, menu: RichMenu
) -> None:
    def say(text: str) -> int:
        """How many taps were counted when *text* had come in."""
        event = an_event("message", ANN, message={"type": "text", "id": str(next(numbers)), "text": text})
        with database.unit() as unit:
            intake.store(unit, {"destination": "Ubot", "events": [event]}, now=NOW)
        intake.process_due(database, now=NOW, wall=NOW, limit=100)
        return len(session.scalars(sa.select(TapAnswer.id)).all())

    numbers = count(1)
    assert say("地図") == 0, "nobody sees the menu yet"
    with database.unit() as unit:
        defaults.set_default(unit, unit.get_one(RichMenu, menu.id), now=NOW)
    assert say("地図") == 1
    assert say("地図です") == 1
    tap = session.scalars(sa.select(Tap).join(TapAnswer)).one()
    assert (tap.label, tap.is_counted, tap.panel) == ("地図", True, menu.document["tabs"][1]["id"])


def test_each_area_of_a_tab_is_known_by_what_can_be_tapped(menu: RichMenu) -> None:
    document = menu.live_document or {}
    codes = {placed.tap["id"] for placed in tapping.placed(document)}
    for tab in document["tabs"]:
        areas = geometry.areas_of(document, tab)
        assert len(areas) == 2 and {tapping.of_area(area)["id"] for area in areas} <= codes
