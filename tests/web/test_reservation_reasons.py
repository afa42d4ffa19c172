"""なぜ×? on screen."""

import pytest

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import Role
from tests.engine.reservations.salon import NOON, a_salon, visit
from tests.factories import NOW, a_friend, a_staff
from tests.web.conftest import browser_of

URL = "/reservations/why"


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


def test_a_cross_leads_to_its_reason_and_to_where_it_is_changed(page, session, salon):
    taken = visit(salon, minute=NOON, provider_id=salon.sato)
    booking.write_down(session, a_friend(session), taken, by=by_staff(None), now=NOW)
    session.commit()
    assert page(URL).select(f"[name=courses][value='{salon.cut}']")
    day = page(f"{URL}?courses={salon.cut}&provider={salon.sato}&calendar={salon.page_id}&date=2026-03-06")
    crosses = [link for link in day.select(".why-starts a") if "×" in link.text]
    assert [link.text[:5] for link in crosses] == ["11:30", "12:00", "12:30", "18:30"]
    why = page(crosses[1]["href"])
    assert "佐藤さんは予約が入っています(12:00–13:00)。" in why.text and "席は空いています(1/2)。" in why.text
    assert why.select("a[href='/reservations/board?date=2026-03-06']")
    assert "この時間は予約できます" in page(day.select(".why-starts a")[0]["href"]).text


def test_a_customer_can_be_asked_about(page, session, salon):
    hanako = a_friend(session, display_name="山田花子", search_text="山田花子")
    booking.write_down(session, hanako, visit(salon, minute=NOON), by=by_staff(None), now=NOW)
    session.commit()
    url = f"{URL}?courses={salon.cut}&date=2026-03-06&time=12:00&customer=山田"
    assert page(url).select(f"[name=friend][value='{hanako.id}']")
    assert "山田花子様は、同じ時間帯に別のご予約があります。" in page(f"{url}&friend={hanako.id}").text


def test_who_may_not_change_the_settings_gets_reasons_without_links(app, session, salon):
    person = a_staff(session, role=Role.STAFF)
    session.commit()
    answer = browser_of(app, person).get(f"{URL}?courses={salon.cut}&date=2026-03-06&time=23:00")
    assert "営業時間(10:00–19:00)の外です。" in answer.text and "営業時間を見る" not in answer.text


def test_odd_questions_get_an_answer(page, salon):
    for query in ("courses=999&date=x&time=x", f"courses={salon.cut}&options=999&date=2026-03-06", "courses=x"):
        page(f"{URL}?{query}")
    assert page(f"{URL}?courses=999&date=2026-03-06").select(".why-verdict")
