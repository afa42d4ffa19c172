"""Pages inside LINE on the phone in the browser: whose they are, and what LINE's script does for them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from lstep_lite.db import Database
from tests.browser.browsing import DESK, PHONE, new_page
from tests.factories import a_question, a_survey
from tests.world import Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

WHO = "async () => { await liff.ready; return liff.getDecodedIDToken().name; }"
IS = "name => window.liff?.getDecodedIDToken?.()?.name === name"
"""Goes on asking when the page goes elsewhere meanwhile."""


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
        frame.evaluate("() => { liff.logout(); setTimeout(() => location.reload()); }")  # it answers first
    frame.wait_for_function(IS, arg=names[1])
    assert frame.evaluate("liff.isInClient()") is True
    assert frame.evaluate("liff.getIDToken()") is not None
    assert first is not None
    assert frame.evaluate("liff.getFriendship()") == {"friendFlag": True}
    frame.evaluate("liff.sendMessages([{ type: 'text', text: '見ました' }])")
    frame.evaluate("liff.closeWindow()")
    expect(phone.locator(".sheet")).to_be_hidden()
    expect(phone.locator(".talk")).to_contain_text("見ました")
    page.context.close()


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    found = Database(f"sqlite:///{server.data_dir / 'lstep.db'}")
    yield found
    found.dispose()


def test_who_is_no_friend_adds_the_account_and_is_back_at_the_form(
    chromium: Browser, server: Server, database: Database
) -> None:
    world = World(server)
    with database.unit() as session:
        code = a_survey(session, a_question(label="お名前")).code
    person, link = world.person("初めて まい"), world.liff_link()
    page = new_page(chromium, DESK)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{server.url}/emulator")
    page.locator(".person", has_text=person.name).click()
    phone = page.locator(".phone", has_text=person.name)
    phone.locator(".visit input").fill(f"{link}/surveys/{code}")
    phone.locator(".visit button").click()
    frame = phone.locator(".sheet iframe").content_frame
    frame.get_by_role("button", name="友だちに追加する").click()
    expect(frame.get_by_label("お名前")).to_be_visible()
    page.context.close()


def test_old_tokens_are_renewed_without_a_word_and_an_outage_is_told(chromium: Browser, server: Server) -> None:
    world = World(server)
    person, link = world.person("期限 きれる"), f"{world.liff_link()}/coupons"
    page, sent = new_page(chromium, PHONE), []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/liff/session") else None)
    page.goto(person.opened(link, expired=True)["location"])
    expect(page.locator("h1")).to_have_text("マイクーポン", timeout=20_000)
    assert len(sent) == 2, "once with the old token and once with a new one"

    page.context.clear_cookies()
    world.fault("/oauth2/v2.1/verify", "500")
    page.goto(person.opened(link)["location"])
    expect(page.get_by_role("alert")).to_contain_text("いまLINEに確認できません")
    page.get_by_role("link", name="もう一度試す").click()
    expect(page.locator("h1")).to_have_text("マイクーポン")
    page.context.close()
