"""Broadcasts over real HTTP: who is in, who is out, and an allowance that ends in the middle."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.world import Browser, Person, World

TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def later(world: World) -> datetime:
    """Tomorrow, on the shop's clock."""
    return (datetime.fromisoformat(world.now()).astimezone(TOKYO) + timedelta(days=1)).replace(second=0, microsecond=0)


@pytest.mark.parametrize(("fixed_at", "gets_it"), [("sending", True), ("booking", False)])
def test_whoever_is_tagged_before_a_booked_broadcast_goes_out_gets_it_unless_the_audience_was_fixed_at_booking(
    world: World, browser: Browser, later: datetime, fixed_at: str, gets_it: bool
) -> None:
    early, late = _friends(world, f"先 {fixed_at}", f"後 {fixed_at}")
    tag = f"春の会 {fixed_at}"
    _tag(browser, early, tag)
    text = f"春の会のご案内（{fixed_at}）"
    when = {"when": "later", "planned_at": f"{later:%Y-%m-%dT%H:%M}", "audience_at": fixed_at}
    _send(browser, text, when | _who_carries(browser, tag))
    world.settle()
    _tag(browser, late, tag)
    assert text not in early.texts()
    world.advance(to=later.isoformat())
    world.settle()
    assert early.texts().count(text) == 1
    assert (text in late.texts()) is gets_it


def test_a_hidden_friend_gets_a_broadcast_and_somebody_the_shop_has_blocked_does_not(
    world: World, browser: Browser
) -> None:
    hidden, blocked, other = _friends(world, "隠れた 葵", "止めた 凛", "普通の 蓮")
    for person, act in ((hidden, "hide"), (blocked, "block")):
        browser.submit({}, form="main form", to=f"{_page_of(browser, person)}/{act}")
    _send(browser, "秋の営業時間のお知らせ", {})
    world.advance(advance_seconds=90)
    world.settle()
    received = [person.texts().count("秋の営業時間のお知らせ") for person in (hidden, blocked, other)]
    assert received == [1, 0, 1]
    assert "秋の営業時間のお知らせ" in browser.open("/broadcasts?tab=sent").get_text()


def test_a_used_up_allowance_stops_a_broadcast_on_its_way_and_nobody_is_forgotten(
    world: World, browser: Browser
) -> None:
    people = _friends(world, "足りない 一子", "足りない 二子", "足りない 三子")
    _tag(browser, people[0], "残り通数")
    for person in people[1:]:
        _tag(browser, person, "残り通数")
    used = world.used()
    world.quota(limit=used + 1, used=used)
    text = "様、残りわずかです"
    _send(browser, f"[name]{text}", _who_carries(browser, "残り通数"))
    address = browser.path
    world.advance(advance_seconds=90)
    world.settle()
    assert len(_with(people, text)) == 1
    assert "一時停止" in browser.open(address).get_text()

    world.quota(limit=10_000)
    browser.open("/settings")
    browser.submit({}, form="form[action$='/resumption']")
    browser.open(address)
    browser.submit({}, form="form[action$='/resume']")
    world.settle()
    assert sorted(_with(people, text)) == sorted(f"{person.name}{text}" for person in people)
    world.quota(limit=200, used=used)


def _friends(world: World, *names: str) -> list[Person]:
    people = [world.person(name) for name in names]
    for person in people:
        person.follow()
    world.settle()
    return people


def _page_of(browser: Browser, person: Person) -> str:
    browser.open(f"/friends?q={person.name.replace(' ', '+')}")
    link = next(link for link in browser.page.select("main a[href^='/friends/']") if person.name in link.get_text())
    browser.open(str(link["href"]))
    return browser.path


def _tag(browser: Browser, person: Person, tag: str) -> None:
    _page_of(browser, person)
    browser.submit({"name": tag, "create": "yes"}, form="#friend-tags form.tag-picker")


def _who_carries(browser: Browser, tag: str) -> dict[str, Any]:
    """What the form says of the audience."""
    browser.open("/tags")
    link = next(link for link in browser.page.select("main a[href^='/tags/']") if link.get_text(strip=True) == tag)
    tag_id = str(link["href"]).split("/")[2]
    return {"tree.all": "t", "tree.all.t.kind": "tag", "tree.all.t.how": "any", "tree.all.t.tag_ids": tag_id}


def _send(browser: Browser, text: str, values: dict[str, Any]) -> None:
    """Write it, read the sheet, press 「送信する」; the page of what becomes of it is open afterwards."""
    browser.open("/broadcasts/new")
    typed = {"name": text, "versions.a.blocks-text": text, "next": "sheet", "when": "now"}
    browser.submit(typed | values, form=".broadcast-form")
    assert browser.path.endswith("/submission/new"), browser.text()[:2000]
    browser.submit({}, form="form[action$='/submission']")
    assert browser.status == 200, browser.text()[:2000]


def _with(people: list[Person], text: str) -> list[str]:
    return [each for person in people for each in person.texts() if text in each]
