"""Booking on a small phone: the total adds up, nothing is wider than the screen, and two presses are one booking."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from lstep_lite.db import Database
from lstep_lite.models import BookingPage, Friend, Reservation
from tests.browser.browsing import new_page
from tests.world import Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    found = Database(f"sqlite:///{server.data_dir / 'lstep.db'}")
    yield found
    found.dispose()


@pytest.fixture
def code(database: Database) -> str:
    """Of the page on which one books at the demo salon."""
    with database.read() as session:
        return session.scalars(sa.select(BookingPage.code).where(BookingPage.is_open)).one()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], page.url


def test_a_visit_is_booked_on_a_small_phone(chromium: Browser, server: Server, database: Database, code: str) -> None:
    world = World(server)
    person = world.person("予約 ゆい")
    person.follow()
    world.settle()
    page = new_page(chromium, SMALL)
    page.goto(person.opened(f"{world.liff_link()}/bookings/{code}")["location"])
    page.locator("[data-name='カット']").check()
    page.locator("[data-name='カラー']").check()
    expect(page.locator("[data-total-words]")).to_have_text("カット+カラー 約170分 13,200円〜")
    fits(page)
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("炭酸シャンプー").check()
    fits(page)
    page.get_by_role("button", name="次へ").click()
    fits(page)
    page.get_by_role("link", name="佐藤").click()
    expect(page.locator("table.week")).to_be_visible()
    fits(page)
    page.locator("a.mark.many, a.mark.few").last.click()
    for label, typed in (("お名前", "予約 ゆい"), ("フリガナ", "ヨヤク ユイ"), ("電話番号", "09012345678")):
        page.get_by_label(label).fill(typed)
    fits(page)
    page.get_by_role("button", name="確認へ進む").click()
    expect(page.locator("[data-hold]")).to_contain_text("分お取り置きしています")
    fits(page)
    page.get_by_label("キャンセルポリシーに同意する").check()
    page.get_by_role("button", name="この内容で予約する").dblclick()
    expect(page.locator("h1")).to_have_text("ご予約が確定しました")
    fits(page)
    with database.read() as session:
        mine = sa.select(Reservation).join(Friend).where(Friend.line_user_id == person.user_id)
        assert len(session.scalars(mine).all()) == 1
    world.settle()
    told = person.received()[-1]
    assert (told["message"]["altText"], told["via"]) == ("ご予約が確定しました", "reply"), "its page said the word"
    page.context.close()
