"""The phone in a real browser: a tap on a message does what it does on LINE."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from linebot.v3.messaging import MessagingApi, MessagingApiBlob
from playwright.sync_api import Browser, Locator, Page, expect
from werkzeug.serving import make_server

from lstep_lite.emulator import BLUEPRINTS, Emulator
from tests.emulator.conftest import Application, Caller, Control, wait_until
from tests.emulator.menus import MENU, a_menu, area

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def page(emulator: Emulator, chromium: Browser) -> Iterator[Page]:
    app = Flask("phone")
    app.extensions["emulator"] = emulator
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = chromium.new_context(base_url=f"http://127.0.0.1:{server.server_port}").new_page()
    page.route("https://**/*", lambda route: route.fulfill(body=""))
    yield page
    page.context.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def user_id(control: Control) -> str:
    return control.a_friend()


def phone(page: Page) -> Locator:
    page.goto("/emulator/")
    return page.locator(".phone")


def push(call: Caller, user_id: str, *messages: dict[str, Any]) -> None:
    answer = call("POST", "/v2/bot/message/push", {"to": user_id, "messages": list(messages)})
    assert answer.status == 200, answer.data


def asking(*actions: dict[str, Any]) -> dict[str, Any]:
    items = [{"type": "action", "action": action} for action in actions]
    return {"type": "text", "text": "どうしますか？", "quickReply": {"items": items}}


def buttons(*actions: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "template",
        "altText": "ご案内",
        "template": {"type": "buttons", "text": "選ぶ", "actions": actions},
    }


def test_a_quick_reply_is_said_and_all_of_them_vanish(
    application: Application, call: Caller, page: Page, user_id: str
) -> None:
    push(call, user_id, asking(*({"type": "message", "label": word, "text": word} for word in ("予約", "あとで"))))
    screen = phone(page)
    screen.get_by_role("button", name="予約").click()
    expect(screen.locator(".line-mine")).to_contain_text("予約")
    expect(screen.locator(".quick")).to_be_hidden()
    assert application.events(1)[0]["message"]["text"] == "予約"


def test_quick_replies_that_say_nothing_vanish_as_well(
    application: Application, call: Caller, page: Page, user_id: str
) -> None:
    push(call, user_id, asking({"type": "postback", "label": "しずかに", "data": "quiet"}))
    screen = phone(page)
    screen.get_by_role("button", name="しずかに").click()
    expect(screen.locator(".quick")).to_be_hidden()
    assert application.events(1)[0]["postback"] == {"data": "quiet"}


def test_a_chosen_day_is_sent_and_only_then_the_quick_replies_vanish(
    application: Application, call: Caller, page: Page, user_id: str
) -> None:
    pick = {"type": "datetimepicker", "label": "日を選ぶ", "data": "day", "mode": "date", "max": "2026-12-31"}
    push(call, user_id, asking(pick))
    screen = phone(page)
    screen.get_by_role("button", name="日を選ぶ").click()
    screen.get_by_role("button", name="やめる").click()
    expect(screen.locator(".quick")).to_be_visible()
    screen.get_by_role("button", name="日を選ぶ").click()
    screen.locator(".picker input").fill("2026-12-24")
    screen.get_by_role("button", name="決定").click()
    expect(screen.locator(".quick")).to_be_hidden()
    assert application.events(1)[0]["postback"] == {"data": "day", "params": {"date": "2026-12-24"}}


def test_a_button_shows_its_words_and_fills_in_what_to_write(
    application: Application, call: Caller, page: Page, user_id: str
) -> None:
    ask = {"type": "postback", "label": "相談する", "data": "ask", "displayText": "相談したいです"}
    push(call, user_id, buttons({**ask, "inputOption": "openKeyboard", "fillInText": "お名前："}))
    screen = phone(page)
    screen.get_by_role("button", name="相談する").click()
    expect(screen.locator(".line-mine")).to_contain_text("相談したいです")
    expect(screen.locator(".say")).to_have_value("お名前：")
    assert application.events(1)[0]["postback"]["data"] == "ask"


def test_what_only_a_real_phone_can_do_is_told(call: Caller, page: Page, user_id: str) -> None:
    tel = {"type": "uri", "label": "電話する", "uri": "tel:0312345678"}
    copy = {"type": "clipboard", "label": "コピーする", "clipboardText": "HANA10"}
    push(call, user_id, buttons(tel, copy))
    screen = phone(page)
    screen.get_by_role("button", name="電話する").click()
    expect(screen.locator(".said")).to_contain_text("電話 0312345678 の発信画面")
    screen.get_by_role("button", name="コピーする").click()
    expect(screen.locator(".said")).to_contain_text("「HANA10」をコピーしました")


def test_an_area_of_a_rich_message_opens_its_page(call: Caller, page: Page, user_id: str) -> None:
    upper = {"x": 0, "y": 0, "width": 1040, "height": 520}
    link = {"type": "uri", "linkUri": "https://demo.lstep.invalid/menu", "label": "メニュー", "area": upper}
    size = {"width": 1040, "height": 1040}
    push(
        call,
        user_id,
        {"type": "imagemap", "altText": "x", "baseUrl": "https://example.com/m", "baseSize": size, "actions": [link]},
    )
    screen = phone(page)
    screen.get_by_role("button", name="メニュー").press("Enter")
    sheet = screen.locator(".sheet iframe")
    expect(sheet).to_have_attribute("src", "/menu")  # the public address leads to the application


def test_who_asked_to_know_hears_that_a_film_was_seen_to_its_end(
    application: Application, call: Caller, page: Page, user_id: str
) -> None:
    film = {"originalContentUrl": "https://example.com/v.mp4", "previewImageUrl": "https://example.com/v.png"}
    push(call, user_id, {"type": "video", **film, "trackingId": "tour"})
    phone(page).locator("video").evaluate("film => film.dispatchEvent(new Event('ended'))")
    assert application.events(1)[0]["videoPlayComplete"] == {"trackingId": "tour"}


def test_a_film_goes_on_while_new_messages_arrive(call: Caller, page: Page, user_id: str) -> None:
    film = {"originalContentUrl": "https://example.com/v.mp4", "previewImageUrl": "https://example.com/v.png"}
    push(call, user_id, {"type": "video", **film})
    screen = phone(page)
    screen.locator("video").evaluate("film => { film.isTheSame = true; }")
    push(call, user_id, {"type": "text", "text": "続きです"})
    expect(screen.locator(".talk")).to_contain_text("続きです")
    assert screen.locator("video").evaluate("film => film.isTheSame")


def test_the_rich_menu_stands_below_the_talk_and_gives_way_to_the_keyboard(
    line: MessagingApi, blob: MessagingApiBlob, emulator: Emulator, page: Page, user_id: str
) -> None:
    line.set_default_rich_menu(a_menu(line, blob), _request_timeout=5)
    screen = phone(page)
    menu, bar, composer = (screen.locator(name) for name in (".menu", ".chat-bar", ".composer"))
    expect(menu.get_by_role("img")).to_have_js_property("naturalWidth", 800)
    expect(composer).to_be_hidden()
    whole, left = menu.bounding_box(), menu.get_by_role("button", name="予約").bounding_box()
    assert whole and left
    assert left["width"] == pytest.approx(whole["width"] / 2, abs=1)
    bar.get_by_role("button", name="メニュー").click()
    expect(menu).to_be_hidden()
    bar.get_by_role("button", name="文字を入力する").click()
    expect(bar).to_be_hidden()
    expect(composer.locator(".say")).to_be_focused()
    composer.get_by_role("button", name="メニューに戻る").click()
    expect(menu).to_be_visible()
    expect(bar.locator(".menu-toggle")).to_have_attribute("aria-expanded", "true")
    views = "SELECT sum(times) AS times FROM rich_menu_use WHERE area = -1"
    wait_until(lambda: emulator.store.rows(views)[0]["times"] == 2)


def test_a_tap_on_the_rich_menu_says_its_words_and_asks_for_a_day(
    application: Application, line: MessagingApi, blob: MessagingApiBlob, page: Page, user_id: str
) -> None:
    ask = MENU["areas"][0]["action"] | {"inputOption": "openKeyboard", "fillInText": "お名前："}
    menu = a_menu(line, blob, area(0, **ask), area(400, type="datetimepicker", data="day", mode="date", label="日"))
    line.link_rich_menu_id_to_user(user_id, menu, _request_timeout=5)
    screen = phone(page)
    screen.get_by_role("button", name="日", exact=True).click()
    screen.locator(".picker input").fill("2026-12-24")
    screen.get_by_role("button", name="決定").click()
    screen.get_by_role("button", name="予約").click()
    expect(screen.locator(".line-mine")).to_contain_text("予約する")
    expect(screen.locator(".say")).to_have_value("お名前：")
    picked, asked = application.events(2)
    assert picked["postback"]["params"] == {"date": "2026-12-24"}
    assert asked["postback"]["data"] == "tap:1"


def test_a_tab_of_the_rich_menu_changes_it_at_once_and_leaves_it_open(
    application: Application, line: MessagingApi, blob: MessagingApiBlob, call: Caller, page: Page, user_id: str
) -> None:
    first, second = a_menu(line, blob), a_menu(line, blob, area(0, type="message", label="料金", text="料金は？"))
    call("POST", "/v2/bot/richmenu/alias", {"richMenuAliasId": "second", "richMenuId": second})
    line.set_default_rich_menu(first, _request_timeout=5)
    screen = phone(page)
    screen.get_by_role("button", name="メニューのボタン2").click()
    screen.get_by_role("button", name="料金").click()
    expect(screen.locator(".line-mine")).to_contain_text("料金は？")
    switched, said = application.events(2)
    assert switched["postback"]["params"] == {"newRichMenuAliasId": "second", "status": "SUCCESS"}
    assert said["message"]["text"] == "料金は？"
