"""カレンダーの購読: what calendar programs read under a secret address, and how it is taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.calendars import feeds
from lstep_lite.engine.reservations.transitions import changing, ending
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.models import CalendarFeed, Provider, ProviderState, Reservation, SignInFailure
from tests.counting import statements_of
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, Salon, a_salon
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend
from tests.web.conftest import FixedClock, regions

FEEDS = "/reservations/feeds"


@pytest.fixture
def salon(session: Session, client: FlaskClient) -> Salon:
    found = a_salon(session)
    session.commit()
    return found


@pytest.fixture
def made(session: Session, salon: Salon) -> Reservation:
    hanako = a_friend(session, display_name="山田花子", system_name="山田 花子")
    found = book(session, hanako, salon, minute=TEN, provider_id=salon.sato)
    session.commit()
    return found


def address(session: Session, subject: str) -> str:
    session.expire_all()
    return f"/calendar-feeds/{session.get_one(CalendarFeed, subject).code}.ics"


def events(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200 and answer.content_type == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    return [{name: str(each[name]) for name in ("UID", "SEQUENCE", "STATUS", "SUMMARY")} for each in found]


def test_an_address_is_made_read_by_anybody_and_taken_back(
    page: Callable[[str], BeautifulSoup],
    htmx: Callable[..., TestResponse],
    anybody: FlaskClient,
    session: Session,
    made: Reservation,
    salon: Salon,
) -> None:
    assert "12〜24時間" in page(FEEDS).text
    assert regions(htmx(f"{FEEDS}/provider-{salon.sato}")) == ["feed-list", "toasts"]
    path = address(session, f"provider-{salon.sato}")
    assert f"https://demo.lstep.invalid{path}" in page(FEEDS).decode()
    [event] = events(anybody.get(path))
    assert event == {
        "UID": f"{made.code}@lstep-lite",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "SUMMARY": "カット 山＊様",
    }
    htmx(f"{FEEDS}/provider-{salon.sato}")
    assert anybody.get(path).status_code == 404
    path = address(session, f"provider-{salon.sato}")
    htmx(f"{FEEDS}/provider-{salon.sato}/delete")
    assert anybody.get(path).status_code == 404


def test_names_are_shown_only_when_that_is_switched_on(
    htmx: Callable[..., TestResponse], anybody: FlaskClient, session: Session, made: Reservation
) -> None:
    htmx(f"{FEEDS}/shop")
    path = address(session, "shop")
    assert "花子" not in anybody.get(path).text
    assert regions(htmx(f"{FEEDS}/shop/names", {"is_on": "yes"})) == ["feed-list"]
    assert "山田 花子様" in events(anybody.get(path))[0]["SUMMARY"]


def test_a_program_moves_what_changed_and_sees_what_was_given_up(
    anybody: FlaskClient, session: Session, made: Reservation, salon: Salon, clock: FixedClock
) -> None:
    feeds.renew(session, "shop", now=NOW)
    session.commit()
    path, uid = address(session, "shop"), f"{made.code}@lstep-lite"
    changing.change(session, made, Change(FRIDAY, NOON), version=1, now=NOW)
    session.commit()
    [moved] = events(anybody.get(path))
    assert (moved["UID"], moved["SEQUENCE"]) == (uid, "1")
    ending.cancel_by_staff(session, made, by=by_staff(None), now=NOW)
    session.commit()
    [gone] = events(anybody.get(path))
    assert (gone["UID"], gone["SEQUENCE"], gone["STATUS"]) == (uid, "2", "CANCELLED")
    clock.time = NOW + timedelta(days=31)
    assert events(anybody.get(path)) == []


def test_who_is_not_that_providers_customer_is_not_in_the_feed(
    anybody: FlaskClient, session: Session, made: Reservation, salon: Salon
) -> None:
    feeds.renew(session, f"provider-{salon.suzuki}", now=NOW)
    session.commit()
    assert events(anybody.get(address(session, f"provider-{salon.suzuki}"))) == []


def test_what_has_not_changed_is_not_sent_again_and_many_bookings_cost_few_queries(
    anybody: FlaskClient, session: Session, made: Reservation, salon: Salon
) -> None:
    for minute in (NOON, 840):
        book(session, a_friend(session), salon, minute=minute, provider_id=salon.sato)
    feeds.renew(session, "shop", now=NOW)
    session.commit()
    path = address(session, "shop")
    statements = statements_of(session)
    answer = anybody.get(path)
    assert len(events(answer)) == 3 and len(statements) <= 10, len(statements)
    assert "private" in answer.headers["Cache-Control"] and not answer.headers.getlist("Set-Cookie")
    assert anybody.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_addresses_are_not_tried_without_end(anybody: FlaskClient, session: Session, salon: Salon) -> None:
    assert anybody.get("/calendar-feeds/guess.ics").status_code == 404
    session.execute(sa.update(SignInFailure).values(count=119))
    session.commit()
    answers = [anybody.get("/calendar-feeds/guess.ics").status_code for _ in range(2)]
    assert answers == [404, 429]


def test_who_may_not_set_up_sees_no_address(outsider: FlaskClient, session: Session, salon: Salon) -> None:
    assert outsider.get(FEEDS).status_code == outsider.post(f"{FEEDS}/shop").status_code == 403
    assert session.scalars(sa.select(CalendarFeed)).all() == []


def test_who_has_left_the_shop_reads_nothing(anybody: FlaskClient, session: Session, salon: Salon) -> None:
    feeds.renew(session, f"provider-{salon.sato}", now=NOW)
    session.get_one(Provider, salon.sato).state = ProviderState.RETIRED
    session.commit()
    assert anybody.get(address(session, f"provider-{salon.sato}")).status_code == 404
