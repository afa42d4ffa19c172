"""Menus as staff keep them: drafts, what goes live, and what they refer to."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, rich_menus, studio, taps
from lstep_lite.engine.rich_menus import Draft, modes
from lstep_lite.engine.rich_menus.periods import Period
from lstep_lite.engine.rich_menus.showing import defaults
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import MenuTab, RichMenu, Tap
from tests.factories import NOW, a_live_menu, a_menu_tab, a_publication, a_rich_menu, a_tag


def draft(menu: RichMenu, **over: Any) -> Draft:
    """The menu as its form posts it."""
    values = {"name": menu.name, "chat_bar_text": menu.chat_bar_text, "is_open": menu.is_open}
    return Draft(**values | {"document": deepcopy(menu.document), "folder_id": menu.folder_id} | over)


def changed(menu: RichMenu, label: str) -> dict[str, Any]:
    document = deepcopy(menu.document)
    document["tabs"][0]["cells"][0]["label"] = label
    return document


def problems(session: Session, *tabs: dict[str, Any], **over: Any) -> dict[str, str]:
    found = rich_menus.examine(session, studio.fresh(rich_menus.INPUTS) | {"tabs": list(tabs)} | over)
    return {each.path: each.message for each in found.problems}


def warnings(session: Session, *tabs: dict[str, Any]) -> list[str]:
    found = rich_menus.examine(session, studio.fresh(rich_menus.INPUTS) | {"tabs": list(tabs)})
    assert not found.problems
    return [each.path for each in found.warnings]


def attaching(tag_id: int) -> dict[str, Any]:
    """A tap that attaches a tag."""
    steps = [{"id": "s1", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag_id]}, "segment": None}]
    return {"do": "actions", "actions": {"steps": steps, "repeats": True}}


def with_tap(tap: dict[str, Any]) -> dict[str, Any]:
    tab = a_menu_tab("予約したい")
    tab["cells"][0]["tap"] = tap
    return tab


def test_saving_a_draft_changes_nothing_that_customers_see(session: Session) -> None:
    menu = a_live_menu(session)
    live, code = deepcopy(menu.live_document), menu.document["tabs"][0]["cells"][0]["tap"]["id"]

    rich_menus.update(session, menu, draft(menu, document=changed(menu, "ご予約")), now=NOW)

    assert (menu.live_document, menu.live_revision, menu.revision) == (live, 1, 2)
    assert session.scalars(sa.select(Tap).where(Tap.code == code)).one().label == "予約したい"
    rich_menus.update(session, menu, draft(menu, name="別の名前"), now=NOW)
    assert menu.revision == 2, "customers see the name nowhere"


def test_going_live_makes_taps_work_and_keeps_tabs_under_their_aliases(session: Session) -> None:
    tag = a_tag(session)
    menu = a_rich_menu(session, with_tap(attaching(tag.id)), a_menu_tab("地図", label="アクセス"))
    first, second = (tab["id"] for tab in menu.document["tabs"])
    code = menu.document["tabs"][0]["cells"][0]["tap"]["id"]
    rich_menus.go_live(session, menu, a_publication(session, menu), now=NOW)

    tabs = rich_menus.tabs_of(session, menu)
    assert [(tab.code, tab.alias) for tab in tabs] == [(code, rich_menus.alias_of(code)) for code in (first, second)]
    found = taps.standing(session, session.scalars(sa.select(Tap).where(Tap.code == code)).one())
    assert found and found.tap and found.tap["do"] == "actions"
    assert (kept := actions.at(session, taps.PLACE, code)) and kept.steps[0]["data"]["tag_ids"] == [tag.id]
    assert menu.document["tabs"][0]["cells"][0]["tap"]["actions"]["steps"], "the draft keeps its actions"

    fewer = deepcopy(menu.document) | {"tabs": menu.document["tabs"][1:]}
    rich_menus.update(session, menu, draft(menu, document=fewer), now=NOW)
    rich_menus.go_live(session, menu, a_publication(session, menu), now=NOW)
    assert [tab.code for tab in rich_menus.tabs_of(session, menu)] == [second]
    assert session.scalars(sa.select(MenuTab).where(MenuTab.code == first)).one().is_live is False


def test_a_document_from_elsewhere_gets_tabs_and_taps_of_its_own(session: Session) -> None:
    menu = a_live_menu(session, a_menu_tab("予約したい"), a_menu_tab("地図", label="アクセス"))
    switching = deepcopy(menu.document)
    switching["tabs"][0]["cells"][0]["tap"] = {"do": "switch_tab", "tab": switching["tabs"][1]["id"]}
    rich_menus.update(session, menu, draft(menu, document=switching), now=NOW)
    before = [tab["id"] for tab in menu.document["tabs"]]
    assert before == [tab["id"] for tab in switching["tabs"]], "its own codes stay"

    twin = rich_menus.copy(session, menu, now=NOW)

    after = [tab["id"] for tab in twin.document["tabs"]]
    assert not set(before) & set(after)
    assert twin.document["tabs"][0]["cells"][0]["tap"]["tab"] == after[1], "it leads to the copied tab"
    assert twin.document["tabs"][1]["cells"][0]["tap"]["id"] != menu.document["tabs"][1]["cells"][0]["tap"]["id"]
    assert (twin.name, twin.live_revision) == (f"{menu.name}のコピー", None)


@pytest.mark.parametrize(
    ("over", "path", "words"),
    [
        ({"size": "free", "width": 1000, "height": 700}, "height", "689px"),
        ({"cell": {"x": 600, "width": 500}}, "tabs.0.cells.0.width", "はみ出して"),
        ({"cell": {"tap": {"do": "switch_tab", "tab": "nowhere-at-all"}}}, "tabs.0.cells.0.tap.tab", "切り替える先"),
        ({"cell": {"tap": {"do": "say", "text": "[name]です"}}}, "tabs.0.cells.0.tap.text", "全員に同じもの"),
        ({"cell": {"tap": {"do": "actions", "reply": "[nmae]様"}}}, "tabs.0.cells.0.tap.reply", "[nmae]"),
    ],
)
def test_what_line_would_refuse_is_refused_at_its_place(
    session: Session, over: dict[str, Any], path: str, words: str
) -> None:
    over, tab = dict(over), a_menu_tab("予約したい")
    tab["cells"][0] |= over.pop("cell", {})
    found = problems(session, tab, **over)
    assert list(found) == [path]
    assert words in found[path]


def test_the_strip_counts_among_the_twenty_places_to_tap(session: Session) -> None:
    full = a_menu_tab(*(f"品{number}" for number in range(20)))
    assert problems(session, full) == {}
    assert "いま21か所" in problems(session, full, a_menu_tab("地図"))["tabs.0.cells"]


def test_what_may_be_a_slip_is_pointed_out(session: Session) -> None:
    tab = a_menu_tab("予約したい", "地図")
    assert warnings(session, tab) == []
    tab["cells"][1] |= {"x": 499}
    assert warnings(session, tab) == ["tabs.0.cells.1.x"]
    assert warnings(session, with_tap({"do": "actions"})) == ["tabs.0.cells.0.tap"]
    assert warnings(session, with_tap({"do": "none"})) == ["tabs.0.cells"]


@pytest.mark.parametrize(("text", "is_fine"), [("👨‍👩‍👧メニューを開く", True), ("あ" * 15, False), ("  ", False)])
def test_the_bar_holds_fourteen_characters_as_people_count_them(session: Session, text: str, is_fine: bool) -> None:
    if is_fine:
        assert a_rich_menu(session, chat_bar_text=text).chat_bar_text == text
    else:
        with pytest.raises(DomainError) as caught:
            a_rich_menu(session, chat_bar_text=text)
        assert caught.value.field == "chat_bar_text"


def test_a_menu_says_what_it_uses_before_and_after_it_is_live(session: Session) -> None:
    tag = a_tag(session)
    menu = a_rich_menu(session, with_tap(attaching(tag.id)))
    used = f"リッチメニュー「{menu.name}」"
    assert [place.label for place in mentions.places(session, "tags", tag.id)] == [used]
    assert rich_menus.broken_ids(session, [menu]) == set()
    rich_menus.go_live(session, menu, a_publication(session, menu), now=NOW)
    tapped = f"{used}の「予約したい」を押したとき"
    assert [place.label for place in mentions.places(session, "tags", tag.id)] == [used, tapped]

    session.delete(tag)
    session.flush()
    assert rich_menus.broken_ids(session, [menu]) == {menu.id}


def test_what_follows_a_period_counts_as_used_and_a_deleted_default_is_none(session: Session) -> None:
    spring, usual = a_live_menu(session), a_live_menu(session)
    period = Period(shows_until=NOW + timedelta(days=1), next_menu_id=usual.id)
    rich_menus.set_period(session, spring, period, now=NOW)
    assert [place.label for place in mentions.places(session, "rich_menus", usual.id)] == [
        f"リッチメニュー「{spring.name}」"
    ]
    defaults.set_default(session, usual, now=NOW)
    rich_menus.delete(session, usual, now=NOW)
    assert modes.settings(session).default_menu_id is None


def test_a_deleted_menu_is_gone_at_once_though_line_may_still_have_it(session: Session) -> None:
    never_live, live = a_rich_menu(session), a_live_menu(session)
    rich_menus.delete(session, never_live, now=NOW)
    rich_menus.delete(session, live, now=NOW)
    assert session.scalars(sa.select(RichMenu)).all() == [live], "what is at LINE is cleared away first"
    assert rich_menus.in_order(session) == rich_menus.live_menus(session) == []
    with pytest.raises(NotFound):
        rich_menus.get(session, live.id)
    rich_menus.remove(session, live)
    assert session.scalars(sa.select(Tap.is_live)).all() == [False]
