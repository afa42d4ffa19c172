"""The studio in a real browser: a carousel is made, rearranged, taken back, and kept."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.browsing import DESK, PHONE, new_page, sign_in
from tests.world import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

NEW_CAROUSEL = "/messages/new?kind=carousel"


@pytest.fixture
def desk(chromium: Browser, server: Server) -> Iterator[Page]:
    yield from _watched(new_page(chromium, DESK), server)


@pytest.fixture
def phone(chromium: Browser, server: Server) -> Iterator[Page]:
    yield from _watched(new_page(chromium, PHONE), server)


def _watched(page: Page, server: Server) -> Iterator[Page]:
    """Signed in; a script that fails fails the test."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, server)
    yield page
    page.context.close()
    assert not problems, problems


def test_a_carousel_is_put_together_rearranged_and_kept(desk: Page, server: Server) -> None:
    desk.goto(server.url + NEW_CAROUSEL)
    for number, title in enumerate(("カット", "カラー", "パーマ")):
        if number:
            desk.get_by_role("button", name="パネルを追加").click()
        fill_panel(desk, title)
    assert titles(desk) == ["カット", "カラー", "パーマ"]

    tab(desk, "パーマ").focus()
    desk.keyboard.press("Alt+ArrowLeft")
    assert titles(desk) == ["カット", "パーマ", "カラー"]
    expect(tab(desk, "パーマ")).to_be_focused()
    drag(tab(desk, "カット"), tab(desk, "カラー"))
    assert titles(desk) == ["パーマ", "カラー", "カット"]

    desk.get_by_role("button", name="コピー", exact=True).click()
    desk.get_by_label("タイトル").fill("カットとシャンプー")
    assert titles(desk) == ["パーマ", "カラー", "カット", "カットとシャンプー"]
    for expected in (
        ["パーマ", "カラー", "カット", "カット"],
        ["パーマ", "カラー", "カット"],
        ["カット", "パーマ", "カラー"],
    ):
        desk.get_by_role("button", name="元に戻す（").click()
        assert titles(desk) == expected
    for _ in range(3):
        desk.get_by_role("button", name="やり直す").click()
    assert titles(desk) == ["パーマ", "カラー", "カット", "カットとシャンプー"]
    expect(desk.locator(".studio-phone")).to_contain_text("カットとシャンプー")
    desk.locator(".line-slider > *").nth(2).click()
    expect(tab(desk, "カット")).to_have_attribute("aria-selected", "true")

    desk.get_by_label("管理用の名前").fill("メニューのご案内")
    save(desk)
    desk.wait_for_url(lambda url: "/edit" in url)
    desk.reload()
    expect(desk.get_by_role("tab")).to_have_count(4)
    assert titles(desk) == ["パーマ", "カラー", "カット", "カットとシャンプー"]

    desk.get_by_label("タイトル").fill("ヘアカラー")
    save(desk)
    expect(desk.locator(".toast-card").filter(has_text="保存しました")).to_be_visible()
    desk.get_by_role("button", name="元に戻す（").click()
    assert titles(desk) == ["パーマ", "カラー", "カット", "カットとシャンプー"]


def test_what_is_missing_is_marked_where_it_stands(desk: Page, server: Server) -> None:
    desk.goto(server.url + NEW_CAROUSEL)
    fill_panel(desk, "カット")
    desk.get_by_role("button", name="パネルを追加").click()
    desk.get_by_label("タイトル").fill("カラー")
    desk.get_by_label("管理用の名前").fill("とちゅう")
    tab(desk, "カット").click()
    save(desk)
    expect(desk.get_by_text("本文を入力してください。").last).to_be_visible()
    expect(tab(desk, "カラー")).to_contain_text("要確認 2")
    expect(desk.locator(".studio").get_by_label("本文")).to_be_focused()
    desk.locator(".studio").get_by_label("本文").fill("髪色を変えます")
    expect(tab(desk, "カラー")).to_contain_text("要確認 1")


def test_what_was_not_saved_is_found_again(desk: Page, server: Server) -> None:
    desk.goto(server.url + "/messages/new?kind=text")
    desk.locator(".studio").get_by_label("本文").fill("書きかけの案内")
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.reload()
    expect(desk.locator(".studio").get_by_label("本文")).to_have_value("")
    desk.get_by_role("button", name="下書きを戻す").click()
    expect(desk.locator(".studio").get_by_label("本文")).to_have_value("書きかけの案内")
    desk.get_by_label("管理用の名前").fill("ご案内")
    save(desk)
    desk.wait_for_url(lambda url: "/edit" in url)
    desk.goto(server.url + "/messages/new?kind=text")
    expect(desk.locator(".studio").get_by_label("本文")).to_have_value("")
    expect(desk.get_by_role("button", name="下書きを戻す")).to_have_count(0)


def test_cards_move_by_keyboard_and_come_back_after_a_removal(desk: Page, server: Server) -> None:
    desk.goto(server.url + "/messages/new?kind=pack")
    for words in ("ひとつめ", "ふたつめ"):
        desk.get_by_role("button", name="テキスト", exact=True).click()
        desk.keyboard.type(words)
    cards = desk.locator(".studio-card-title")
    expect(cards).to_have_text(["ひとつめ", "ふたつめ"])
    desk.locator(".studio-card-toggle", has_text="ふたつめ").focus()
    desk.keyboard.press("Alt+ArrowUp")
    expect(cards).to_have_text(["ふたつめ", "ひとつめ"])
    expect(desk.locator(".studio-card-toggle", has_text="ふたつめ")).to_be_focused()
    desk.get_by_label("「ふたつめ」の操作").click()
    desk.get_by_role("button", name="削除", exact=True).click()
    expect(cards).to_have_text(["ひとつめ"])
    desk.locator(".studio-snack").get_by_role("button", name="元に戻す").click()
    expect(cards).to_have_text(["ふたつめ", "ひとつめ"])


def test_a_condition_and_an_action_are_set_in_the_editors_known_from_elsewhere(desk: Page, server: Server) -> None:
    desk.goto(server.url + "/messages/new?kind=text")
    desk.locator(".studio").get_by_label("本文").fill("こんにちは")
    desk.get_by_role("button", name="ボタンを追加").click()
    desk.keyboard.type("予約する")
    desk.get_by_role("button", name="条件を付ける").click()
    dialog = desk.locator("dialog[open]")
    dialog.get_by_text("条件を足す").first.click()
    dialog.locator(".row-picker[open]").get_by_role("button", name="名前", exact=True).click()
    dialog.get_by_placeholder("さがす言葉").fill("花子")
    dialog.get_by_role("button", name="決める").click()
    expect(desk.locator(".is-condition .studio-said")).to_contain_text("花子")
    desk.locator(".is-actions").get_by_role("button", name="設定する").click()
    dialog.get_by_text("アクションを追加", exact=True).click()
    dialog.locator(".row-picker[open]").get_by_role("button", name="テキストを送る", exact=True).click()
    dialog.get_by_label("文章").fill("ありがとうございます")
    dialog.get_by_role("button", name="決める").click()
    expect(desk.locator(".is-actions .studio-said")).to_contain_text("ありがとうございます")
    desk.locator(".is-actions").get_by_role("button", name="変える").click()
    expect(dialog.get_by_label("文章")).to_have_value("ありがとうございます")


def test_the_studio_fits_on_a_phone(phone: Page, server: Server) -> None:
    phone.goto(server.url + NEW_CAROUSEL)
    fill_panel(phone, "カット")
    expect(phone.locator(".studio-phone")).to_be_hidden()
    phone.get_by_role("button", name="プレビュー").click()
    expect(phone.locator(".studio-phone")).to_contain_text("カット")
    expect(phone.get_by_label("タイトル")).to_be_hidden()
    phone.get_by_role("button", name="編集に戻る").click()
    expect(phone.get_by_label("タイトル")).to_have_value("カット")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def fill_panel(page: Page, title: str) -> None:
    page.get_by_label("タイトル").fill(title)
    page.locator(".studio").get_by_label("本文").fill(f"{title}のご案内です")
    page.get_by_label("ボタンの文字").fill("予約する")
    page.locator(".studio-behaviour").first.click()
    page.locator(".studio-tap .dropdown-item:visible", has_text="URLを開く").first.click()
    page.get_by_label("URL", exact=False).first.fill("https://example.com/booking")


def tab(page: Page, title: str) -> Locator:
    return page.get_by_role("tab").filter(has=page.locator(f".studio-tab-title:text-is('{title}')"))


def titles(page: Page) -> list[str]:
    return page.locator(".studio-tab-title").all_inner_texts()


def drag(what: Locator, onto: Locator) -> None:
    page = what.page
    what.evaluate("tab => tab.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(500)
    start, end = what.bounding_box(), onto.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    for share in (0.1, 0.5, 1.0):
        page.mouse.move(
            start["x"] + (end["x"] + end["width"] - 5 - start["x"]) * share, end["y"] + end["height"] / 2, steps=6
        )
    page.wait_for_timeout(300)
    page.mouse.up()
    page.wait_for_timeout(300)


def save(page: Page) -> None:
    page.locator(".save-bar .btn-primary").click()
