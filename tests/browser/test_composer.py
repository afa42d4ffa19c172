"""A rich menu put together in a real browser: divided, dragged, resized, taken back, worded, and kept."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import DESK, PHONE, new_page, sign_in
from tests.world import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

SIDES = ("x", "y", "width", "height")
Point = tuple[float, float]


@pytest.fixture
def desk(chromium: Browser, server: Server) -> Iterator[Page]:
    yield from _watched(new_page(chromium, DESK), server)


@pytest.fixture
def phone(chromium: Browser, server: Server) -> Iterator[Page]:
    yield from _watched(new_page(chromium, PHONE), server)


def _watched(page: Page, server: Server) -> Iterator[Page]:
    """Signed in, on the page of a new menu; a script that fails fails the test."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, server)
    page.goto(f"{server.url}/rich-menus/editor")
    expect(page.locator(".canvas-picture")).to_be_visible()
    yield page
    page.context.close()
    assert not problems, problems


def document(page: Page) -> dict[str, Any]:
    return json.loads(page.locator("[data-studio-field]").input_value())


def boxes(page: Page, tab: int = 0) -> list[list[int]]:
    return [[cell[side] for side in SIDES] for cell in document(page)["tabs"][tab]["cells"]]


def divide(page: Page, layout: str) -> None:
    page.locator(".composer-layouts > summary").click()
    page.get_by_role("button", name=layout, exact=True).click()


def drag(page: Page, start: Point, end: Point) -> None:
    """From one point of the picture to another, in parts of its width and height."""
    body = page.locator(".canvas-body")
    body.evaluate("node => node.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = body.bounding_box()
    assert box
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=5)
    page.mouse.up()


def test_places_are_divided_dragged_resized_and_taken_back(desk: Page) -> None:
    divide(desk, "4つ")
    assert boxes(desk) == [[0, 0, 500, 500], [500, 0, 500, 500], [0, 500, 500, 500], [500, 500, 500, 500]]

    desk.locator(".canvas-place").first.click()
    drag(desk, (0.492, 0.25), (0.67, 0.25))
    assert boxes(desk)[:2] == [[0, 0, 667, 500], [667, 0, 333, 500]], "the side jumps to a third, its neighbour follows"
    drag(desk, (0.75, 0.75), (0.7, 0.7))
    assert boxes(desk)[3] == [450, 450, 500, 500]
    drag(desk, (0.97, 0.97), (0.98, 0.98))
    assert len(boxes(desk)) == 4, "too small to be meant"

    desk.keyboard.press("Control+z")
    assert boxes(desk)[3] == [500, 500, 500, 500]
    desk.get_by_role("button", name="元に戻す（").click()
    assert boxes(desk)[:2] == [[0, 0, 500, 500], [500, 0, 500, 500]]
    desk.get_by_role("button", name="やり直す").click()
    desk.get_by_role("button", name="やり直す").click()
    assert boxes(desk)[3] == [450, 450, 500, 500]
    expect(desk.locator(".composer-notes")).to_contain_text("重なっています")


def test_everything_goes_by_keyboard_too(desk: Page) -> None:
    divide(desk, "左右に2つ")
    desk.locator(".canvas-place").nth(1).focus()
    for key in ("ArrowDown", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowUp"):
        desk.keyboard.press(key)
    assert boxes(desk)[1] == [490, 0, 490, 990], "it stops at the edge"
    expect(desk.locator(".canvas-place").nth(1)).to_be_focused()
    desk.keyboard.press("Control+d")
    desk.keyboard.press("Control+c")
    desk.keyboard.press("Control+v")
    assert len(boxes(desk)) == 4
    desk.keyboard.press("Delete")
    assert len(boxes(desk)) == 3
    desk.keyboard.press("Control+z")
    assert len({cell["id"] for cell in document(desk)["tabs"][0]["cells"]}) == 4
    desk.locator(".canvas-place").first.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("ボタンの名前")).to_be_focused()


def test_a_menu_is_worded_coloured_kept_and_opened_again(desk: Page, server: Server) -> None:
    divide(desk, "横に3つ")
    desk.locator(".canvas-place").first.click()
    desk.locator(".composer-chip", has_text="文字").click()
    desk.locator(".composer-side textarea").fill("予約する")
    desk.locator(".composer-chip", has_text="アイコン").click()
    desk.get_by_role("button", name="アイコンを選ぶ").click()
    desk.get_by_label("アイコンをさがす").fill("はさみ")
    desk.locator(".glyph-tile[title^='はさみ']").first.click()
    desk.locator(".composer-chip", has_text="背景").click()
    desk.get_by_role("button", name="配色の「強調」").click()
    desk.locator(".composer-look > summary").click()
    desk.get_by_role("button", name="このタブの全部のボタンに").click()
    desk.locator(".composer-themes > summary").click()
    desk.get_by_role("button", name="さくら").click()
    desk.get_by_role("button", name="タブを追加").click()
    desk.get_by_label("タブの名前").fill("クーポン")

    cells = document(desk)["tabs"][0]["cells"]
    assert [cell["fill_color"] for cell in cells] == ["@accent"] * 3
    assert [cell["lines"][0]["text"] for cell in cells] == ["予約する", "ボタン2", "ボタン3"]
    assert "scissors" in cells[0]["icon"] and not cells[1]["icon"], "its icon is its own"
    expect(desk.locator(".canvas-strip > button")).to_have_count(2)

    desk.get_by_label("管理用の名前").fill("春のメニュー")
    kept = document(desk)
    desk.get_by_role("button", name="下書きを保存").click()
    desk.wait_for_url(lambda url: "/edit" in url)
    expect(desk.locator(".canvas-place")).to_have_count(3)
    assert shown(document(desk)) == shown(kept)
    desk.get_by_role("tab", name="クーポン").click()
    expect(desk.locator(".canvas-place")).to_have_count(1)

    desk.locator(".canvas-place").click()
    desk.locator(".composer-chip", has_text="文字").click()
    desk.locator(".composer-side textarea").fill("")
    desk.get_by_role("tab", name="ホーム").click()
    desk.get_by_role("button", name="下書きを保存").click()
    expect(desk.locator(".composer-side .invalid-feedback:visible")).to_contain_text("文字を入力してください")
    expect(desk.get_by_role("tab", name="クーポン")).to_have_attribute("aria-selected", "true")
    desk.locator(".composer-tab-menu > summary").click()
    desk.get_by_role("button", name="コピーを作る").click()
    assert [tab["label"] for tab in document(desk)["tabs"]] == ["ホーム", "クーポン", "クーポン"]
    expect(desk.get_by_role("tab").nth(2)).to_have_attribute("aria-selected", "true")


def shown(menu: dict[str, Any]) -> list[Any]:
    """A menu but for what keeping it leaves out, and for the codes that it gets then."""
    names = ("label", "icon", "fill", "fill_color", "radius", *SIDES)
    tabs = [(tab["label"], [[cell[name] for name in names] for cell in tab["cells"]]) for tab in menu["tabs"]]
    words = [[line["text"] for line in cell["lines"]] for tab in menu["tabs"] for cell in tab["cells"]]
    return [menu["accent"], tabs, words]


def test_on_a_phone_places_are_chosen_and_the_menu_is_tried_out(phone: Page) -> None:
    divide(phone, "6つ")
    phone.locator(".canvas-place").nth(4).click()
    expect(phone.locator(".composer-head")).to_contain_text("ボタン5")
    assert phone.evaluate("document.documentElement.scrollWidth") == 375
    phone.get_by_role("button", name="タブを追加").click()
    phone.get_by_role("button", name="スマホで見る").click()
    screen = phone.locator(".composer-phone")
    expect(screen).to_contain_text("メニュー")
    screen.get_by_role("button", name="タブ「ホーム」").click()
    screen.get_by_role("button", name="「ボタン5」").click()
    expect(phone.locator(".composer-phone-said")).to_contain_text("「ボタン5」を押すと：")
    screen.locator(".composer-phone-bar").click()
    expect(screen.locator(".composer-phone-menu")).to_be_hidden()
