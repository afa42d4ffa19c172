"""The board of a day in a real browser: a booking is dragged and taken back, moved by keys, and time is closed."""

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, expect

from lstep_lite.db import Database
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.engine.reservations.transitions.booking import Visit
from lstep_lite.models import Closure, Course, Provider, Reservation
from tests.browser.browsing import DESK, PHONE, new_page, sign_in
from tests.factories import a_friend
from tests.world import Server, World

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    found = Database(f"sqlite:///{server.data_dir / 'lstep.db'}")
    yield found
    found.dispose()


weeks = itertools.count(4)
"""Each story has a Friday of its own, weeks ahead."""


@pytest.fixture
def booked(server: Server, database: Database) -> tuple[int, date]:
    """A cut with 佐藤 at 10:00 on a day when everybody works: its id, and the day."""
    now = datetime.fromisoformat(World(server).now())
    day = now.date() + timedelta(days=(4 - now.weekday()) % 7, weeks=next(weeks))
    with database.unit() as session:
        cut = session.scalars(sa.select(Course.id).where(Course.name == "カット")).one()
        sato = session.scalars(sa.select(Provider.id).where(Provider.name == "佐藤")).one()
        friend = a_friend(session, code=f"board-{day}", display_name="盤 面子", line_user_id=None)
        made = booking.write_down(session, friend, Visit(Wish((cut,), (), sato), day, 600), by=by_staff(None), now=now)
        return made.id, day


def open_board(chromium: Browser, server: Server, day: date, size: dict[str, int]) -> Page:
    page = new_page(chromium, size)
    sign_in(page, server)
    page.goto(f"{server.url}/reservations/board?date={day}")
    return page


def drag(page: Page, what: Locator, to: Locator) -> None:
    start, end = what.bounding_box(), to.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 40, start["y"] + 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 20, steps=4)
    page.mouse.move(end["x"] + 40, end["y"] + 12, steps=2)


def cell(page: Page, provider: str, at: int) -> Locator:
    return page.locator(f".board-column[data-name='{provider}'] .board-cell[data-at='{at}']")


def start_of(database: Database, reservation_id: int) -> tuple[int, str]:
    with database.read() as session:
        found = session.get_one(Reservation, reservation_id)
        return found.start_minute, session.get_one(Provider, found.provider_id).name


def test_a_booking_is_dragged_taken_back_and_moved_by_keys(
    chromium: Browser, server: Server, database: Database, booked: tuple[int, date]
) -> None:
    reservation_id, day = booked
    page = open_board(chromium, server, day, DESK)
    bar = page.locator(f"#bar-{reservation_id}")
    drag(page, bar, cell(page, "鈴木", 690))
    expect(page.locator(".board-ghost")).to_contain_text("11:30〜12:30 鈴木")
    page.mouse.up()
    dialog = page.locator("#board-dialog")
    expect(dialog).to_contain_text("10:00→11:30、担当 佐藤→鈴木")
    dialog.get_by_role("button", name="変更する").click()
    expect(page.locator(".board-column[data-name='鈴木'] [data-bar]")).to_have_attribute("data-begins", "690")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="元に戻す").click()
    expect(page.locator(".board-column[data-name='佐藤'] [data-bar]")).to_have_attribute("data-begins", "600")
    assert start_of(database, reservation_id) == (600, "佐藤")

    bar.focus()
    for key in ("m", *["ArrowDown"] * 6, "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(dialog).to_contain_text("10:00→10:30、担当 佐藤→鈴木")
    dialog.get_by_role("link", name="元に戻す").click()
    expect(dialog).to_be_hidden()
    assert start_of(database, reservation_id) == (600, "佐藤")

    bar.click(position={"x": 40, "y": 12})
    expect(page.locator("#board-panel")).to_contain_text("盤 面子")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#board-panel")).to_contain_text("登録")
    page.keyboard.press("Escape")

    drag(page, cell(page, "佐藤", 900), cell(page, "佐藤", 945))
    page.mouse.up()
    expect(dialog.get_by_label("始まりの時刻")).to_have_value("15:00")
    dialog.get_by_role("button", name="この時間は受けない").click()
    expect(page.locator(".board-column[data-name='佐藤'] a.board-band")).to_have_text("休憩")
    with database.unit() as session:
        session.execute(sa.delete(Closure))


def test_the_board_scrolls_inside_a_phone(
    chromium: Browser, server: Server, database: Database, booked: tuple[int, date]
) -> None:
    page = open_board(chromium, server, booked[1], PHONE)
    expect(page.locator(f"#bar-{booked[0]}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    small = [box for each in page.locator("[data-bar]").all() if (box := each.bounding_box()) and box["height"] < 44]
    assert small == []
