"""Flex cards in a real browser: parts are put in, rearranged, taken back, and kept; a design becomes a template."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browsing import DESK, new_page, sign_in
from tests.world import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def desk(chromium: Browser, server: Server) -> Iterator[Page]:
    """Signed in; a script that fails fails the test."""
    page, problems = new_page(chromium, DESK), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, server)
    yield page
    page.context.close()
    assert not problems, problems


def test_a_card_is_put_together_rearranged_taken_back_and_kept(desk: Page, server: Server) -> None:
    desk.goto(f"{server.url}/messages/new?kind=flex")
    desk.locator(".studio-card-body textarea").fill("春のご案内")
    add(desk, "body", "ゲージ")
    add(desk, "body", "区切り線")
    assert parts(desk) == ["1. 文章", "2. ゲージ", "3. 区切り線"]

    toggle(desk, "区切り線").focus()
    desk.keyboard.press("Alt+ArrowUp")
    assert parts(desk) == ["1. 文章", "2. 区切り線", "3. ゲージ"]
    expect(toggle(desk, "区切り線")).to_be_focused()
    desk.get_by_role("button", name="元に戻す（").click()
    assert parts(desk) == ["1. 文章", "2. ゲージ", "3. 区切り線"]
    desk.get_by_role("button", name="やり直す").click()
    assert parts(desk) == ["1. 文章", "2. 区切り線", "3. ゲージ"]
    expect(desk.locator(".studio-phone .fx-bubble")).to_contain_text("春のご案内")
    expect(desk.locator(".studio-phone .fx-separator")).to_have_count(1)

    desk.get_by_label("管理用の名前").fill("春のカード")
    desk.locator(".save-bar .btn-primary").click()
    desk.wait_for_url(lambda url: "/edit" in url)
    desk.reload()
    expect(desk.locator(".studio-phone .fx-bubble")).to_contain_text("春のご案内")
    assert parts(desk) == ["1. 文章", "2. 区切り線", "3. ゲージ"]


def test_a_design_is_taken_and_changed(desk: Page, server: Server) -> None:
    desk.goto(f"{server.url}/messages/designs")
    desk.get_by_role("button", name="「店舗カード」の見本で作る").click()
    desk.wait_for_url(lambda url: "/edit" in url)
    shown = desk.locator(".studio-phone .fx-bubble")
    expect(shown).to_contain_text("サロン花")
    expect(shown.locator(".fx-hero img")).to_have_js_property("complete", True)
    toggle(desk, "サロン花").click()
    desk.locator(".studio-card-body textarea:visible").first.fill("サロン月")
    expect(shown).to_contain_text("サロン月")


def test_lines_json_is_read_as_parts(desk: Page, server: Server) -> None:
    desk.goto(f"{server.url}/messages/new?kind=flex")
    desk.get_by_text("くわしい方向け：JSON").click()
    desk.get_by_role("button", name="JSONを読み込む").click()
    dialog = desk.locator("dialog[open]")
    dialog.locator("textarea").fill('{"type": "bubble"}')
    dialog.get_by_role("button", name="読み込む", exact=True).click()
    expect(dialog.locator("#studio-json-problem")).to_contain_text("カードの中身がありません")
    words = '{"type": "text", "text": "JSONから"}'
    dialog.locator("textarea").fill(
        f'{{"type": "bubble", "body": {{"type": "box", "layout": "vertical", "contents": [{words}]}}}}'
    )
    dialog.get_by_role("button", name="読み込む", exact=True).click()
    expect(desk.locator(".studio-card-title")).to_have_text(["JSONから"])
    expect(desk.locator(".studio-phone .fx-bubble")).to_contain_text("JSONから")


def add(page: Page, section: str, part: str) -> None:
    """Choose from the menu below the list that the document calls *section*."""
    page.locator(f"[data-key$='{section}|add']").click()
    page.locator(".dropdown-item:visible").get_by_text(part, exact=True).click()


def toggle(page: Page, words: str) -> Locator:
    return page.locator(".studio-card-toggle", has_text=words)


def parts(page: Page) -> list[str]:
    return page.locator(".studio-card-words strong").all_inner_texts()
