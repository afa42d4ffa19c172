"""A day on paper."""

import pytest

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import booking, visiting
from tests.engine.reservations.salon import ELEVEN, NOON, TODAY, a_salon, visit
from tests.factories import NOW, a_friend

BY = by_staff(None)


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


def test_a_day_is_listed_by_the_clock_and_by_who_serves(page, session, salon):
    hanako = a_friend(session, display_name="山田花子", kana="ヤマダ ハナコ")
    first = booking.write_down(session, hanako, visit(salon, TODAY, 600, provider_id=salon.sato), by=BY, now=NOW)
    visiting.complete(session, first, by=BY, now=NOW)
    booking.write_down(session, hanako, visit(salon, TODAY, NOON, provider_id=salon.suzuki), by=BY, now=NOW)
    taro = a_friend(session, display_name="鈴木 太郎")
    note = visit(salon, TODAY, ELEVEN, provider_id=salon.sato, staff_note="窓側の席")
    booking.write_down(session, taro, note, by=BY, now=NOW)
    session.commit()
    shown = page("/reservations/prints")
    by_clock, sato, suzuki = shown.select(".day-sheet section")
    assert [cell.text[:5] for cell in by_clock.select(".sheet-time")] == ["10:00", "11:00", "12:00"]
    assert ("佐藤" in sato.h3.text, len(sato.select("tbody tr")), len(suzuki.select("tbody tr"))) == (True, 2, 1)
    assert "新規" in by_clock.select("tr")[1].text and "2回目" in by_clock.select("tr")[3].text
    assert "窓側の席" not in shown.text and "窓側の席" in page("/reservations/prints?notes=y").text


def test_with_initials_no_name_is_on_the_paper(page, session, salon):
    booking.write_down(
        session, a_friend(session, display_name="山田花子", kana="ヤマダ ハナコ"), visit(salon), by=BY, now=NOW
    )
    booking.write_down(session, a_friend(session, display_name="田中"), visit(salon, minute=NOON), by=BY, now=NOW)
    session.commit()
    sheet = page("/reservations/prints?date=2026-03-06&initials=y&order=time").select_one(".day-sheet").text
    assert "ヤ・ハ様" in sheet and "田…様" in sheet and "山田" not in sheet and "田中" not in sheet


def test_an_empty_day_says_so(page, salon):
    assert "予約はありません" in page("/reservations/prints?date=2026-04-01").text


def test_it_costs_the_same_for_many(page, session, salon, count_queries):
    booking.write_down(session, a_friend(session), visit(salon), by=BY, now=NOW)
    session.commit()
    with count_queries() as few:
        page("/reservations/prints?date=2026-03-06")
    for minute in (ELEVEN, NOON, NOON + 60):
        booking.write_down(session, a_friend(session), visit(salon, minute=minute), by=BY, now=NOW)
    session.commit()
    with count_queries() as many:
        assert len(page("/reservations/prints?date=2026-03-06").select("section")) > 1
    assert len(many) == len(few)
