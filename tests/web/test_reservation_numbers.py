"""集計 on screen: periods and filters, what leads where, and files."""

import random
from datetime import date

import pytest

from lstep_lite.models import ReservationState
from tests.engine.reservations.salon import a_salon
from tests.engine.reservations.test_numbers import a_booking, many
from tests.factories import a_friend

URL = "/reservations/numbers"


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    friend_id = a_friend(session, display_name="山田花子").id
    line = [(made.cut, None, 5500)]
    a_booking(session, friend_id, date(2026, 2, 6), 600, provider_id=made.sato, amount=6050, lines=line)
    missed = {"state": ReservationState.NO_SHOW, "reason": "=HYPERLINK(1)"}
    a_booking(session, friend_id, date(2026, 3, 2), 600, provider_id=made.sato, lines=line, **missed)
    session.commit()
    return made


def test_a_month_a_quarter_and_days_of_ones_own(page, salon):
    assert "2026年3月1日〜3月31日" in page(URL).text
    february = page(f"{URL}?month=2026-02")
    assert "6,050円" in february.text and "2026年2月1日〜2月28日" in february.text
    assert "2026年1月1日〜3月31日" in page(f"{URL}?span=quarter").text
    own = page(f"{URL}?span=own&first=2026-02-06&last=2026-02-06&provider={salon.sato}&course={salon.cut}")
    assert "6,050円" in own.text and own.select_one("#numbers-days tbody tr")["data-percent"] != "0"


def test_what_makes_no_sense_is_told_and_the_month_is_shown(page, salon):
    for query, words in (
        ("first=2026-02-06&last=2026-02-01", "終わりの日は"),
        ("first=2020-01-01&last=2026-02-01", "2年分まで"),
        ("first=x&last=", "選んでください"),
    ):
        found = page(f"{URL}?span=own&{query}")
        assert words in found.text and "2026年3月1日〜3月31日" in found.text
    assert "2026年3月1日〜3月31日" in page(f"{URL}?month=99999-01&provider=x").text


def test_numbers_lead_to_the_bookings_behind_them(page, salon):
    links = {link["href"] for link in page(f"{URL}?month=2026-03").select("main a[href^='/reservations?']")}
    for part in ("show=no_show", "way=line"):
        [target] = [each for each in links if part in each]
        assert "山田花子" in page(target).text and "first=2026-03-01" in target


def test_tables_leave_as_files(client, salon):
    answer = client.get(f"{URL}/providers.csv?month=2026-02")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.get_data().decode("utf-8-sig").splitlines() == [
        "担当者,会計（件）,売上（円）,1件あたり（円）",
        "佐藤,1,6050,6050",
    ]
    assert "担当者".encode("cp932") in client.get(f"{URL}/providers.csv?kind=sjis").get_data()
    assert client.get(f"{URL}/nothing.csv").status_code == 404


def test_sales_are_for_those_who_run_the_shop(outsider, salon):
    assert outsider.get(URL).status_code == 403
    assert outsider.get(f"{URL}/menu.csv").status_code == 403


def test_it_costs_the_same_for_many(page, session, salon, count_queries):
    with count_queries() as few:
        page(f"{URL}?month=2026-02")
    many(session, salon, random.Random(5))
    session.commit()
    with count_queries() as lots:
        page(f"{URL}?month=2026-02")
    assert len(lots) == len(few) and len(lots) <= 30
