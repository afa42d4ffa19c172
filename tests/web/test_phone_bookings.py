"""Bookings by phone on screen: the page, what it says while one types, and writing it down."""

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup

from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import BookedBy, Delivery, Friend, ProviderSkill, Reservation, ReservationEntry
from tests.engine.reservations.salon import FRIDAY, TEN, a_salon
from tests.engine.reservations.salon import visit as a_visit
from tests.factories import NOW, a_friend
from tests.web.conftest import regions

URL = "/reservations"


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


@pytest.fixture
def hanako(session, salon):
    names = {
        "display_name": "山田花子",
        "real_name": "山田花子",
        "kana": "ヤマダハナコ",
        "phone": "090-1234-5678",
        "phone_key": "09012345678",
    }
    made = a_friend(session, search_text="山田花子\nやまだはなこ\n09012345678", **names)
    session.commit()
    return made


@pytest.fixture
def typed(salon, hanako):
    """What is posted for a cut with 佐藤 on Friday at ten."""
    return {
        "friend_id": str(hanako.id),
        "day": FRIDAY.isoformat(),
        "start": "10:00",
        "courses": str(salon.cut),
        "provider_id": str(salon.sato),
        "party": "1",
        "booked_by": "phone",
        "tells": "y",
        "key": "k",
    }


def bookings(session):
    return session.scalars(sa.select(Reservation).order_by(Reservation.id)).all()


def test_a_link_knows_who_what_when_and_with_whom(page, salon, hanako):
    shown = page(f"{URL}/new?date={FRIDAY}&start=630&provider={salon.sato}&friend_id={hanako.id}&course={salon.cut}")
    assert shown.select_one("[name=start]")["value"] == "10:30"
    assert shown.select_one(f"[name=friend_id][value='{hanako.id}']").has_attr("checked")
    assert shown.select_one(f"[name=courses][value='{salon.cut}']").has_attr("checked")
    assert "10:30〜11:30" in shown.text and "5,500円" in shown.text


def test_in_the_side_panel_it_is_the_panel_alone(htmx, salon):
    assert regions(htmx(f"{URL}/new?date={FRIDAY}&start=24:30", method="GET"))[0] == "taking-panel"


def test_a_double_click_is_one_booking_and_the_customer_is_told(client, session, typed):
    for _ in range(2):
        assert client.post(URL, data=typed).status_code == 303
    (made,) = bookings(session)
    assert made.booked_by is BookedBy.PHONE and made.price == 5500, "nobody pays for a choice of the shop"
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1


def test_nobody_is_told_whom_staff_leave_out(client, session, typed):
    client.post(URL, data={**{name: typed[name] for name in typed if name != "tells"}, "tells_shown": "1"})
    assert bookings(session) and session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0


def test_asked_for_by_the_customer_costs_the_fee(client, session, typed):
    client.post(URL, data=typed | {"is_nominated": "y"})
    assert bookings(session)[0].price == 6050 and bookings(session)[0].is_nominated


def test_a_new_customer_is_a_name_and_a_number_and_once_only(client, session, typed):
    new = typed | {"friend_id": "0", "real_name": "電話 太郎", "phone": "03-1111-2222"}
    for _ in range(2):  # a double click
        answer = client.post(URL, data=new, follow_redirects=True)
    assert "LINEでは知らせられません" in answer.text
    friend = session.scalars(sa.select(Friend).where(Friend.real_name == "電話 太郎")).one()
    assert friend.line_user_id is None and [each.friend_id for each in bookings(session)] == [friend.id]


def test_a_number_somebody_has_is_said_before_there_are_two_of_them(client, session, htmx, typed):
    new = typed | {"friend_id": "0", "real_name": "山田", "phone": "09012345678"}
    looked = htmx(f"{URL}/new?part=customers", new)
    assert regions(looked)[0] == "taking-customers" and "この電話番号のお客様がいます" in looked.text
    refused = client.post(URL, data=new)
    assert refused.status_code == 422 and not bookings(session)
    assert "別のお客様として登録する" in refused.text
    assert client.post(URL, data=new | {"is_other": "y"}).status_code == 303


def test_who_meets_whom_is_told_with_the_ways_out_and_staff_may_insist(client, session, salon, hanako, typed):
    client.post(URL, data=typed)
    other = a_friend(session, display_name="鈴木一郎")
    session.commit()
    again = typed | {"friend_id": str(other.id), "key": "other"}
    refused = client.post(URL, data=again)
    shown = BeautifulSoup(refused.text, "html.parser")
    assert refused.status_code == 409 and shown.select_one("[data-code=SLOT_TAKEN]")
    assert "この時間は佐藤さんの予約(山田花子様 10:00–11:00)と重なります。" in shown.text
    picks = {each["value"] for each in shown.select("[name=pick]")}
    assert f"{FRIDAY} 660" in picks and f"p{salon.suzuki}" in picks and "それでも登録する" in shown.text
    assert client.post(URL, data=again | {"force": "y"}).status_code == 303
    made = bookings(session)[1]
    entry = session.scalars(sa.select(ReservationEntry).where(ReservationEntry.reservation_id == made.id)).one()
    assert made.is_forced and not made.is_outside
    assert "佐藤さんは予約が入っています" in entry.reason and "山田" not in entry.reason


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("OVERLAPS_OWN", {"provider_id": "suzuki"}),
        ("CLOSED", {"start": "21:00"}),
        ("BAD_TIME", {"start": "12:03"}),
        ("SKILL_MISMATCH", {"start": "13:00", "courses": ["color"], "provider_id": "suzuki"}),
    ],
)
def test_why_not_is_told_by_code_too(client, session, salon, typed, code, wrong):
    session.execute(sa.delete(ProviderSkill).filter_by(provider_id=salon.suzuki, course_id=salon.color))
    session.commit()
    client.post(URL, data=typed)
    meant = {name: str(getattr(salon, value, value)) for name, value in wrong.items() if name != "courses"}
    meant |= {"courses": [str(getattr(salon, each)) for each in wrong["courses"]]} if "courses" in wrong else {}
    refused = client.post(URL, data=typed | meant | {"key": "other"})
    assert refused.status_code in (409, 422) and len(bookings(session)) == 1
    codes = [each["data-code"] for each in BeautifulSoup(refused.text, "html.parser").select("[data-code]")]
    assert code in codes


def test_outside_the_hours_only_knowingly(client, session, typed):
    late = typed | {"start": "21:00"}
    assert client.post(URL, data=late).status_code == 409
    client.post(URL, data=late | {"force": "y"})
    (made,) = bookings(session)
    assert made.is_outside and not made.is_forced and made.start_minute == 1260


def test_a_button_for_a_time_or_another_provider_fills_in_the_form(htmx, salon, typed):
    shown = htmx(f"{URL}/new", typed | {"pick": f"{FRIDAY} 690"})
    assert regions(shown)[0] == "taking-panel" and 'value="11:30"' in shown.text and "11:30〜12:30" in shown.text
    assert f'value="{salon.suzuki}" selected' in htmx(f"{URL}/new", typed | {"pick": f"p{salon.suzuki}"}).text


def test_found_by_the_last_digits_and_by_kana(htmx, hanako, typed):
    for text in ("5678", "ヤマダ"):
        assert "山田花子" in htmx(f"{URL}/new?part=customers", {"q": text}).text
    assert "見つかりませんでした" in htmx(f"{URL}/new?part=customers", {"q": "0000"}).text


def test_what_is_missing_is_said_and_nothing_is_kept(client, session, typed):
    answer = client.post(URL, data={"friend_id": "0", "day": "", "start": "いつか", "key": "k", "note": "窓ぎわ"})
    assert answer.status_code == 422 and not bookings(session)
    for words in ("メニューを1つ以上", "日付を選んで", "時刻は「18:00」のように", "窓ぎわ"):
        assert words in answer.text


@pytest.mark.parametrize(
    "wrong", [{"start": ""}, {"day": "9999-12-31"}, {"day": "0001-01-01"}, {"courses": ["9" * 30]}]
)
def test_what_no_calendar_and_no_list_knows_is_refused(client, session, typed, wrong):
    for force in ({}, {"force": "y"}):
        assert client.post(URL, data=typed | wrong | force).status_code == 422
    assert not bookings(session)


@pytest.mark.parametrize(
    "pick", ["xx 600", "9999-12-31 600", f"{FRIDAY} 99999", f"{FRIDAY} {'9' * 5000}", "p" + "9" * 5000]
)
def test_a_button_that_is_none_changes_nothing(htmx, typed, pick):
    assert 'value="10:00"' in htmx(f"{URL}/new", typed | {"pick": pick}).text


def test_limits_of_customers_are_told_and_stop_nobody(client, session, salon, hanako, typed):
    for minute in (TEN, TEN + 60):
        booking.write_down(session, hanako, a_visit(salon, FRIDAY, minute), by=booking.recording.CUSTOMER, now=NOW)
    session.commit()
    shown = client.get(f"{URL}/new?friend_id={hanako.id}").text
    assert "お客様がご自分で取れる予約の数(2件)に達しています" in shown
    assert client.post(URL, data=typed | {"start": "15:00"}).status_code == 303


def test_it_costs_the_same_for_many_bookings(page, session, salon, count_queries):
    url = f"{URL}/new?date={FRIDAY}&course={salon.cut}&start=600"
    with count_queries() as few:
        page(url)
    for number in range(6):
        visit = a_visit(salon, FRIDAY, TEN + 60 * number)
        booking.write_down(session, a_friend(session), visit, by=booking.recording.CUSTOMER, now=NOW)
    session.commit()
    with count_queries() as many:
        page(url)
    assert len(many) <= len(few)


def test_whoever_is_at_the_desk_takes_bookings_and_nobody_from_outside(outsider, anybody, session, typed):
    assert outsider.get(f"{URL}/new").status_code == 200
    assert anybody.get(f"{URL}/new").status_code == 303
    assert anybody.post(URL, data=typed).status_code == 303 and not bookings(session)
