"""Uploads, the picker and cutting by eye, in a real browser over real HTTP."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.browsing import DESK, PHONE, new_page, sign_in
from tests.clips import a_video
from tests.world import Server

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

PREPARED_MS = 15_000


def a_file(name: str, colour: str = "teal") -> dict[str, object]:
    data = io.BytesIO()
    Image.new("RGB", (600, 300), colour).save(data, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": data.getvalue()}


def cut_numbers(page: Page) -> list[int]:
    return [int(page.locator(f"dialog [name={name}]").input_value()) for name in ("left", "top", "width", "height")]


def test_files_go_one_by_one_and_a_video_becomes_ready_by_itself(chromium: Browser, server: Server) -> None:
    page = new_page(chromium, DESK)
    sign_in(page, server)
    page.goto(f"{server.url}/media-library")
    video = {"name": "紹介.mp4", "mimeType": "video/mp4", "buffer": a_video()}
    words = {"name": "メモ.txt", "mimeType": "text/plain", "buffer": b"words"}
    page.locator("main input[type=file]").set_input_files([a_file("海.png"), video, words])
    expect(page.locator(".media-upload-row.is-refused")).to_contain_text("このファイルは使えません")
    expect(page.locator(".media-tile", has_text="海").locator("img")).to_be_visible()
    expect(page.locator(".media-tile", has_text="紹介").locator("img")).to_be_visible(timeout=PREPARED_MS)
    page.locator(".media-tile", has_text="紹介").locator("a").click()
    page.locator("video").evaluate("video => { video.currentTime = 1 }")  # asks for a part of the file
    expect(page.locator("video")).to_have_js_property("currentTime", 1)
    address = page.locator("#media-address").input_value()
    part = page.request.get(server.url + address.partition(".invalid")[2], headers={"Range": "bytes=4-7"})
    assert (part.status, part.body(), part.headers["content-length"]) == (206, b"ftyp", "4")
    page.context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_editor_picks_from_the_library_or_uploads_right_there(
    chromium: Browser, server: Server, size: dict[str, int]
) -> None:
    page = new_page(chromium, size)
    sign_in(page, server)
    page.goto(f"{server.url}/greetings/preexisting")
    page.locator("[data-add-kind=image]").click()
    page.locator("[data-pick-image]").last.click()
    page.locator("dialog input[type=file]").set_input_files(a_file("空.png", "skyblue"))
    expect(page.locator("dialog.media-picker")).not_to_be_visible()
    expect(page.locator(".message-image img").last).to_be_visible()
    page.locator("[data-pick-image]").last.click()
    page.locator("dialog input[type=search]").fill("空")
    page.keyboard.press("Enter")
    expect(page.locator("dialog [data-file]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.media-picker")).not_to_be_visible()
    page.locator("[data-pick-image]").last.click()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.media-picker")).not_to_be_visible()
    page.context.close()


def test_a_place_with_a_shape_has_its_picture_cut_by_hand_or_by_keys(chromium: Browser, server: Server) -> None:
    page = new_page(chromium, DESK)
    sign_in(page, server)
    page.goto(f"{server.url}/media-library")
    page.locator("main input[type=file]").set_input_files(a_file("旗.png"))
    expect(page.locator(".media-tile", has_text="旗").first).to_be_visible()
    page.evaluate("mediaPicker.open({kind: 'image', ratios: ['1:1'], onChoose: (file) => (window.chosen = file)})")
    page.locator("dialog .media-link", has_text="旗").first.click()
    box = page.locator("dialog [data-crop-box]")
    expect(box).to_be_visible()
    assert cut_numbers(page) == [150, 0, 300, 300], "the middle"
    box.focus()
    page.keyboard.press("ArrowLeft")
    assert cut_numbers(page) == [144, 0, 300, 300]
    corner = page.locator("dialog [data-crop-handle]").bounding_box()
    assert corner
    page.mouse.move(corner["x"] + 12, corner["y"] + 12)
    page.mouse.down()
    page.mouse.move(corner["x"] - 60, corner["y"] - 60, steps=4)
    page.mouse.up()
    left, top, width, height = cut_numbers(page)
    assert (left, top) == (144, 0) and width == height < 300
    page.get_by_role("button", name="切り抜いて使う").click()
    expect(page.locator("dialog.media-picker")).not_to_be_visible()
    assert page.evaluate("[chosen.width, chosen.height]") == [width, height]
    page.context.close()
