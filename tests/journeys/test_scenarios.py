"""A shop that begins with nothing builds a scenario through its pages, tries it, publishes it, and a month passes."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import BACKENDS, empty_url
from tests.journeys.test_timed import a_tag, with_step
from tests.world import OWNER, Browser, Person, Server, World

TOKYO = ZoneInfo("Asia/Tokyo")
SHOP = {
    "owner_name": "花田 さくら",
    "email": OWNER[0],
    "password": OWNER[1],
    "repeated_password": OWNER[1],
    "name": "サロン花",
}
STEP, BRANCH = "form.step-form:has([name=blocks])", "form.step-form"
WELCOME, TOUR = "友だち追加ありがとうございます", "翌日のお店の紹介です"
COLOUR, CUT = "カラーのご案内です", "カットのご案内です"
REMINDER, THANKS = "そろそろいかがですか", "1か月がたちました"


@pytest.fixture(scope="module", params=BACKENDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty installation that has been through its first questions and is connected to the pretended LINE."""
    folder = tmp_path_factory.mktemp("scenarios")
    running = Server(folder, SEED="0", DATABASE_URL=empty_url(request, folder, request.param))
    running.set_clock()
    try:
        running.start()
        open_shop(Browser(running))
        World(running).settle()
        yield running
    finally:
        running.stop()


def open_shop(owner: Browser) -> None:
    owner.open("/")
    owner.submit(SHOP)
    assert owner.path == "/setup/next", owner.text()
    owner.open("/settings/connection")
    owner.submit({}, form="form[action*='trial']")
    owner.submit({}, form="form[action*='/checks']")


def test_seven_steps_with_two_lanes_are_built_tried_published_and_lived_through(world: World, browser: Browser) -> None:
    tag_id = a_tag(browser, "カラー希望")
    scenario_id = a_scenario(browser, "はじめての1か月")
    a_step(browser, scenario_id, WELCOME, timing="at_once")
    a_step(browser, scenario_id, TOUR, days="1", at_time="12:15")
    browser.open(f"/scenarios/{scenario_id}/steps/new?kind=branch")
    wants = {
        "segment.all": "c",
        "segment.all.c.kind": "tag",
        "segment.all.c.how": "any",
        "segment.all.c.tag_ids": tag_id,
    }
    browser.submit({"name": "カラー希望か", "days": "5", "at_time": "10:00", **wants}, form=BRANCH)
    lanes = [str(link["href"]) for link in browser.page.select(".flow-lane .flow-add a:first-child")]
    for lane, words in zip(lanes, (COLOUR, CUT), strict=True):
        a_step(browser, scenario_id, words, path=lane, days="6", at_time="18:30")
    a_step(browser, scenario_id, REMINDER, days="14", at_time="12:00")
    a_step(browser, scenario_id, THANKS, days="30", at_time="09:00")
    assert len(browser.page.select(".flow-card")) == 7

    mina, saki = new_friend(world, browser, "色川 美奈"), new_friend(world, browser, "髪山 咲")
    to_clock(world, "11:00")
    put_a_tag_on(browser, "色川 美奈", "カラー希望")
    film = tried(browser, scenario_id)
    for words in (WELCOME, TOUR, CUT, REMINDER, THANKS):
        assert words in film, "the rehearsal shows what would come"
    assert not mina.texts() and not saki.texts(), "and sends nothing"

    publish(browser, scenario_id)
    start = started_at(world)
    for person in (mina, saki):
        start_by_hand(browser, scenario_id, person.name)
    world.settle()
    assert (mina.texts(), saki.texts()) == ([WELCOME], [WELCOME])
    live_through(world, timedelta(days=31))
    every = [(1, "12:15", TOUR), (14, "12:00", REMINDER), (30, "09:00", THANKS)]
    assert arrived(mina)[1:] == told(start, [*every[:1], (6, "18:30", COLOUR), *every[1:]])
    assert arrived(saki)[1:] == told(start, [*every[:1], (6, "18:30", CUT), *every[1:]])
    results = browser.open(f"/scenarios/{scenario_id}/results").get_text(" ", strip=True)
    assert "はい 1・いいえ 1" in results and "最後まで進んだ方 2人" in results
    assert "最後まで進みました" in friend_panel(browser, "色川 美奈")


def test_whoever_comes_before_or_after_a_quarter_past_twelve_gets_it_the_next_day(
    world: World, browser: Browser
) -> None:
    """The second day at 12:15, begun by adding the shop as a friend."""
    scenario_id = a_scenario(browser, "登録の翌日")
    a_step(browser, scenario_id, TOUR, days="1", at_time="12:15")
    publish(browser, scenario_id)
    browser.open("/greetings/new")
    form = "main form:has([name=blocks])"
    greeting = {"is_on": "y", "blocks-text": WELCOME}
    typed = with_step(browser, form, greeting, "scenario", way="start", scenario_id=scenario_id)
    browser.submit(typed, form=form)
    to_clock(world, "12:14")
    early = new_friend(world, browser, "早川 一")
    to_clock(world, "12:16")
    late = new_friend(world, browser, "遅田 二")
    day = started_at(world)
    live_through(world, timedelta(days=2))
    assert [arrived(person)[-1] for person in (early, late)] == told(day, [(1, "12:15", TOUR)]) * 2
    assert late.texts().count(TOUR) == 1
    browser.open("/greetings/new")
    browser.submit({"is_on": []}, form=form)  # the friends of other stories are not greeted


def test_a_step_of_the_same_day_that_has_just_passed_comes_the_next_day(world: World, browser: Browser) -> None:
    scenario_id = a_scenario(browser, "当日14時")
    a_step(browser, scenario_id, CUT, days="0", at_time="14:00")
    a_step(browser, scenario_id, THANKS, days="1", at_time="14:00")
    publish(browser, scenario_id)
    person = new_friend(world, browser, "昼間 三")
    to_clock(world, "14:01")
    day = started_at(world)
    start_by_hand(browser, scenario_id, person.name)
    live_through(world, timedelta(days=3))
    assert arrived(person)[-2:] == told(day, [(1, "14:00", CUT), (2, "14:00", THANKS)])


# What the shop does --------------------------------------------------------------------------------------------------


def a_scenario(browser: Browser, name: str) -> str:
    browser.open("/scenarios/new")
    browser.submit({"name": name, "mode": "clock"})
    return browser.path.split("/")[2]


def a_step(browser: Browser, scenario_id: str, words: str, *, path: str = "", **when: str) -> None:
    browser.open(path or f"/scenarios/{scenario_id}/steps/new")
    browser.submit({"name": words, "timing": "on_clock", "blocks-text": words, **when}, form=STEP)
    assert browser.path.startswith(f"/scenarios/{scenario_id}"), browser.text()


def publish(browser: Browser, scenario_id: str) -> None:
    browser.open(f"/scenarios/{scenario_id}/publish")
    browser.submit({"is_on": "yes"}, form="form:has([name=moves_friends])")
    assert "オンです" in browser.text(), browser.text()


def tried(browser: Browser, scenario_id: str) -> str:
    link = browser.open(f"/scenarios/{scenario_id}").select_one("main a[href*='/rehearsals/new']")
    browser.open(str(link["href"]))
    return browser.submit({"name": "山田 花子"}, form="form:has([name=what])").get_text(" ", strip=True)


def start_by_hand(browser: Browser, scenario_id: str, name: str) -> None:
    browser.open(f"/scenarios/{scenario_id}/friends?q={name[:2]}")
    button = browser.page.select_one("button[name=friend_id]")
    browser.submit({"friend_id": button["value"]}, form="form:has([name=friend_id])")
    assert "を始めました" in browser.text(), browser.text()


def put_a_tag_on(browser: Browser, name: str, tag: str) -> None:
    browser.open(friend_path(browser, name))
    browser.submit({"name": tag}, form="form.tag-picker")


def friend_panel(browser: Browser, name: str) -> str:
    return str(browser.open(friend_path(browser, name)).select_one("#friend-scenarios").get_text(" ", strip=True))


def friend_path(browser: Browser, name: str) -> str:
    browser.open(f"/friends?q={name[:2]}")
    link = next(link for link in browser.page.select("main tbody a[href^='/friends/']") if name in link.get_text())
    return str(link["href"])


# Customers and time --------------------------------------------------------------------------------------------------


def new_friend(world: World, browser: Browser, name: str) -> Person:
    """Somebody who has added the shop, and whose name LINE has told it by now."""
    person = world.person(name)
    person.follow()
    world.settle()
    deadline = monotonic() + 20
    while not browser.open(f"/friends?q={name[:2]}").find(string=re.compile(name)):
        assert monotonic() < deadline, f"{name} is not known by name"
        sleep(0.2)
    return person


def to_clock(world: World, clock_time: str) -> None:
    """Go to the next such moment, living through what is due on the way."""
    now = started_at(world)
    moment = datetime.combine(now.date(), time.fromisoformat(clock_time), tzinfo=TOKYO)
    live_through(world, (moment if moment > now else moment + timedelta(days=1)) - now)


def live_through(world: World, duration: timedelta) -> None:
    until = started_at(world) + duration
    while started_at(world) < until:
        world.advance(to=until.isoformat())
    world.settle()


def started_at(world: World) -> datetime:
    return datetime.fromisoformat(world.now()).astimezone(TOKYO)


def arrived(person: Person) -> list[tuple[str, str]]:
    """The minute on the shop's clock, and the words."""
    return [(_minute(entry), entry["message"].get("text", "")) for entry in person.received()]


def told(start: datetime, expected: list[tuple[int, str, str]]) -> list[tuple[str, str]]:
    return [(f"{start.date() + timedelta(days=days)} {at_time}", words) for days, at_time, words in expected]


def _minute(entry: dict[str, Any]) -> str:
    return datetime.fromisoformat(entry["at"]).astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
