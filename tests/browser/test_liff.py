"""Pages inside LINE on the phone in the browser: whose they are, and what LINE's script does for them."""

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.browsing import DESK, new_page
from tests.world import Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

WHO = "async () => { await liff.ready; return liff.getDecodedIDToken().name; }"


def the_frame(page: Page, name: str) -> Frame:
    """The page that stands open on this person's phone, once LINE's script has led it to where it belongs."""
    shown = page.locator(".phone", has_text=name).locator(".sheet iframe")
    expect(shown.content_frame.locator("h1")).to_have_text("マイクーポン")
    handle = shown.element_handle()
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_url("**/liff/coupons?x=1")
    return frame


def test_two_phones_open_pages_that_know_their_own_person(chromium: Browser, server: Server) -> None:
    world, names = World(server), ("深井 まり", "浅野 けん")
    people = [world.person(name) for name in names]
    for person in people:
        person.follow()
    world.settle()
    link = world.liff_link()
    page = new_page(chromium, DESK)
    page.goto(f"{server.url}/emulator")
    for name in names:
        page.locator(".person", has_text=name).click()
        phone = page.locator(".phone", has_text=name)
        phone.locator(".visit input").fill(f"{link}/coupons?x=1")
        phone.locator(".visit button").click()
        assert the_frame(page, name).evaluate(WHO) == name
    assert [the_frame(page, name).evaluate(WHO) for name in names] == list(names)

    frame, phone = the_frame(page, names[1]), page.locator(".phone", has_text=names[1])
    first = frame.evaluate("liff.getIDToken()")
    with frame.expect_navigation():
        frame.evaluate("() => { liff.logout(); location.reload(); }")
    assert frame.evaluate(WHO) == names[1]
    assert frame.evaluate("liff.isInClient()") is True
    assert frame.evaluate("liff.getIDToken()") is not None
    assert first is not None
    assert frame.evaluate("liff.getFriendship()") == {"friendFlag": True}
    frame.evaluate("liff.sendMessages([{ type: 'text', text: '見ました' }])")
    frame.evaluate("liff.closeWindow()")
    expect(phone.locator(".sheet")).to_be_hidden()
    expect(phone.locator(".talk")).to_contain_text("見ました")
    page.context.close()
