"""The guided path: from nothing to a page on which customers book."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.keeping import courses, pages, providers
from lstep_lite.models import BookingPage, Course, Provider, ReservationSettings, Shop
from tests.factories import NOW, a_friend

WEEK = {f"day_{day}-{part}": value for day in range(7) for part, value in (("from", "10:00"), ("to", "19:00"))}
HOURS = {**WEEK, "closed_weekdays": ["1"], "holidays": "as_weekday"}


@pytest.fixture
def begun(client, session):
    client.post("/reservations/setup", data={"preset": "hair"})
    return session.get_one(ReservationSettings, 1)


def test_every_page_of_bookings_leads_to_the_guided_path_at_first(client, page):
    for url in ("/reservations/courses", "/reservations/pages", "/reservations/hours", "/reservations/setup/menu"):
        assert client.get(url).location == "/reservations/setup", url
    assert len(page("/reservations/setup").select(".preset")) == 6


def test_the_guided_path_ends_with_an_open_page(client, page, session):
    client.post("/reservations/setup", data={"preset": "hair"})
    page("/reservations/setup/hours")
    assert client.post("/reservations/setup/hours", data=HOURS).location == "/reservations/setup/people"
    page("/reservations/setup/people")
    client.post("/reservations/setup/people", data={"name": "佐藤", "fee": "550", "day_off": ["2"]})
    shown = page("/reservations/setup/menu")
    rows = {tag["name"]: tag.get("value", "") for tag in shown.select(".quick-row input[name]")}
    keys = [tag["value"] for tag in shown.select("input[name=rows]")]
    first = keys[0]
    answer = client.post("/reservations/setup/menu", data={**rows, "rows": keys, f"rows-{first}-price": "6,050"})
    assert answer.location == "/reservations/setup/places"
    assert session.get_one(Course, int(first), populate_existing=True).price == 6050
    page("/reservations/setup/places")
    assert client.post("/reservations/setup/places", data={"phone": "12"}).status_code == 422
    assert "電話番号がまだありません" in page("/reservations/setup/check").text
    contact = {"phone": "03-1234-5678", "place": "渋谷区神宮前"}
    assert client.post("/reservations/setup/places", data=contact).location == "/reservations/setup/check"
    assert "電話番号：03-1234-5678" in page("/reservations/setup/check").text
    client.post("/reservations/setup/check")
    booking_page = session.scalars(sa.select(BookingPage)).one()
    assert booking_page.is_open
    assert pages.problems(session, booking_page) == []


def test_without_anybody_the_page_stays_shut_and_says_why(client, session, begun):
    answer = client.post("/reservations/setup/check")
    assert answer.status_code == 409
    assert "担当者がいません" in answer.text
    assert session.scalars(sa.select(BookingPage)).all() == []


@pytest.mark.parametrize("preset", ["hair", "nail", "seitai", "clinic", "lesson", "desk"])
def test_a_preset_is_a_whole_menu_that_can_be_booked_with_one_person(client, session, preset):
    client.post("/reservations/setup", data={"preset": preset})
    client.post("/reservations/setup/people", data={"name": "佐藤"})
    client.post("/reservations/setup/check")
    booking_page = session.scalars(sa.select(BookingPage)).one()
    for course in courses.in_order(session):
        looking = offering.looking(session, booking_page, a_friend(session), Wish((course.id,)))
        assert offering.soonest(session, looking, 1, now=NOW), course.name
    client.post("/reservations/setup", data={"preset": "hair"})
    names = [each.name for each in courses.in_order(session)]
    assert len(names) == len(set(names)), "a second preset added to the menu"


@pytest.mark.parametrize(
    ("preset", "closed", "works"), [("hair", [], True), ("clinic", [], False), ("hair", [0], False)]
)
def test_a_salon_works_on_holidays_unless_its_rest_is_set_already(client, session, preset, closed, works):
    shop = session.scalars(sa.select(Shop)).one()
    shop.closed_weekdays = closed
    session.commit()
    client.post("/reservations/setup", data={"preset": preset})
    session.expire_all()
    assert shop.works_on_holidays is works


def test_somebody_new_does_the_whole_menu_in_the_shops_hours(client, session, begun):
    client.post("/reservations/setup/people", data={"name": "佐藤", "breaks-from": "13:00", "breaks-to": "14:00"})
    provider = session.scalars(sa.select(Provider)).one()
    assert providers.skill_counts(session)[provider.id] == len(courses.in_order(session))
    client.post("/reservations/setup/people", data={"name": "鈴木"})
    assert len({each.color for each in providers.in_order(session)}) == 2, "told apart on the board"


def test_a_wrong_line_of_the_menu_is_named_and_nothing_is_kept(client, session, begun):
    course = courses.in_order(session)[0]
    typed = {"rows": [str(course.id)], f"rows-{course.id}-name": "カット", f"rows-{course.id}-minutes": "63"}
    answer = client.post("/reservations/setup/menu", data=typed | {f"rows-{course.id}-price": "5000"})
    assert answer.status_code == 422
    assert "「カット」" in answer.text and 'value="63"' in answer.text
    assert session.get_one(Course, course.id, populate_existing=True).price == 5500


def test_an_outsider_sets_nothing_up(outsider):
    assert outsider.get("/reservations/setup").status_code == 403
    assert outsider.post("/reservations/setup", data={"preset": "hair"}).status_code == 403
