"""Googleカレンダー: the owner connects calendars, chooses what is written, and sees what went wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lstep_lite.engine.reservations.calendars.google import Google
from lstep_lite.models import CalendarEvent, CalendarLink, GoogleClient, LinkState
from lstep_lite.web import App
from tests import google as stand_in
from tests.counting import statements_of
from tests.engine.reservations.salon import Salon, a_salon
from tests.engine.reservations.test_booking import book
from tests.factories import a_friend
from tests.google import CLIENT_ID, CLIENT_SECRET, Stand
from tests.web.conftest import FixedClock, inspect_page, regions

CALENDARS = "/reservations/calendars"
KEYS = {"client_id": f" {CLIENT_ID} ", "client_secret": CLIENT_SECRET}


@pytest.fixture
def salon(session: Session, client: FlaskClient) -> Salon:
    found = a_salon(session)
    session.commit()
    return found


@pytest.fixture
def google(app: App, salon: Salon) -> Iterator[Stand]:
    with stand_in.running("sato@example.com") as stand:
        at_google = Google(login_url=stand.url, token_url=stand.url, api_url=stand.url, timeout_seconds=5)
        app.extensions["runtime"] = replace(app.extensions["runtime"], google=at_google)
        yield stand
        at_google.close()


def connected(client: FlaskClient, salon: Salon) -> str:
    """Through Google and back; the address of the page that comes next."""
    client.post(f"{CALENDARS}/client", data=KEYS)
    away = client.get(f"{CALENDARS}/connections/new?subject=provider-{salon.sato}")
    asked = parse_qs(urlsplit(away.location).query)
    assert asked["redirect_uri"] == ["https://demo.lstep.invalid/reservations/calendars/callback"]
    assert asked["access_type"] == ["offline"] and asked["code_challenge_method"] == ["S256"]
    back = client.get(f"{CALENDARS}/callback", query_string={"code": "good-code", "state": asked["state"][0]})
    return str(back.location)


def test_without_a_key_the_page_says_what_to_do_first(page: Callable[[str], BeautifulSoup], salon: Salon) -> None:
    found = page(CALENDARS)
    assert "準備を始める" in found.text and "Googleにつなぐ" not in found.text
    assert "リダイレクト URI" in page(f"{CALENDARS}/client").text


def test_the_key_is_kept_sealed_and_not_shown_again(
    client: FlaskClient, htmx: Callable[..., TestResponse], session: Session, salon: Salon
) -> None:
    refused = htmx(f"{CALENDARS}/client", {"client_id": CLIENT_ID, "client_secret": ""})
    assert (refused.status_code, regions(refused)) == (422, ["client-form"]) and session.get(GoogleClient, 1) is None
    assert client.post(f"{CALENDARS}/client", data=KEYS).status_code == 303
    row = session.get_one(GoogleClient, 1)
    assert row.client_id == CLIENT_ID and CLIENT_SECRET not in row.client_secret
    assert CLIENT_SECRET not in inspect_page(client.get(f"{CALENDARS}/client")).decode()
    client.post(f"{CALENDARS}/client", data={"client_id": CLIENT_ID, "client_secret": ""})


def test_a_calendar_is_connected_chosen_and_let_go(
    client: FlaskClient, htmx: Callable[..., TestResponse], session: Session, salon: Salon, google: Stand
) -> None:
    edit = connected(client, salon)
    assert "sato@example.comの予定" in inspect_page(client.get(edit)).text
    refused = htmx(edit.removesuffix("/edit"), {"calendar_id": "other@example.com"})
    assert (refused.status_code, regions(refused)) == (422, ["link-form"])
    chosen = client.post(edit.removesuffix("/edit"), data={"calendar_id": "sato@example.com", "takes_busy": "y"})
    assert chosen.location == CALENDARS
    link = session.scalars(sa.select(CalendarLink)).one()
    assert (link.state, link.takes_busy, link.shows_names) == (LinkState.ACTIVE, True, False)
    assert "つながっています" in inspect_page(client.get(CALENDARS)).text
    again = htmx(f"{CALENDARS}/{link.id}/retries")
    assert regions(again) == ["link-list", "problem-list", "toasts"]
    assert regions(htmx(f"{CALENDARS}/{link.id}/delete")) == ["link-list", "problem-list", "toasts"]
    session.expire_all()
    assert session.scalars(sa.select(CalendarLink)).all() == []


def test_an_answer_to_what_nobody_asked_connects_nothing(
    client: FlaskClient, session: Session, salon: Salon, google: Stand, clock: FixedClock
) -> None:
    client.post(f"{CALENDARS}/client", data=KEYS)
    for state in ("", "forged"):
        client.get(f"{CALENDARS}/connections/new?subject=shop")
        client.get(f"{CALENDARS}/callback", query_string={"code": "good-code", "state": state})
    client.get(f"{CALENDARS}/callback?code=good-code")
    assert session.scalars(sa.select(CalendarLink)).all() == [] and google.requests == []


def test_what_google_refuses_is_said_and_nothing_is_kept(
    client: FlaskClient, session: Session, salon: Salon, google: Stand
) -> None:
    google.fail("POST", "/token", 503)
    assert connected(client, salon) == CALENDARS
    assert "一時的な問題" in client.get(CALENDARS).text and session.scalars(sa.select(CalendarLink)).all() == []


def test_a_list_that_google_does_not_give_is_said(client: FlaskClient, salon: Salon, google: Stand) -> None:
    edit = connected(client, salon)
    google.fail("GET", "/calendarList", 500)
    assert "一覧を受け取れませんでした" in inspect_page(client.get(edit)).text


def test_what_could_not_be_written_is_listed_in_few_queries(
    client: FlaskClient, session: Session, salon: Salon, google: Stand
) -> None:
    edit = connected(client, salon)
    client.post(edit.removesuffix("/edit"), data={"calendar_id": "sato@example.com"})
    link = session.scalars(sa.select(CalendarLink)).one()
    for minute in (600, 660, 720):
        book(session, a_friend(session, display_name="山田"), salon, minute=minute, provider_id=salon.sato)
    session.execute(sa.update(CalendarEvent).values(is_due=False, reason="権限がありません。"))
    session.commit()
    statements = statements_of(session)
    found = inspect_page(client.get(CALENDARS))
    assert len(found.select("#problem-list tbody tr")) == 3 and len(statements) <= 12, len(statements)
    made = found.select_one("#problem-list tbody a")
    assert made is not None and "権限がありません。" in inspect_page(client.get(str(made["href"]))).text
    client.post(f"{CALENDARS}/{link.id}/retries")
    session.expire_all()
    assert session.scalars(sa.select(CalendarEvent.is_due)).all() == [True] * 3


def test_who_may_not_set_up_sees_nothing_of_it(outsider: FlaskClient, salon: Salon) -> None:
    for path in ("", "/client", "/connections/new?subject=shop", "/callback"):
        assert outsider.get(CALENDARS + path).status_code == 403
