"""The few stories that only a real browser can tell: scripts, live regions, and the width of a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.browsing import DESK, PHONE, new_page, sign_in
from tests.world import Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

ANSWER_MS = 4000
"""A message must be on an open screen within two seconds of its arrival; the rest is the machine's slack."""


def test_the_first_questions_lead_to_a_signed_in_owner(chromium: Browser, tmp_path: Path) -> None:
    empty = Server(tmp_path, SEED="0")
    empty.start()
    page = new_page(chromium, DESK)
    try:
        page.goto(empty.url)
        page.get_by_label("お名前").fill("花田 さくら")
        page.get_by_label("メールアドレス").fill("hanada@example.com")
        for field in page.locator("input[type=password]").all():
            field.fill("とても長い合言葉2026")
        page.get_by_label("お店の名前").fill("サロン花")
        page.locator("main form button.btn-primary").click()
        page.get_by_role("link", name="あとでつなぐ").click()
        expect(page.locator(".side-bar").get_by_text("サロン花")).to_be_visible()
    finally:
        page.context.close()
        empty.stop()


def test_a_message_from_the_phone_is_answered_live_without_reloading(chromium: Browser, server: Server) -> None:
    world = World(server)
    person = world.person("生駒 ゆり")
    person.follow()
    person.say("はじめまして")
    world.settle()
    phone, desk = new_page(chromium, DESK), new_page(chromium, DESK)
    phone.goto(f"{server.url}/emulator")
    phone.locator(".person", has_text="生駒 ゆり").click()
    frame = phone.locator(".phone", has_text="生駒 ゆり")
    sign_in(desk, server)
    desk.goto(f"{server.url}/chat")
    desk.locator(".talk-row", has_text="生駒 ゆり").click()
    frame.get_by_role("button", name="文字を入力する").click()
    frame.locator(".say").fill("明日の15時は空いていますか？")
    frame.locator(".send").click()
    expect(desk.locator("#conversation")).to_contain_text("明日の15時は空いていますか？", timeout=ANSWER_MS)

    desk.locator("#text").fill("はい、15時にお待ちしています。")
    desk.locator(".composer-send").click()
    expect(frame.locator(".talk")).to_contain_text("はい、15時にお待ちしています。", timeout=ANSWER_MS)
    expect(desk.locator("#text")).to_have_value("")
    phone.context.close()
    desk.context.close()


def test_no_screen_is_wider_than_a_phone_and_no_script_fails(chromium: Browser, server: Server) -> None:
    world = World(server)
    person = world.person("とても長い名前のお客様でも画面がこわれないことを確かめる会の代表")
    person.follow()
    person.say("長い" * 120)
    world.settle()
    page = new_page(chromium, PHONE)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, server)
    page.goto(server.url)
    paths = {"/", "/emulator/"} | set(
        page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.pathname)")
    )
    page.goto(f"{server.url}/chat")
    paths.add(page.locator(".talk-row").first.get_attribute("href") or "")
    page.goto(f"{server.url}/friends")
    paths.add(page.locator("main a[href^='/friends/']").first.get_attribute("href") or "")
    assert len(paths) > 10, paths
    for path in sorted(paths):
        page.goto(server.url + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], f"{path} is {width} px wide on a phone of {PHONE['width']} px"
    assert not problems, problems
    page.context.close()
