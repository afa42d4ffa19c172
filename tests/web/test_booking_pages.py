"""Booking pages, people, shifts, hours and conditions on screen."""

import io
from datetime import date

import pytest

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import options, pages, pools, presets, providers, quick
from lstep_lite.engine.reservations.keeping.pages import PageDraft
from lstep_lite.engine.reservations.keeping.providers import ProviderDraft
from lstep_lite.models import BookingPage
from tests.factories import NOW
from tests.web.conftest import regions


@pytest.fixture
def person(session, owner):
    presets.take(session, presets.get("hair"), now=NOW)
    made = quick.add_person(session, ProviderDraft("佐藤"), day_off=[1], breaks=((780, 840),), by=by_staff(1), now=NOW)
    session.commit()
    return made


@pytest.fixture
def booking_page(session, person):
    made = pages.create(session, PageDraft("ネット予約", "ご予約"), now=NOW)
    session.commit()
    return made


def test_every_page_holds_together(page, session, person, booking_page):
    group, pool = options.groups(session)[0], pools.in_order(session)[0]
    option = options.by_group(session)[group.id][0]
    for url in (
        "pages", "pages/new", f"pages/{booking_page.id}", f"pages/{booking_page.id}/edit",
        "options", "options/new", f"options/{option.id}/edit", "options/groups/new", f"options/groups/{group.id}/edit",
        "providers", "providers/new", f"providers/{person.id}/edit", f"providers/{person.id}/skills",
        f"providers/{person.id}/week", "shifts", "shifts?month=2026-04", f"shifts/{person.id}/2026-03",
        "pools", "pools/new", f"pools/{pool.id}/edit", "hours", "settings",
    ):  # fmt: skip
        page(f"/reservations/{url}")


def test_a_page_is_opened_and_shut_in_place(htmx, session, booking_page):
    answer = htmx(f"/reservations/pages/{booking_page.id}/switch", {"is_on": "yes"})
    assert regions(answer)[0] == "page-state"
    assert session.get_one(BookingPage, booking_page.id, populate_existing=True).is_open
