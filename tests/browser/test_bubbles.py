"""Boxes of Flex messages, measured in a real browser: the box model is LINE's, not the browser's own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import lstep_lite
from lstep_lite import bubbles, config, runtime
from lstep_lite.app import create_app
from tests.bubbles.designs import PICTURE, STAR, box, bubble, button, carousel, flex, image, menu_card, text

pytestmark = [pytest.mark.slow, pytest.mark.browser]

STYLE = (Path(lstep_lite.__file__).parent / "static" / "line.css").read_text()
SCRIPT = (Path(lstep_lite.__file__).parent / "static" / "line.js").read_text()
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
PHONE = 390
SHOP = "http://shop.test/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": PHONE, "height": 800})
    page.route("https://**/*", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
    yield page
    page.close()


def show(page: Page, contents: dict[str, Any], *, width: int = PHONE) -> None:
    drawn = bubbles.draw(flex(contents), address=str)
    page.set_content(
        f"<!doctype html><style>* {{ box-sizing: border-box }} body {{ margin: 0 }} {STYLE}</style>"
        f'<div class="line-talk" style="width:{width}px"><div class="line-row">{drawn!s}</div></div>'
    )


def measured(page: Page, selector: str, nth: int = 0) -> dict[str, float]:
    found = page.locator(selector).nth(nth).bounding_box()
    assert found, f"{selector} is not to be seen"
    return dict(found)


def test_columns_share_the_width_as_their_flex_says(page: Page) -> None:
    columns = [
        box("vertical", text("a"), flex=1),
        box("vertical", text("b" * 40), flex=2),
        box("vertical", width="30px"),
    ]
    show(page, bubble(box("horizontal", *columns, spacing="md")))
    widths = [measured(page, ".fx-h > .fx-box", nth)["width"] for nth in range(3)]
    assert widths == pytest.approx([(260 - 30 - 16) / 3, (260 - 30 - 16) * 2 / 3, 30], abs=0.5)


def test_a_text_without_flex_is_as_wide_as_it_is(page: Page) -> None:
    show(page, bubble(box("baseline", text("¥5,500", flex=0), text("税込", flex=0), spacing="sm")))
    first, second = (measured(page, ".fx-text", nth) for nth in range(2))
    assert second["x"] == pytest.approx(first["x"] + first["width"] + 4, abs=0.5)
    assert first["width"] < 100


def test_what_is_left_of_the_height_is_shared_upright(page: Page) -> None:
    parts = [text("a"), box("vertical", flex=1), box("vertical", flex=2), {"type": "separator"}]
    show(page, bubble(box("vertical", *parts, height="200px")))
    low, high = (measured(page, ".fx-v .fx-v > .fx-box", nth)["height"] for nth in range(2))
    assert high == pytest.approx(2 * low, abs=0.5)
    assert low + high == pytest.approx(200 - 1 - 22.4, abs=0.5)


def test_pictures_have_their_ratio_and_their_size(page: Page) -> None:
    show(page, bubble(image(size="md", aspectRatio="1:3"), hero=image(size="full", aspectRatio="20:13")))
    hero, small = measured(page, ".fx-hero img"), measured(page, ".fx-body img")
    assert (hero["width"], hero["height"]) == pytest.approx((300, 195), abs=0.5)
    assert (small["width"], small["height"]) == pytest.approx((100, 300), abs=0.5)
    assert small["x"] + 50 == pytest.approx(hero["x"] + 150, abs=0.5), "in the middle"


def test_a_badge_lies_on_its_box_and_takes_no_room(page: Page) -> None:
    show(page, menu_card())
    frame, badge = measured(page, ".fx-body > .fx-v > .fx-v"), measured(page, ".fx-body > .fx-v > .fx-v > .fx-v")
    assert (frame["width"], frame["height"]) == pytest.approx((260, 169), abs=0.5), "as its picture of 20:13"
    assert (badge["x"] - frame["x"], badge["y"] - frame["y"]) == pytest.approx((18, 18), abs=0.5)
    assert (badge["width"], badge["height"]) == (53, 25)


def test_letters_of_all_sizes_and_icons_stand_on_one_line(page: Page) -> None:
    icon = {"type": "icon", "url": STAR, "size": "xs"}
    show(page, bubble(box("baseline", icon, text("大", size="3xl", flex=0), text("小", size="xs", flex=0))))
    bottom = measured(page, ".fx-icon")["y"] + measured(page, ".fx-icon")["height"]
    bases = page.locator(".fx-text p").evaluate_all(
        """texts => texts.map(text => {
             const mark = document.createElement("span");
             mark.style.cssText = "display:inline-block;width:0;height:0";
             text.prepend(mark);
             return mark.getBoundingClientRect().bottom;
           })"""
    )
    assert bases == pytest.approx([bottom, bottom], abs=0.6)


def test_a_line_that_is_too_long_ends_in_dots_unless_it_wraps(page: Page) -> None:
    long = "とても長い名前のトリートメントとヘッドスパのセット"
    lined = text(long, wrap=True, lineSpacing="10px")
    show(page, bubble(text(long), text(long, wrap=True), text(long, wrap=True, maxLines=1), lined))
    heights = [measured(page, ".fx-text", nth)["height"] for nth in range(4)]
    assert heights == pytest.approx([22.4, 44.8, 22.4, 54.8], abs=0.5), "spacing stands between lines only"
    first = page.locator(".fx-text p").first
    assert first.evaluate("text => text.scrollWidth > text.clientWidth")
    assert first.evaluate("text => getComputedStyle(text).textOverflow") == "ellipsis"


def test_gravity_moves_things_inside_of_their_height(page: Page) -> None:
    tall = box("vertical", height="100px", width="10px")
    show(page, bubble(box("horizontal", tall, text("下", gravity="bottom"), text("中", gravity="center"))))
    frame = measured(page, ".fx-h")
    low, middle = (measured(page, ".fx-h p", nth) for nth in range(2))
    assert low["y"] + low["height"] == pytest.approx(frame["y"] + 100, abs=0.5)
    assert middle["y"] + middle["height"] / 2 == pytest.approx(frame["y"] + 50, abs=0.5)


def test_buttons_are_as_high_as_on_line(page: Page) -> None:
    show(page, bubble(button("予約"), button("電話", height="sm", style="primary")))
    assert [measured(page, ".fx-button", nth)["height"] for nth in range(2)] == [52, 40]


def test_bubbles_of_a_carousel_are_equally_high_with_their_footers_below(page: Page) -> None:
    foot = {"footer": box("vertical", button("予約"))}
    show(page, carousel(bubble(text("一"), size="micro", **foot), bubble(*[text("二")] * 5, size="micro", **foot)))
    first, second = (measured(page, ".fx-bubble", nth) for nth in range(2))
    assert (first["width"], first["height"]) == (160, second["height"])
    assert measured(page, ".fx-footer", 0)["y"] == measured(page, ".fx-footer", 1)["y"]


@pytest.mark.parametrize(
    ("size", "width"), [("nano", 120), ("micro", 160), ("kilo", 260), ("mega", 300), ("giga", 370)]
)
def test_bubbles_are_as_wide_as_their_size_and_never_wider_than_the_phone(page: Page, size: str, width: int) -> None:
    show(page, bubble(text("a"), size=size))
    assert measured(page, ".fx-bubble")["width"] == width


def test_a_text_that_shall_fit_becomes_smaller(page: Page) -> None:
    long = {"type": "text", "text": "髪質改善トリートメントとヘッドスパ", "size": "xl", "adjustMode": "shrink-to-fit"}
    show(page, bubble(long))
    page.evaluate(SCRIPT)
    page.evaluate("document.dispatchEvent(new CustomEvent('line:drawn', { bubbles: true }))")
    paragraph = page.locator(".fx-text p")
    assert paragraph.evaluate("text => text.scrollWidth <= text.clientWidth + 1")
    assert paragraph.evaluate("text => parseFloat(getComputedStyle(text).fontSize)") < 22


@pytest.mark.parametrize("width", [320, 430])
def test_a_card_fits_narrow_and_wide_phones(page: Page, width: int) -> None:
    show(page, carousel(menu_card(), menu_card()), width=width)
    assert measured(page, ".fx-bubble")["width"] == 300
    talk = page.locator(".line-talk").evaluate("talk => [talk.scrollWidth, talk.clientWidth]")
    assert talk[0] == talk[1], "the carousel scrolls, not the talk"
    assert PICTURE in str(page.locator(".fx-body img").first.get_attribute("src"))


def test_the_preview_is_a_phone_of_two_widths_and_two_colours(page: Page, preview: str) -> None:
    page.set_viewport_size({"width": 600, "height": 800})
    visit(page, preview)
    phone = page.locator(".line-phone")
    wall = "phone => getComputedStyle(phone).backgroundColor"
    light = phone.evaluate(wall)
    assert measured(page, ".line-phone")["width"] == 430
    page.get_by_role("button", name="狭い").click()
    page.get_by_role("button", name="暗", exact=True).click()
    assert measured(page, ".line-phone")["width"] == 320
    assert phone.evaluate(wall) != light
    page.set_viewport_size({"width": 256, "height": 800})
    expect(page.locator(".fx-bubble")).to_have_js_property("offsetWidth", 300)  # a smaller phone, not another card
    assert measured(page, ".line-phone")["width"] == pytest.approx(256 - 16, abs=0.5)


def test_the_preview_says_what_a_tap_would_do_and_does_not_do_it(page: Page, preview: str) -> None:
    visit(page, preview)
    said = page.locator("[data-line-said]")
    page.get_by_role("link", name="https://example.com/news").click()
    expect(said).to_have_text("タップ：URLを開く https://example.com/news")
    page.get_by_role("button", name="予約する").press("Enter")
    expect(said).to_have_text("タップ：お店に知らせる")
    page.locator(".line-quicks").get_by_role("button", name="あとで").click()
    expect(said).to_have_text("タップ：「あとで」と送る")
    assert page.url == SHOP


def visit(page: Page, preview: str) -> None:
    look = f"<style>* {{ box-sizing: border-box }} body {{ margin: 8px }} {STYLE}</style>"
    html = f"<!doctype html><meta charset=utf-8>{look}<script>{SCRIPT}</script>{preview}"
    page.route(SHOP, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(SHOP)


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> str:
    settings = config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(tmp_path_factory.mktemp("preview"))})
    app = create_app(runtime.build(settings))
    later = {"type": "action", "action": {"type": "message", "label": "あとで", "text": "あとで"}}
    news = {"type": "text", "text": "https://example.com/news"}
    objects = [news, {**flex(menu_card()), "quickReply": {"items": [later]}}]
    with app.test_request_context():
        template = app.jinja_env.from_string("{% call ui.line_preview(objects) %}{% endcall %}")
        return template.render(objects=objects)
