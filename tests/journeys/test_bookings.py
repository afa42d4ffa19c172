"""Stories of bookings: a salon set up from nothing, and customers who book inside LINE, meet each other, and move."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import BACKENDS, empty_url
from tests.journeys.test_scenarios import open_shop
from tests.world import Browser, Customer, Person, Server, World

POST = "main form[method=post]"
HANA = {"name": "予約 花", "kana": "ヨヤク ハナ", "phone": "090-1234-5678"}


@pytest.fixture(scope="module", params=BACKENDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty installation that has been through its first questions and is connected to the pretended LINE."""
    folder = tmp_path_factory.mktemp("bookings")
    running = Server(folder, SEED="0", DATABASE_URL=empty_url(request, folder, request.param))
    running.set_clock()
    try:
        running.start()
        open_shop(Browser(running))
        World(running).settle()
        yield running
    finally:
        running.stop()


def test_from_an_empty_shop_to_a_booking_that_is_moved_and_reminded_of(world: World, browser: Browser) -> None:
    page = a_salon(browser)
    hana = newcomer(world, "予約 はな")
    used = world.used()
    phone = hana.open_page(page)
    chosen(phone, "佐藤", "カット", "カラー", at="6月6日 11:00")
    phone.submit(HANA, form=POST)
    assert "佐藤（ご指名）" in phone.text() and "6月6日(金) 11:00〜13:50ごろ" in phone.text(), phone.text()
    last = (phone.path, phone.page)
    phone.submit({"consent": "1"}, form=POST)
    assert "ご予約が確定しました" in phone.text(), phone.text()
    say_word(world, phone)
    assert told(hana) == ["ご予約が確定しました"], "and no word of what is done"
    assert (hana.received()[-1]["via"], world.used()) == ("reply", used)

    phone.path, phone.page = last
    phone.submit({"consent": "1"}, form=POST)
    phone.open("/liff/bookings/own")
    assert len(phone.page.select("a.person")) == 1, "the same page sent twice is one booking"

    phone.open(str(phone.page.select_one("a.person")["href"]))
    phone.open(link(phone, "日時を変更する"))
    phone.open(mark(phone, "6月7日 14:00"))
    assert "6月6日(金) 11:00〜13:50ごろ" in phone.text() and "6月7日(土) 14:00〜16:50ごろ" in phone.text()
    phone.submit({}, form=POST)
    assert "日時を変更しました" in phone.text(), phone.text()
    say_word(world, phone)
    assert told(hana)[1:] == ["ご予約の変更"] and world.used() == used

    world.advance(to="2031-06-05T18:30:00+09:00")
    assert told(hana)[2:] == [], "nobody is reminded of the time before"
    world.advance(to="2031-06-06T18:00:00+09:00")
    assert told(hana)[2:] == ["明日のご予約のご案内"]
    world.advance(to="2031-06-07T12:00:00+09:00")
    assert told(hana)[3:] == ["本日のご予約"]
    phone = hana.open_page("/liff/bookings/own")
    phone.open(str(phone.page.select_one("a.person")["href"]))
    assert phone.page.select_one("[data-code=DEADLINE_PASSED]"), "two hours before, the shop has to be called"

    world.advance(to="2031-06-07T13:55:00+09:00")
    visit(browser, "予約 花", amount="14850")
    world.settle()
    assert told(hana)[4:] == [], "thanks come in the evening"
    world.advance(to="2031-06-07T20:00:00+09:00")
    assert told(hana)[4:] == ["ご来店ありがとうございました"]
    world.advance(to="2031-08-10T12:00:00+09:00")
    assert told(hana)[5:] == ["そろそろいかがですか"]
    again = hana.open_page(button(hana, "前回と同じ内容で予約する"))
    assert "カット" in again.text() and "カラー" in again.text() and "佐藤" in again.text(), again.text()


def test_of_two_who_want_one_hour_the_second_gets_the_nearest(world: World, browser: Browser) -> None:
    page = a_salon(browser)
    week = str(date.fromisoformat(world.now()[:10]) + timedelta(days=7))
    first, second = (newcomer(world, name).open_page(page) for name in ("早い 一郎", "遅い 二郎"))
    for phone, name in ((first, "早い 一郎"), (second, "遅い 二郎")):
        chosen(phone, "鈴木", "カット", at="日 15:00", week=week)
        phone.submit(HANA | {"name": name}, form=POST)
    first.submit({"consent": "1"}, form=POST)
    assert "ご予約が確定しました" in first.text()
    second.submit({"consent": "1"}, form=POST)
    problem = second.page.select_one("[data-code=SLOT_TAKEN]")
    assert second.status == 409 and problem is not None, second.text()
    nearest = problem.select("a.button")
    assert len(nearest) == 3
    second.open(str(nearest[0]["href"]))
    assert second.page.select_one("[name=consent]").has_attr("checked"), "what they agreed to is kept"
    second.submit({"consent": "1"}, form=POST)
    assert "ご予約が確定しました" in second.text(), second.text()


# What they do --------------------------------------------------------------------------------------------------------


def a_salon(browser: Browser) -> str:
    """The guided path, once for all stories of a server; the path of the page on which customers book."""
    browser.open("/reservations/pages")
    if not browser.page.select("a.rule-name"):
        browser.open("/reservations/setup")
        browser.submit({"preset": "hair"}, form="main form:has([value=hair])")
        browser.submit({}, form="main form[action*=hours]")
        for name in ("佐藤", "鈴木"):
            browser.submit({"name": name, "fee": "550"}, form="main form[action*=people]")
        browser.open("/reservations/setup/menu")
        browser.submit({"then": "next"}, form="main form[action*=menu]")
        browser.submit({}, form="main form[action*=places]")
        browser.submit({}, form="main form[action*=check]")
        browser.open("/reservations/pages")
    browser.open(str(browser.page.select_one("a.rule-name")["href"]))
    return "/liff/bookings/" + str(browser.page.select_one("#page-link")["value"]).rsplit("/", 1)[1]


def visit(browser: Browser, name: str, amount: str) -> None:
    """Somebody comes, is served and pays."""
    browser.open("/reservations")
    row = next(row for row in browser.page.select("main tr") if name in row.get_text())
    browser.open(str(row.select_one("a.rule-name")["href"]))
    browser.submit({}, form="main form[action$=check-in]")
    browser.submit({"completion-amount": amount}, form="main form[action$=completion]")
    assert "会計済み" in browser.text(), browser.text()


def newcomer(world: World, name: str) -> Person:
    person = world.person(name)
    person.follow()
    world.settle()
    return person


def chosen(phone: Customer, staff: str, *courses: str, at: str, week: str = "") -> None:
    """From the menu to the page that asks who they are."""
    codes = [each["value"] for each in phone.page.select("[name=course]") if each["data-name"] in courses]
    phone.submit({"course": codes}, form="form[data-total]")
    if phone.path.split("?")[0].endswith("/options"):
        phone.submit({})
    phone.open(next(str(each["href"]) for each in phone.page.select("a.person") if staff in each.get_text()))
    if week:
        phone.open(f"{phone.path}&week={week}")
    phone.open(mark(phone, at))
    assert "/details" in phone.path, phone.text()


def mark(phone: Customer, at: str) -> str:
    """Where a start of the week leads: 「6月6日 11:00」"""
    return next(str(each["href"]) for each in phone.page.select("a.mark") if f"{at} " in each.get_text(" "))


def link(phone: Customer, words: str) -> str:
    return next(str(each["href"]) for each in phone.page.select("main a") if each.get_text(strip=True) == words)


def say_word(world: World, phone: Customer) -> None:
    """What the page says in their name, so that the answer is free."""
    phone.send_messages({"type": "text", "text": str(phone.page.select_one("[data-says]")["data-says"])})
    world.settle()


def button(person: Person, words: str) -> str:
    """Where a button of the last card leads."""
    card = person.received()[-1]["message"]["contents"]
    return next(path for label, path in _buttons(card) if label == words)


def _buttons(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for each in part:
            yield from _buttons(each)
    elif isinstance(part, dict):
        action = part.get("action") or {}
        if "uri" in action:
            yield action["label"], "/liff/" + action["uri"].split("/", 4)[4]
        for each in part.values():
            yield from _buttons(each)


def told(person: Person) -> list[Any]:
    """The titles of what came about bookings, as notifications show them."""
    cards = [entry["message"] for entry in person.received() if entry["message"]["type"] == "flex"]
    return [card["altText"] for card in cards]
