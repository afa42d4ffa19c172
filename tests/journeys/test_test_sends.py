"""A test send over real HTTP: it costs what it costs, and touches nobody's tags."""

import json
from typing import Any

from tests.world import Browser, Person, World


def test_a_carousel_sent_as_a_test_uses_the_allowance_and_leaves_the_tags_alone(world: World, browser: Browser) -> None:
    nao = world.person("試す 直美")
    nao.follow()
    world.settle()
    _make_tester(browser, nao)
    template_id = _a_carousel(browser)
    _a_broadcast_of(browser, template_id)
    used, came = world.used(), len(nao.received())
    browser.submit({}, form="#test-send form")
    world.settle()
    assert "1人にテスト送信しました" in browser.text()
    [entry] = nao.received()[came:]
    assert (entry["via"], entry["counted"], entry["message"]["template"]["type"]) == ("push", True, "carousel")
    assert world.used() == used + 1
    assert _tags_of(browser, nao) == [], "neither the broadcast's actions nor the buttons' have run"

    answer = nao.tap(_first_panel(entry["message"]))
    assert answer["text"] == "ありがとうございます"
    assert _tags_of(browser, nao) == ["カラー希望"], "a real tap is a real tap"


def _make_tester(browser: Browser, person: Person) -> None:
    browser.open(f"/test-sends?q={person.name.split()[0]}")
    browser.submit({}, form=f"form:has([name=friend_id]):-soup-contains('{person.name}')")


def _a_carousel(browser: Browser) -> int:
    browser.open("/messages/new?kind=carousel")
    attach = {"way": "attach", "tag_ids": [], "new_name": "カラー希望"}
    tag = {"id": "t", "kind": "tags", "data": attach, "segment": None}
    tap = {"do": "actions", "reply": "ありがとうございます", "actions": {"steps": [tag], "repeats": True}, "says": ""}
    choice = {"kind": "carousel_choice", "label": "気になる", "tap": tap}
    panel = {"kind": "carousel_panel", "text": "春のカラー", "choices": [choice], "tap": {"do": "none"}}
    document: dict[str, Any] = {"panels": [panel, panel], "quick_replies": []}
    browser.submit({"name": "春の新色", "document": json.dumps(document)}, form="#template-form form")
    return int(browser.path.split("/")[2])


def _a_broadcast_of(browser: Browser, template_id: int) -> None:
    """A draft; its page is open afterwards."""
    browser.open("/broadcasts/new")
    blocks = json.dumps([{"kind": "template", "template_id": template_id}])
    typed = {"name": "春の新色のお知らせ", "versions.a.blocks": blocks, "versions.a.blocks-text": ""}
    step = {"actions": "s", "actions.s.kind": "tags", "actions.s.way": "attach", "actions.s.new_name": "案内済み"}
    browser.submit(typed | step, form=".broadcast-form")


def _first_panel(message: dict[str, Any]) -> dict[str, Any]:
    """The first panel of a carousel, as a phone that has only that one shows it."""
    return {"type": "template", "template": message["template"]["columns"][0]}


def _tags_of(browser: Browser, person: Person) -> list[str]:
    browser.open(f"/friends?q={person.name.split()[0]}")
    link = next(link for link in browser.page.select("main a[href^='/friends/']") if person.name in link.get_text())
    page = browser.open(str(link["href"]))
    return [tag.get_text(strip=True) for tag in page.select("#friend-tags .tag-chips .color-label > span")]
