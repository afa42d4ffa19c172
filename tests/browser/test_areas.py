"""The places of a rich message, drawn on its picture in a real browser."""

import io
import json

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import DESK, new_page, sign_in
from tests.world import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


def areas(page: Page) -> list[list[int]]:
    document = json.loads(page.locator("[data-studio-field]").input_value())
    return [[area[side] for side in ("x", "y", "width", "height")] for area in document["areas"]]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def test_places_are_divided_drawn_moved_and_kept(chromium: Browser, server: Server) -> None:
    page = new_page(chromium, DESK)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, server)
    page.goto(f"{server.url}/messages/new?kind=imagemap")
    picture = io.BytesIO()
    Image.new("RGB", (1200, 800), "pink").save(picture, "PNG")
    page.get_by_role("button", name="画像を選ぶ").click()
    file = {"name": "春.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    page.locator("dialog input[type=file]").set_input_files(file)
    board = page.locator(".studio-board")
    expect(board.locator("img")).to_be_visible()

    page.get_by_role("button", name="左右に2つ").click()
    assert areas(page) == [[0, 0, 500, 1000], [500, 0, 500, 1000]]
    board.evaluate("node => node.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = board.bounding_box()
    assert box
    left, top, width, height = box["x"], box["y"], box["width"], box["height"]
    corner = (left + width - 6, top + height - 6)
    drag(page, corner, (corner[0] - width * 0.1, corner[1] - height * 0.49))
    assert areas(page)[1] == [500, 0, 400, 500], "its sides jump to the lines they are near"
    drag(page, (left + width * 0.7, top + height * 0.6), (left + width * 0.995, top + height * 0.95))
    assert len(areas(page)) == 3 and areas(page)[2][0] + areas(page)[2][2] == 1000, "drawn on the bare picture"

    page.locator(".studio-area").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    assert areas(page)[1] == [510, 0, 400, 490]
    page.keyboard.press("Control+z")
    assert areas(page)[1] == [500, 0, 400, 500], "steps by keyboard are one step of undo"
    page.get_by_label("幅", exact=True).nth(1).fill("２５．５")
    assert areas(page)[1][2] == 255

    page.locator(".studio").get_by_label("URL").first.fill("https://example.com")
    for number in (1, 2):
        page.locator(".studio").get_by_label("URL").nth(number).fill("https://example.com/menu")
    page.get_by_label("管理用の名前").fill("春のご案内")
    page.locator("#template-form").get_by_role("button", name="保存").click()
    page.wait_for_url(lambda url: "/edit" in url)
    expect(page.locator(".studio-area")).to_have_count(3)
    assert areas(page)[1] == [500, 0, 255, 500]
    page.context.close()
    assert not problems, problems
