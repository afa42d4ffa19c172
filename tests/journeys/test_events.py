"""The story of an event: made from nothing, sold out, waited for, moved up, checked in at the door, and told of."""

from collections.abc import Iterator

import pytest

from tests.conftest import BACKENDS, empty_url
from tests.journeys.test_bookings import POST, a_salon, button, newcomer, say_word, told
from tests.journeys.test_scenarios import open_shop
from tests.world import Browser, Customer, Server, World

TALK = {"name": "春の講習会", "title": "春のヘアアレンジ講習会", "place": "本店2階"}
SATURDAY = {"starts_at": "2031-06-14T10:00", "ends_at": "2031-06-14T11:30", "capacity": "1"}


@pytest.fixture(scope="module", params=BACKENDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty installation that has been through its first questions and is connected to the pretended LINE."""
    folder = tmp_path_factory.mktemp("events")
    running = Server(folder, SEED="0", DATABASE_URL=empty_url(request, folder, request.param))
    running.set_clock()
    try:
        running.start()
        open_shop(Browser(running))
        World(running).settle()
        yield running
    finally:
        running.stop()


def test_of_one_seat_its_buyer_its_waiter_and_the_door(world: World, browser: Browser) -> None:
    a_salon(browser)
    page, event = an_event(browser)
    hana, taro = (newcomer(world, name) for name in ("花子", "太郎"))
    phone = hana.open_page(page)
    apply(phone, "予約 花子")
    assert "ご予約が確定しました" in phone.text() and "6月14日(土) 10:00〜11:30" in phone.text(), phone.text()
    say_word(world, phone)
    assert told(hana) == ["ご予約が確定しました"]

    late = taro.open_page(page)
    assert "満席" in late.text()
    late.open(link(late, "キャンセル待ち"))
    late.submit({"party": "1"}, form=POST)
    assert "空きが出たらLINEでお知らせします" in late.text(), late.text()
    assert told(taro) == []

    phone.open(link(phone, "予約の確認・キャンセル"))
    phone.open(link(phone, "キャンセルする"))
    phone.submit({}, form=POST)
    world.settle()
    assert told(taro) == ["空きが出ました"], "the seat is kept for whoever waits"
    third = newcomer(world, "三郎").open_page(page)
    assert "満席" in third.text()

    late = taro.open_page(button(taro, "内容を見て返事をする"))
    late.submit({"name": "予約 太郎", "kana": "ヨヤク タロウ", "phone": "090-8765-4321", "consent": "1"}, form=POST)
    assert "ご予約が確定しました" in late.text(), late.text()
    code = late.path.rsplit("/", 1)[1].partition("?")[0]
    world.advance(to="2031-06-13T18:00:00+09:00")
    assert "明日のご予約のご案内" in told(taro)
    assert "明日のご予約のご案内" not in told(hana), "who has cancelled is reminded of nothing"

    world.advance(to="2031-06-14T09:50:00+09:00")
    browser.open(f"/reservations/participants/check-in/{code}")
    browser.submit({}, form="main form[action$=check-in]")
    browser.open(event)
    browser.open(str(browser.page.select_one("a.rule-name")["href"]))
    assert "太郎" in browser.text() and "花子" not in people(browser)


# What they do --------------------------------------------------------------------------------------------------------


def an_event(browser: Browser) -> tuple[str, str]:
    """Open for everybody: the path customers open, and the one of staff."""
    browser.open("/reservations/events/new")
    browser.submit(TALK)
    browser.submit(SATURDAY)
    event = browser.path
    browser.submit({}, form="#event-state form")
    return "/liff/events/" + str(browser.page.select_one("#event-link")["value"]).rsplit("/", 1)[1], event


def apply(phone: Customer, name: str) -> None:
    phone.open(link(phone, "申し込む"))
    phone.submit({"party": "1", "name": name, "kana": "ヨヤク ハナコ", "phone": "090-1234-5678"}, form=POST)
    phone.submit({"consent": "1"}, form=POST)


def link(phone: Customer, words: str) -> str:
    return next(str(each["href"]) for each in phone.page.select("main a") if words in each.get_text(strip=True))


def people(browser: Browser) -> str:
    return " ".join(row.get_text(" ") for row in browser.page.select("#participant-list table")[:1])
