"""A diagnosis put together in a real browser from nothing, and answered on the phone: shown, and tagged."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import DESK, new_page, sign_in
from tests.world import Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


def add_radio(page: Page, label: str, *choices: tuple[str, int]) -> None:
    """A question with choices and their points; the keyboard is in it as soon as it is there."""
    page.locator(".studio-kinds > summary").locator("visible=true").last.click()
    page.locator(".studio-kinds[open]").get_by_role("button", name="1つ選ぶ（ラジオボタン）").click()
    page.keyboard.type(label)
    for at, (words, score) in enumerate(choices):
        page.get_by_role("textbox", name="選択肢 必須").nth(at).fill(words)
        more = page.locator("details.studio-section", has_text="選んだ人へのアクション").locator("visible=true").nth(at)
        if not more.evaluate("node => node.open"):
            more.locator("summary").first.click()
        more.get_by_role("textbox", name="点数").fill(str(score))
    page.get_by_role("button", name="1つ選ぶ（ラジオボタン）", expanded=True).press("Enter")


def add_result(page: Page, at: int, label: str, least: int, most: int, words: str) -> None:
    page.get_by_role("button", name="結果を追加").click()
    page.keyboard.type(label)
    page.get_by_role("textbox", name="点数（から）").nth(at).fill(str(least))
    page.get_by_role("textbox", name="点数（まで）").nth(at).fill(str(most))
    page.get_by_label("結果の文章").nth(at).fill(words)


def tag_by(page: Page, at: int, tag: str) -> None:
    """Whoever comes to this result gets a tag that does not exist yet."""
    page.get_by_role("group", name="この結果になった人へのアクション").nth(at).get_by_role(
        "button", name="設定する"
    ).click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_text("アクションを追加", exact=True).click()
    dialog.locator(".row-picker[open]").get_by_role("button", name="タグを付ける・外す").click()
    dialog.get_by_label("新しいタグを作って使う").fill(tag)
    dialog.get_by_role("button", name="決める").click()
    expect(dialog).to_be_hidden()


def build(page: Page, server: Server) -> str:
    """The diagnosis, open to everybody; the address inside LINE."""
    page.goto(f"{server.url}/surveys/new")
    page.get_by_role("button", name="白紙から作る").click()
    page.get_by_label("ページの見出し").fill("今の髪のこと")
    add_radio(page, "カラーをしましたか", ("いいえ", 0), ("はい", 2))
    page.get_by_role("button", name="ページを追加").click()
    page.get_by_label("ページの見出し").fill("カラーについて")
    add_radio(page, "色落ちは気になりますか", ("少し", 1), ("とても", 3))
    seen = page.locator(".survey-phone iframe").content_frame
    expect(seen.locator("legend")).to_contain_text("色落ちは気になりますか")

    page.get_by_role("tab", name="今の髪のこと").click()
    page.locator("summary", has_text="次のページ").click()
    page.get_by_role("button", name="分かれ道を追加").click()
    page.get_by_label("この質問で").select_option("カラーをしましたか")
    page.locator(".studio-picks").get_by_text("いいえ").click()
    page.get_by_label("次に進むページ").first.select_option("質問を終えて送信へ")
    page.get_by_text("点数の合計で結果を分ける").click()
    add_result(page, 0, "すこやか髪", 0, 2, "今のお手入れを続けましょう。")
    add_result(page, 1, "お疲れ髪", 3, 9, "補修をおすすめします。")
    tag_by(page, 1, "要ケア")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("保存しました")
    expect(page.locator(".studio-status")).to_be_attached()  # drawn anew, with nothing left to save
    expect(page.locator("form[data-changed]")).to_have_count(0)
    page.get_by_role("link", name="公開・共有").click()
    page.get_by_role("button", name="公開する").click()
    expect(page.locator("#survey-state")).to_contain_text("お客様が回答できます")
    return page.locator("#survey-link").input_value()


def answer(page: Page, server: Server, name: str, link: str, *picks: str) -> str:
    """On the phone of this person, picking one choice a page; what the result says."""
    page.goto(f"{server.url}/emulator")
    page.locator(".person", has_text=name).click()
    phone = page.locator(".phone", has_text=name)
    phone.locator(".visit input").fill(link)
    phone.locator(".visit button").click()
    frame = phone.locator(".sheet iframe").content_frame
    frame.get_by_label("お名前").fill(name)
    for pick in picks:
        frame.get_by_text(pick, exact=True).click()
        frame.get_by_role("button").and_(frame.locator("[value=next]")).click()
    return frame.locator(".result h2").inner_text()


def test_a_diagnosis_is_built_from_nothing_and_answered_on_the_phone(chromium: Browser, server: Server) -> None:
    world = World(server)
    names = ("白井 ゆり", "黒木 まゆ")
    for name in names:
        world.person(name).follow()
    world.settle()
    world.liff_link()  # the pages are known to LINE from here on
    page = new_page(chromium, DESK)
    sign_in(page, server)
    link = build(page, server)
    assert answer(page, server, names[0], link, "いいえ") == "すこやか髪"
    assert answer(page, server, names[1], link, "はい", "とても") == "お疲れ髪"
    page.goto(f"{server.url}/tags")
    page.locator("tr", has_text="要ケア").get_by_role("link", name="1").first.click()
    expect(page.locator("main")).to_contain_text(names[1])
    expect(page.locator("main")).not_to_contain_text(names[0])
    page.context.close()
