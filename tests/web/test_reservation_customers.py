"""Customers of the shop on screen."""

from datetime import timedelta

import pytest

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.clientele import listing
from lstep_lite.engine.reservations.transitions import visiting
from lstep_lite.models import BookingCustomer, ReservationSettings
from tests.engine.reservations.salon import a_salon
from tests.engine.reservations.test_booking import book
from tests.factories import NOW, a_friend
from tests.web.conftest import regions


@pytest.fixture
def salon(session, owner):
    return a_salon(session)


@pytest.fixture
def hanako(session, salon):
    """Was here once, and comes again."""
    friend = a_friend(session, display_name="山田花子")
    visit = book(session, friend, salon)
    visiting.complete(session, visit, by=by_staff(None), now=visit.ends_at)
    book(session, friend, salon, day=visit.business_date + timedelta(days=3))
    session.commit()
    return friend


def test_the_pages_of_customers_hold_together(page, hanako):
    assert "山田花子" in page("/reservations/customers").text
    for only in listing.Only:
        page(f"/reservations/customers?only={only.value}&order=visits&q=花&after=ない")
    shown = page(f"/reservations/customers/{hanako.id}").text
    assert "来店済み" in shown and "確定済み" in shown
    assert "これからの予約" in page(f"/friends/{hanako.id}").text


def test_how_somebody_may_book_is_changed_in_place(htmx, session, hanako):
    address = f"/reservations/customers/{hanako.id}"
    answer = htmx(address, {"online": "phone_only", "is_careful": "y", "caution": "遅刻が多い"})
    assert (answer.status_code, regions(answer)) == (200, ["customer-standing", "toasts"])
    customer = session.get_one(BookingCustomer, hanako.id, populate_existing=True)
    assert (customer.online, customer.is_careful, customer.caution) == ("phone_only", True, "遅刻が多い")
    answer = htmx(address, {"online": "sometimes", "caution": ""})
    assert (answer.status_code, regions(answer)) == (422, ["customer-standing"])


def test_the_list_costs_the_same_for_many(client, session, hanako, count_queries):
    with count_queries() as few:
        client.get("/reservations/customers")
    for _ in range(10):
        session.add(BookingCustomer(friend_id=a_friend(session).id, visits=1, last_visit_at=NOW))
    session.commit()
    with count_queries() as many:
        client.get("/reservations/customers")
    assert len(many) == len(few) <= 9


def test_who_is_not_signed_in_sees_no_customers(anybody, hanako):
    assert anybody.get("/reservations/customers").status_code == 303
    assert anybody.get(f"/reservations/customers/{hanako.id}").status_code == 303
    assert anybody.post(f"/reservations/customers/{hanako.id}", data={"online": "ok"}).status_code == 303


def test_the_shop_sets_after_how_often_somebody_is_limited(client, page, session, salon):
    shown = page("/reservations/settings")
    typed = {each["name"]: each.get("value", "") for each in shown.select("#settings-form input[name]")}
    typed = {name: value for name, value in typed.items() if name not in ("csrf_token",)}
    for each in shown.select("#settings-form select"):
        chosen = each.select_one("option[selected]") or each.select_one("option")
        typed[each["name"]] = chosen["value"]
    strikes = {"strike_limit": "2", "late_strike_limit": "3", "late_strike_days": "60", "strike_online": "phone_only"}
    assert client.post("/reservations/settings", data=typed | strikes).status_code == 303
    settings = session.get_one(ReservationSettings, 1, populate_existing=True)
    assert [str(getattr(settings, name)) for name in strikes] == list(strikes.values())
    wrong = client.post("/reservations/settings", data=typed | strikes | {"late_strike_days": "0"})
    assert wrong.status_code == 422
