"""Stories of sending by itself: what a new friend gets at once, and what a word brings on some days only."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tests.world import Browser, Person, World

TOKYO = ZoneInfo("Asia/Tokyo")
SATURDAY, MONDAY = 5, 0
BONUS = "特典のパスワードは「はな」です"


def test_a_new_friend_gets_greeting_tag_and_the_first_step_in_one_free_reply(world: World, browser: Browser) -> None:
    tag_id, scenario_id = a_tag(browser, "新しい友だち"), a_scenario(browser, "はじめての方へ", "まずはお店の紹介です")
    browser.open("/greetings/new")
    form, typed = "main form:has([name=blocks])", {"blocks-text": "[name]さん、ありがとうございます"}
    typed = with_step(browser, form, typed, "tags", tag_ids=tag_id)
    typed = with_step(browser, form, typed, "scenario", way="start", scenario_id=scenario_id)
    browser.submit(typed, form=form)
    assert browser.status == 200, browser.text()

    used = world.used()
    hana = world.person("一回 はな")
    hana.follow()
    world.settle()
    assert hana.texts() == ["一回 はなさん、ありがとうございます", "まずはお店の紹介です"]
    assert [(entry["via"], entry["counted"]) for entry in hana.received()] == [("reply", False)] * 2
    replies = [call for call in world.requests("/v2/bot/message/reply") if "お店の紹介" in str(call["body"])]
    assert len(replies) == 1, "one reply holds both"
    assert world.used() == used
    assert "新しい友だち" in friend_page(browser, "一回 はな")

    world.advance(advance_seconds=600)
    assert hana.texts()[2:] == ["10分たちました"]
    assert hana.received()[-1]["counted"] and world.used() == used + 1


def test_a_secret_word_brings_its_bonus_on_weekdays_only_and_the_talk_goes_on(world: World, browser: Browser) -> None:
    a_bonus(browser, a_tag(browser, "特典を受け取った"))
    taro = world.person("特典 太郎")
    taro.follow()
    world.settle()

    on_the_next(world, SATURDAY, "12:00")
    assert answers(world, taro, "特典2026") == []
    monday = on_the_next(world, MONDAY, "09:59")
    assert answers(world, taro, "特典２０２６") == []
    assert "特典を受け取った" not in friend_page(browser, "特典 太郎")

    move_to(world, monday + timedelta(minutes=1))
    assert answers(world, taro, "特典2026をください") == [], "the whole message must be the word"
    assert answers(world, taro, "特典２０２６") == [BONUS]
    assert (taro.received()[-1]["via"], taro.received()[-1]["counted"]) == ("reply", False)
    assert "特典を受け取った" in friend_page(browser, "特典 太郎")

    browser.open("/chat?q=" + quote("特典"))
    talk = next(link for link in browser.page.select("main a[href^='/chat/']") if "特典 太郎" in link.get_text())
    browser.open(str(talk["href"]))
    browser.submit({"text": "お待ちしています。"}, form="form.composer")
    world.settle()
    assert taro.texts()[-1] == "お待ちしています。"
    move_to(world, monday.replace(hour=18, minute=0))
    assert answers(world, taro, "特典2026") == []


# What the shop sets up -----------------------------------------------------------------------------------------------


def a_tag(browser: Browser, name: str) -> str:
    browser.open("/tags/new")
    browser.submit({"name": name}, form="form:has([name=capacity])")
    found = next(link for link in browser.open("/tags").select("main a[href^='/tags/']") if name in link.get_text())
    return str(found["href"]).split("/")[2]


def a_scenario(browser: Browser, name: str, at_once: str) -> str:
    """A published one with a step right after the start, and another ten minutes later."""
    browser.open("/scenarios/new")
    browser.submit({"name": name, "mode": "elapsed"})
    scenario_id = browser.path.split("/")[2]
    for minutes, words in ((0, at_once), (10, "10分たちました")):
        browser.open(f"/scenarios/{scenario_id}/steps/new")
        browser.submit({"minutes": str(minutes), "blocks-text": words}, form="form:has([name=blocks])")
        assert browser.status == 200, browser.text()
    browser.open(f"/scenarios/{scenario_id}/publish")
    browser.submit({"is_on": "yes"}, form="form:has([name=moves_friends])")
    assert browser.status == 200, browser.text()
    return scenario_id


def a_bonus(browser: Browser, tag_id: str) -> None:
    """「特典2026」, exactly, on weekdays from 10:00 to 18:00."""
    browser.open("/auto-replies/new")
    form = "form:has([name=matching])"
    typed: dict[str, Any] = {
        "name": "秘密の言葉",
        "keywords-text": ["特典2026"],
        "keywords-match": ["exact"],
        "weekdays": ["0", "1", "2", "3", "4"],
        "starts_at": "10:00",
        "ends_at": "18:00",
        "blocks-text": BONUS,
    }
    browser.submit(with_step(browser, form, typed, "tags", tag_ids=tag_id), form=form)
    assert "毎週月〜金 10:00〜18:00" in browser.text()


def with_step(browser: Browser, form: str, typed: dict[str, Any], kind: str, **inputs: str) -> dict[str, Any]:
    """Press 「＋」 of the editor of actions; what to type then, together with what is typed already."""
    browser.submit({**typed, "op": f"actions:add:{kind}"}, form=form)
    key = browser.page.select("input[type=hidden][name=actions]")[-1]["value"]
    return typed | {f"actions.{key}.{name}": value for name, value in inputs.items()}


def friend_page(browser: Browser, name: str) -> str:
    browser.open("/friends?q=" + quote(name))
    link = next(link for link in browser.page.select("main tbody a[href^='/friends/']") if name in link.get_text())
    return browser.open(str(link["href"])).select_one("#friend-tags").get_text()


# Words and time -------------------------------------------------------------------------------------------------------


def answers(world: World, person: Person, words: str) -> list[str]:
    """What comes when *person* says *words*; the demo salon's scenario may have talked before."""
    before = len(person.received())
    person.say(words)
    world.settle()
    return person.texts()[before:]


def on_the_next(world: World, weekday: int, clock_time: str) -> datetime:
    """Go there without living through the days between."""
    now = datetime.fromisoformat(world.now()).astimezone(TOKYO)
    day = now.date() + timedelta(days=(weekday - now.weekday()) % 7 or 7)
    return move_to(world, datetime.combine(day, time.fromisoformat(clock_time), tzinfo=TOKYO))


def move_to(world: World, moment: datetime) -> datetime:
    world.advance(to=moment.isoformat(), jump=True)
    world.settle()
    return moment
