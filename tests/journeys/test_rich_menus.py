"""Stories of rich menus: made from a design, tapped on the phone, switched by automation, taken away."""

import json
from copy import deepcopy
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from tests.journeys.test_timed import a_tag, friend_page, with_step
from tests.world import Browser, Person, World

TOKYO = ZoneInfo("Asia/Tokyo")
SWITCH, BOOK = 0, 1
"""Where things stand on the first tab: the strip's other tab, then the first button."""


def test_a_design_becomes_a_menu_with_tabs_that_answers_and_counts(world: World, browser: Browser) -> None:
    tag_id = a_tag(browser, "予約したい方")
    steps = [{"id": "s1", "kind": "tags", "data": {"way": "attach", "tag_ids": [tag_id]}, "segment": None}]

    def change(document: dict[str, Any]) -> None:
        document["accent"] = "#7a1f5c"
        home = document["tabs"][0]
        home["cells"][0]["lines"][0]["text"] = "席をおさえる"
        does = {"reply": "[name]さん、日時をお知らせください", "actions": {"steps": steps, "repeats": True}}
        home["cells"][0]["tap"] = {"do": "actions"} | does
        document["tabs"].append(deepcopy(home) | {"label": "アクセス"})

    menu_id = a_menu(browser, "salon_natural", "いつものメニュー", change)
    publish(world, browser, menu_id)
    make_default(world, browser, menu_id)

    hana = newcomer(world, "メニュー はな")
    first = shown(hana)
    assert [first["areas"][place]["action"]["type"] for place in (SWITCH, BOOK)] == ["richmenuswitch", "postback"]
    assert picture_size(hana) == (2500, 1686)

    hana.tap_area(BOOK)
    assert hana.texts()[-1] == "メニュー はなさん、日時をお知らせください"
    assert hana.received()[-1]["via"] == "reply"
    assert "予約したい方" in friend_page(browser, "メニュー はな")

    hana.tap_area(SWITCH)
    second = shown(hana)
    assert second["richMenuId"] != first["richMenuId"] and second["areas"][SWITCH]["action"]["label"] == "ホーム"
    assert [entry["message"]["text"] for entry in hana.received()][-1].endswith("お知らせください"), "no word of it"

    browser.open(f"/rich-menus/{menu_id}/taps")
    counted = [mark.get_text(strip=True) for mark in browser.page.select(".heat-place")]
    assert counted[:2] == ["11回", "21回"], "each place with its number and its taps"


def test_automation_periods_and_leaving_change_what_people_see(world: World, browser: Browser) -> None:
    usual, members, summer = (a_menu(browser, "salon_night", name) for name in ("ふだん", "会員さま", "夏"))
    publish(world, browser, usual, members, summer)
    make_default(world, browser, usual)
    a_rule_that_shows(browser, "会員になります", members)
    taro, jiro = newcomer(world, "会員 太郎"), newcomer(world, "ふだん 次郎")
    assert bars(taro, jiro) == ["ふだん", "ふだん"]

    taro.say("会員になります")
    world.settle()
    assert bars(taro, jiro) == ["会員さま", "ふだん"]

    today = datetime.fromisoformat(world.now()).astimezone(TOKYO).replace(second=0, microsecond=0, tzinfo=None)
    browser.open(f"/rich-menus/{summer}/period")
    lasts = {"shows_from": today + timedelta(hours=2), "shows_until": today + timedelta(hours=4)}
    typed = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in lasts.items()}
    browser.submit(typed | {"is_default_meanwhile": "y"}, form="#period-form form")
    world.settle()
    assert bars(taro, jiro) == ["会員さま", "ふだん"], "it has not begun"
    move_on(world, hours=3)
    assert bars(taro, jiro) == ["会員さま", "夏"]
    move_on(world, hours=2)
    assert bars(taro, jiro) == ["会員さま", "ふだん"]

    browser.open("/rich-menus/leaving")
    browser.submit({"is_sure": "y"})
    world.settle()
    assert (taro.menu(), jiro.menu()) == (None, None)
    browser.open("/rich-menus/leaving")
    browser.submit({}, form="form[action$='/leaving/end']")
    publish(world, browser, usual)
    assert bars(jiro) == ["ふだん"], "what is published again is shown again"


# What the shop sets up -----------------------------------------------------------------------------------------------


def a_menu(browser: Browser, design: str, name: str, change: Any = lambda document: None) -> str:
    """A draft made from a ready design, with its name on the bar."""
    gallery = browser.open("/rich-menus/new")
    browser.open(str(gallery.select_one(f"a[href*='begin={design}']")["href"]))
    document = json.loads(browser.page.select_one("#menu-form [name=document]")["value"])
    change(document)
    browser.submit({"name": name, "chat_bar_text": name, "document": json.dumps(document)}, form="#menu-form form")
    assert browser.status == 200, browser.text()
    return browser.path.split("/")[2]


def publish(world: World, browser: Browser, *menu_ids: str) -> None:
    for menu_id in menu_ids:
        browser.open(f"/rich-menus/{menu_id}/publications/new")
        browser.submit({})
    world.settle()
    for menu_id in menu_ids:
        assert "公開中" in browser.open(f"/rich-menus/{menu_id}").select_one("#menu-publication").get_text()


def make_default(world: World, browser: Browser, menu_id: str) -> None:
    browser.open("/rich-menus/settings")
    browser.submit({"menu_id": menu_id}, form="form[action$='/settings/default']")
    world.settle()


def a_rule_that_shows(browser: Browser, word: str, menu_id: str) -> None:
    browser.open("/auto-replies/new")
    form = "form:has([name=matching])"
    typed = {"name": word, "keywords-text": [word], "keywords-match": ["exact"], "blocks-text": "ありがとうございます"}
    browser.submit(with_step(browser, form, typed, "rich_menu", way="show", menu_id=menu_id), form=form)
    assert browser.status == 200, browser.text()


# What people see -----------------------------------------------------------------------------------------------------


def newcomer(world: World, name: str) -> Person:
    person = world.person(name)
    person.follow()
    world.settle()
    return person


def shown(person: Person) -> dict[str, Any]:
    found = person.menu()
    assert found is not None, f"{person.name} sees no menu"
    return found


def bars(*people: Person) -> list[str]:
    """The words on the bars of their menus."""
    return [shown(person)["chatBarText"] for person in people]


def picture_size(person: Person) -> tuple[int, int]:
    server = person.world.server
    answer = server.http.request("GET", f"{server.url}/emulator/control/users/{person.user_id}/menu.png")
    assert len(answer.data) <= 1_000_000
    return Image.open(BytesIO(answer.data)).size


def move_on(world: World, *, hours: int) -> None:
    world.advance(advance_seconds=hours * 3600)
    world.settle()
