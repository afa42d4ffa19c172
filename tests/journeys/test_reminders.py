"""A goal taken from a date field: its steps go along when the day moves, and stop when it is emptied."""

import time
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from bs4 import Tag

from tests.world import Browser, Person, World

pytestmark = pytest.mark.timeout(240)
TOKYO = ZoneInfo("Asia/Tokyo")
STEPS = (
    ("before", "3", "18:00", "あと3日です"),
    ("before", "1", "18:00", "明日です"),
    ("after", "1", "11:00", "お礼です"),
)


def test_reminders_follow_a_date_field_until_it_is_emptied(world: World, browser: Browser) -> None:
    field_id, reminder_id = a_date_field(browser), a_reminder(browser)
    answer_bookings(browser, reminder_id, f"field:{field_id}")
    hana = world.person("予約 はな")
    hana.follow()
    world.settle()
    today = datetime.fromisoformat(world.now()).astimezone(TOKYO).date()
    visit = today + timedelta(days=5)
    write_date(browser, "予約 はな", field_id, visit)
    hana.say("次の日が決まりました")
    world.settle()
    assert told(hana) == ["承りました"]

    go_to(world, visit - timedelta(days=3), "18:00")
    assert told(hana) == ["承りました", "あと3日です"]
    later = visit + timedelta(days=7)
    write_date(browser, "予約 はな", field_id, later)
    go_to(world, visit + timedelta(days=2), "12:00")
    assert told(hana) == ["承りました", "あと3日です"], "nothing comes for the day that was given up"
    go_to(world, later - timedelta(days=1), "17:59")
    assert told(hana) == ["承りました", "あと3日です", "あと3日です"]
    go_to(world, later - timedelta(days=1), "18:00")
    assert told(hana)[-1] == "明日です"
    assert [entry["via"] for entry in hana.received()][-1] == "push"

    write_date(browser, "予約 はな", field_id, None)
    go_to(world, later + timedelta(days=3), "12:00")
    assert told(hana)[-1] == "明日です", "the thanks do not come for a visit that was cancelled"
    assert "ゴールの日付が空になったため" in friend_page(browser, "予約 はな")


def told(person: Person) -> list[str]:
    """What this shop's answer and reminder have said; the demo salon's own scenario talks, too."""
    return [text for text in person.texts() if text in {"承りました", *(words for *_, words in STEPS)}]


# What the shop sets up -----------------------------------------------------------------------------------------------


def a_date_field(browser: Browser) -> str:
    browser.open("/fields/new")
    browser.submit({"name": "次回予約日", "type": "date"}, form="form.field-editor")
    found = next(
        link for link in browser.open("/fields").select("a[href^='/fields/']") if "次回予約日" in link.get_text()
    )
    return str(found["href"]).split("/")[2]


def a_reminder(browser: Browser) -> str:
    browser.open("/reminders/new")
    browser.submit({"name": "来店リマインド", "mode": "clock"})
    reminder_id = browser.path.split("/")[2]
    for side, days, at_time, words in STEPS:
        browser.open(f"/reminders/{reminder_id}/steps/new")
        typed = {"side": side, "days": days, "at_time": at_time, "blocks-text": words}
        browser.submit(typed, form="form:has([name=blocks])")
        assert browser.status == 200, browser.text()
    browser.submit({"is_on": "yes"}, form="form:has(button[name=is_on])")
    return reminder_id


def answer_bookings(browser: Browser, reminder_id: str, target: str) -> None:
    """Whoever writes that gets an answer, and the reminder with the day of their field."""
    browser.open("/auto-replies/new")
    form = "form:has([name=matching])"
    typed = {
        "name": "ご予約",
        "keywords-text": ["次の日が決まりました"],
        "keywords-match": ["exact"],
        "blocks-text": "承りました",
    }
    browser.submit({**typed, "op": "actions:add:reminder"}, form=form)
    key = browser.page.select("input[type=hidden][name=actions]")[-1]["value"]
    step = {"way": "start", "reminder_id": reminder_id, "goal": "field", "target": target, "at_time": "14:00"}
    browser.submit(typed | {f"actions.{key}.{name}": value for name, value in step.items()}, form=form)
    assert browser.status == 200, browser.text()


def write_date(browser: Browser, name: str, field_id: str, day: date | None) -> None:
    friend_page(browser, name)
    typed = {f"field_{field_id}": day.isoformat() if day else ""}
    browser.submit(typed, form="form[action*='/fields/friends/']")
    assert browser.status == 200, browser.text()


def friend_page(browser: Browser, name: str) -> str:
    """Once LINE has told the name."""
    give_up_at = time.monotonic() + 20
    while not (found := [link for link in _friends(browser, name) if name in link.get_text()]):
        assert time.monotonic() < give_up_at, browser.text()
        time.sleep(0.2)
    browser.open(str(found[0]["href"]))
    return browser.text()


def _friends(browser: Browser, name: str) -> list[Tag]:
    return list(browser.open("/friends?q=" + quote(name)).select("main tbody a[href^='/friends/']"))


def go_to(world: World, day: date, clock_time: str) -> None:
    """Live through the time until then: everything due on the way comes in its turn."""
    moment = datetime.fromisoformat(f"{day} {clock_time}").replace(tzinfo=TOKYO)
    while datetime.fromisoformat(world.now()) < moment:
        world.advance(to=moment.isoformat())
    world.settle()
