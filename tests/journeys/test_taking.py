"""The story of the telephone: the desk books for somebody on LINE over another booking, and a guest changes the day."""

import time
from collections.abc import Iterator

import pytest

from tests.conftest import BACKENDS, empty_url
from tests.journeys.test_bookings import POST, a_salon, newcomer, say_word, told
from tests.journeys.test_events import an_event, apply, link
from tests.journeys.test_scenarios import open_shop
from tests.world import START_SECONDS, Browser, Server, World

FORM = "#taking-form"
SUNDAY = {"starts_at": "2031-06-15T10:00", "ends_at": "2031-06-15T11:30", "capacity": "1"}


@pytest.fixture(scope="module", params=BACKENDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An empty installation that has been through its first questions and is connected to the pretended LINE."""
    folder = tmp_path_factory.mktemp("taking")
    running = Server(folder, SEED="0", DATABASE_URL=empty_url(request, folder, request.param))
    running.set_clock()
    try:
        running.start()
        open_shop(Browser(running))
        World(running).settle()
        yield running
    finally:
        running.stop()


def test_who_calls_gets_the_hour_all_the_same_and_hears_of_it(world: World, browser: Browser) -> None:
    a_salon(browser)
    newcomer(world, "電話 一郎")
    hana = newcomer(world, "電話 花子")
    call(browser, {"real_name": "予約 太郎", "phone": "03-1234-5678"})
    assert "を登録しました" in browser.text(), browser.text()

    call(browser, {"friend_id": found(browser, "花子")})
    assert browser.status == 409 and browser.page.select_one("[data-code=SLOT_TAKEN]"), browser.text()
    assert "予約 太郎様 11:00–" in browser.text() and "それでも登録する" in browser.text()
    assert told(hana) == []
    browser.submit({"force": "y"}, form=FORM)
    assert "を登録しました" in browser.text(), browser.text()
    world.settle()
    assert told(hana) == ["ご予約が確定しました"]


def test_a_guest_of_an_event_comes_on_another_day(world: World, browser: Browser) -> None:
    a_salon(browser)
    page, event = an_event(browser)
    browser.open(f"{event}/slots/new")
    browser.submit(SUNDAY)
    hana = newcomer(world, "講習 花代")
    phone = hana.open_page(page)
    apply(phone, "講習 花代")
    assert "ご予約が確定しました" in phone.text(), phone.text()
    say_word(world, phone)
    phone.open(link(phone, "予約の確認・キャンセル"))
    phone.open(link(phone, "別の回に変更する"))
    phone.open(link(phone, "この回にする"))
    assert "6月14日(土)" in phone.text() and "6月15日(日)" in phone.text(), phone.text()
    phone.submit({}, form=POST)
    assert "日時を変更しました" in phone.text(), phone.text()
    say_word(world, phone)
    assert told(hana)[1:] == ["ご予約の変更"]
    third = newcomer(world, "講習 三郎").open_page(page)
    assert len(third.page.select("li.slot a.button")) == 2, "the first day has its seat again"


# What they do --------------------------------------------------------------------------------------------------------


def call(browser: Browser, caller: dict[str, str]) -> None:
    """A cut with the first of the people on 6 June at eleven."""
    browser.open("/reservations/new?date=2031-06-06")
    course = next(
        str(each.select_one("input")["value"])
        for each in browser.page.select("label:has([name=courses])")
        if each.get_text(strip=True).startswith("カット")
    )
    provider = str(browser.page.select("#provider_id option")[1]["value"])
    browser.submit({"courses": course, "provider_id": provider, "start": "11:00", **caller}, form=FORM)


def found(browser: Browser, name: str) -> str:
    """Searched as the page does without a script. Names come from LINE a moment after their people."""
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        browser.open("/reservations/new")
        browser.submit({"q": name}, form=FORM, to="/reservations/new")
        people = [each["value"] for each in browser.page.select("[name=friend_id]") if each["value"] != "0"]
        if people or time.monotonic() > give_up_at:
            assert len(people) == 1
            return str(people[0])
        time.sleep(0.2)
