"""The few stories that only a real browser can tell: scripts, live regions, and the width of a phone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.world import OWNER, Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

DESK = {"width": 1366, "height": 800}
PHONE = {"width": 375, "height": 812}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ANSWER_MS = 4000
"""A message must be on an open screen within two seconds of its arrival; the rest is the machine's slack."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "These tests need Chromium: install it (apt-get install chromium fonts-noto-cjk) or set CHROMIUM_PATH."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("browser"))
    running.start()
    yield running
    running.stop()


def test_the_first_questions_lead_to_a_signed_in_owner(chromium: Browser, tmp_path: Path) -> None:
    empty = Server(tmp_path, SEED="0")
    empty.start()
    page = _page(chromium, DESK)
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
    phone, desk = _page(chromium, DESK), _page(chromium, DESK)
    phone.goto(f"{server.url}/emulator")
    phone.locator(".person", has_text="生駒 ゆり").click()
    frame = phone.locator(".phone", has_text="生駒 ゆり")
    _sign_in(desk, server)
    desk.goto(f"{server.url}/chat")
    desk.locator(".talk-row", has_text="生駒 ゆり").click()
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
    page = _page(chromium, PHONE)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    _sign_in(page, server)
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


def _page(chromium: Browser, viewport: dict[str, int]) -> Page:
    return chromium.new_context(viewport=viewport, locale="ja-JP").new_page()  # type: ignore[arg-type]


def _sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/sign-in")
    page.locator("input[type=email]").fill(OWNER[0])
    page.locator("input[type=password]").fill(OWNER[1])
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: "sign-in" not in url)
