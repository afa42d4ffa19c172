"""Bookings as a file."""

import csv
import io
import zipfile

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import booking, ending
from lstep_lite.models import Encoding, Export
from tests.engine.reservations.salon import FRIDAY, TODAY, a_salon, order, visit
from tests.factories import NOW, a_friend

URL = "/reservations/exports"
MARCH = {"first": "2026-03-01", "last": "2026-03-31", "states": ["confirmed"], "kind": "csv"}


@pytest.fixture
def salon(session, owner):
    late = {str(day): [[600, 1560]] for day in range(7)}
    made = a_salon(session, hours=late)
    session.commit()
    return made


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_file_has_what_was_asked_for_in_order(page, client, session, salon):
    dangerous = a_friend(session, display_name="=HYPERLINK(1)", phone="+81-3-1")
    later = booking.write_down(session, dangerous, visit(salon, minute=1470), by=by_staff(None), now=NOW, force=True)
    booked = booking.order(session, a_friend(session), order(salon), page=salon.page, now=NOW)
    gone = booking.write_down(session, a_friend(session), visit(salon, TODAY), by=by_staff(None), now=NOW, force=True)
    ending.cancel_by_staff(session, gone, by=by_staff(None), now=NOW)
    booked.values = [{"label": "ご紹介者", "text": "山本様"}]
    session.commit()
    page(f"{URL}/new")
    found = rows(client.post(URL, data=MARCH))
    assert [row["予約番号"] for row in found] == [booked.number, later.number]
    assert (found[1]["日付"], found[1]["開始"], found[1]["終了"]) == ("2026-03-06", "24:30(翌0:30)", "25:30(翌1:30)")
    assert (found[1]["お客様"], found[1]["電話番号"]) == ("'=HYPERLINK(1)", "'+81-3-1")
    assert (found[0]["予約の方法"], found[0]["カレンダー"], found[0]["料金"]) == ("LINE", "ネット予約", "5500")
    assert (found[0]["質問への回答"], found[0]["うち指名料"]) == ("ご紹介者：山本様", "0")
    written = session.scalars(sa.select(Export)).one()
    assert (written.row_count, written.encoding) == (2, Encoding.UTF8)


def test_excel_gets_words_and_numbers_never_formulas(client, session, salon):
    friend = a_friend(session, display_name="=1+1")
    booking.write_down(session, friend, visit(salon), by=by_staff(None), now=NOW)
    session.commit()
    answer = client.post(URL, data=MARCH | {"kind": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<t>=1+1</t>" in sheet and "<v>5500</v>" in sheet and "<f" not in sheet and "hyperlink" not in sheet


def test_old_programs_get_shift_jis(client, session, salon):
    booking.write_down(session, a_friend(session, display_name="髙橋"), visit(salon), by=by_staff(None), now=NOW)
    session.commit()
    assert "髙橋" in client.post(URL, data=MARCH | {"kind": "sjis"}).data.decode("cp932")


def test_a_provider_alone(client, session, salon):
    for provider_id in (salon.sato, salon.suzuki):
        booking.write_down(
            session, a_friend(session), visit(salon, FRIDAY, provider_id=provider_id), by=by_staff(None), now=NOW
        )
    session.commit()
    assert [row["スタッフ"] for row in rows(client.post(URL, data=MARCH | {"provider": salon.sato}))] == ["佐藤"]


def test_what_can_not_be_meant_is_said_and_nothing_is_written_down(client, session, salon):
    answer = client.post(URL, data=MARCH | {"last": "2026-02-01", "states": []})
    assert answer.status_code == 422 and "より後の日付" in answer.text and "1つ以上" in answer.text
    assert not session.scalars(sa.select(Export)).all()


def test_only_who_may_take_people_out(outsider, salon):
    assert outsider.get(f"{URL}/new").status_code == 403 and outsider.post(URL, data=MARCH).status_code == 403
