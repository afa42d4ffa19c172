"""The calendar of what goes out: reckoned once an hour, shown by day."""

import pytest

from lstep_lite.engine import scenarios
from tests.counting import statements_of
from tests.factories import NOW, a_friend, a_scenario, a_step
from tests.web.conftest import regions


@pytest.fixture
def scenario(session, owner):
    made = a_scenario(session, a_step("翌日", days=1, at="12:00"), name="はじめての方へ")
    scenarios.start(session, made, a_friend(session), now=NOW)
    session.commit()
    return made


def test_the_first_look_asks_for_the_reckoning_and_the_page_then_shows_each_day(page, htmx, scenario):
    fresh = page("/outlook")
    assert fresh.select_one("form[action='/outlook'] button") and "お待ちください" in fresh.get_text()

    answer = htmx("/outlook", {"month": "2026-03"})

    assert regions(answer) == ["month"] and "はじめての方へ" in answer.text
    shown = page("/outlook?month=2026-03")
    assert shown.select_one(f".outlook-day a[href$='/scenarios/{scenario.id}']")
    assert "最大1" in shown.get_text() and "1通" in shown.get_text()


def test_showing_costs_the_same_however_much_is_in_it(page, htmx, session, scenario):
    htmx("/outlook", {"month": "2026-03"})
    page("/outlook")
    few = statements_of(session)
    page("/outlook")
    shown = len(few)
    for _ in range(5):
        scenarios.start(
            session, a_scenario(session, a_step("あさって", days=2, at="12:00")), a_friend(session), now=NOW
        )
    session.commit()
    htmx("/outlook", {"month": "2026-03"})
    many = statements_of(session)
    page("/outlook")
    assert len(many) == shown


def test_without_htmx_reckoning_leads_back_to_the_month(client, scenario):
    answer = client.post("/outlook", data={"month": "2026-04"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/outlook?month=2026-04")


def test_who_may_not_edit_messages_sees_nothing_of_it(outsider):
    assert outsider.get("/outlook").status_code == 403
    assert outsider.post("/outlook").status_code == 403
