"""Booking as customers meet it: step by step, twice, too late, and when somebody was quicker."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from itsdangerous import URLSafeSerializer

from lstep_lite.blueprints.liff import sessions
from lstep_lite.engine.reservations.customer import addresses
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import (
    BookingCustomer,
    BookingPage,
    Course,
    CourseState,
    Friend,
    Reservation,
    ReservationSettings,
    ReservationState,
)
from tests.engine.reservations.salon import FRIDAY, TEN, a_salon, order
from tests.factories import NOW, a_friend, a_question, a_survey_page
from tests.web.conftest import inspect_page

KNOWN = {"real_name": "花田 桜", "kana": "ハナダ サクラ", "phone": "09012345678"}
TYPED = {"name": "花田 桜", "kana": "はなだ さくら", "phone": "090-1234-5678", "note": "静かな席"}


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


@pytest.fixture
def ann(session, salon):
    made = a_friend(session, display_name="アン", line_user_id="U" + "a" * 32)
    session.commit()
    return made


@pytest.fixture
def phone(app, ann):
    """Ann's browser."""
    return signed_in(app, ann)


def signed_in(app, friend, at=NOW):
    """A browser in which LINE has vouched for *friend*."""
    kept = {"name": f"browser-{friend.id}", "friend": friend.code, "mark": sessions.mark(friend.line_user_id)}
    signer = URLSafeSerializer(app.extensions["runtime"].settings.secret_key, salt="liff session")
    client = app.test_client()
    client.set_cookie(sessions.COOKIE, signer.dumps(kept | {"at": int(at.timestamp())}), path=sessions.PATH)
    return client


def form_of(soup):
    """What a browser would send with the last form of the page."""
    form = soup.select("main form[method=post]")[-1]
    found = {}
    for field in form.select("[name]"):
        if field.name == "button" or (field.get("type") in ("radio", "checkbox") and not field.has_attr("checked")):
            continue
        found[field["name"]] = field.text.strip("\n") if field.name == "textarea" else field.get("value", "")
    return form["action"], found


def send(client, soup, **typed):
    action, found = form_of(soup)
    return client.post(action, data=found | typed)


def known(session, friend):
    for name, value in KNOWN.items():
        setattr(friend, name, value)
    session.commit()


def bookings(session):
    session.expire_all()
    return session.scalars(sa.select(Reservation).order_by(Reservation.id)).all()


def confirm_page(client, more="course=カット&staff=any&day=2026-03-06&minute=600"):
    return client.get(f"/liff/bookings/page/orders/new?{more}")


def code_of(answer):
    found = BeautifulSoup(answer.text, "html.parser").select_one("[data-code]")
    return found["data-code"] if found else None


def booked(session, salon, friend, minute=TEN, **over):
    made = booking.order(session, friend, order(salon, FRIDAY, minute, **over), page=salon.page, now=NOW)
    session.commit()
    return made


def test_a_first_visit_from_the_menu_to_the_number(phone, session, ann):
    menu = inspect_page(phone.get("/liff/bookings/page"))
    assert [each["value"] for each in menu.select("[name=course]")] == ["カット", "カラー"]
    assert "約60分・5,500円(税込)" in menu.text
    options = phone.get("/liff/bookings/page?go=1&course=カット", follow_redirects=True)
    assert options.request.path.endswith("/options") and "+20分・+3,300円" in inspect_page(options).text
    people = phone.get("/liff/bookings/page/options?go=1&course=カット&option=treatment", follow_redirects=True)
    assert people.request.path.endswith("/providers")
    persons = inspect_page(people)
    assert "指名なし" in persons.text and "指名料550円" in persons.text and "最短 3月5日(木) 12:00" in persons.text
    week = inspect_page(phone.get(persons.select(".person")[1]["href"]))
    ten = next(each for each in week.select("a.mark") if "3月6日 10:00" in each.text)
    details = phone.get(ten["href"], follow_redirects=True)
    assert details.request.path.endswith("/details")
    confirm = inspect_page(phone.get(send(phone, inspect_page(details), **TYPED).location))
    for words in ("3月6日(金) 10:00〜11:20ごろ", "佐藤（ご指名）", "9,350円", "前日18:00まで", "静かな席"):
        assert words in confirm.text
    done = send(phone, confirm)
    shown = inspect_page(phone.get(done.location))
    [made] = bookings(session)
    assert made.number in shown.text and "ご予約が確定しました" in shown.text
    assert (made.price, made.customer_note, made.is_nominated) == (9350, "静かな席", True)
    person = session.get(Friend, ann.id)
    assert (person.real_name, person.kana, person.phone) == ("花田 桜", "ハナダ サクラ", "09012345678")
    assert session.get(BookingCustomer, ann.id).draft is None


def test_looking_around_writes_nothing(phone, session, ann, salon):
    known(session, ann)
    for path in ("", "/options", "/providers", "/starts", "/days", "/details", "/orders/new"):
        more = "course=カット&staff=any&day=2026-03-06&minute=600"
        assert phone.get(f"/liff/bookings/page{path}?{more}").status_code in (200, 303)
    made = booked(session, salon, ann)
    for path in ("", "/starts", "/changes/new?day=2026-03-07&minute=600", "/cancellation", "/calendar", "/done"):
        assert phone.get(f"/liff/bookings/own/{made.code}{path}").status_code == 200
    assert [(each.state, each.version) for each in bookings(session)] == [(ReservationState.CONFIRMED, 1)]


def test_a_double_tap_is_one_booking(phone, session, ann):
    known(session, ann)
    page = inspect_page(confirm_page(phone))
    first, second = send(phone, page), send(phone, page)
    assert first.status_code == 303 and first.location == second.location
    assert len(bookings(session)) == 1


def test_a_time_that_is_gone_leads_to_the_nearest_and_keeps_what_was_typed(phone, session, ann, salon):
    details = inspect_page(phone.get("/liff/bookings/page/details?course=カット&staff=any&day=2026-03-06&minute=600"))
    page = inspect_page(phone.get(send(phone, details, **TYPED).location))
    booked(session, salon, a_friend(session))
    booked(session, salon, a_friend(session))
    answer = send(phone, page)
    soup = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 409 and code_of(answer) == "SLOT_TAKEN" and len(bookings(session)) == 2
    assert "入力内容はそのままです" in soup.text and "静かな席" in soup.text
    nearest = soup.select(".booking-problem a.button")
    assert [each.text for each in nearest] == [f"3月6日(金) {each}" for each in ("11:00", "11:30", "12:00")]
    assert send(phone, inspect_page(phone.get(nearest[0]["href"]))).status_code == 303
    assert (bookings(session)[-1].start_minute, bookings(session)[-1].customer_note) == (660, "静かな席")


def test_a_mistake_in_ones_details_is_told_at_the_field(phone, session):
    page = inspect_page(phone.get("/liff/bookings/page/details?course=カット&staff=any&day=2026-03-06&minute=600"))
    answer = send(phone, page, **TYPED | {"phone": "なし"})
    soup = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    assert soup.select_one("#i-phone")["aria-invalid"] == "true" and soup.select_one("#i-name")["value"] == "花田 桜"
    assert "静かな席" in inspect_page(phone.get("/liff/bookings/page/details")).select_one("textarea").text


def test_a_new_price_is_shown_before_anything_is_booked(phone, session, ann, salon):
    known(session, ann)
    page = inspect_page(confirm_page(phone))
    session.execute(sa.text("UPDATE courses SET price = 6050 WHERE code = 'カット'"))
    session.commit()
    answer = send(phone, page)
    assert (answer.status_code, code_of(answer)) == (409, "PRICE_CHANGED") and not bookings(session)
    assert "5,500円→6,050円" in answer.text
    assert send(phone, BeautifulSoup(answer.text, "html.parser")).status_code == 303


def test_the_policy_has_to_be_agreed_to_and_the_tick_stays(phone, session, ann, salon):
    known(session, ann)
    session.get(ReservationSettings, 1).policy = {"consent_text": "前日以降のキャンセルはご遠慮ください。"}
    session.commit()
    page = inspect_page(confirm_page(phone))
    answer = send(phone, page)
    assert (answer.status_code, code_of(answer)) == (422, "CONSENT_REQUIRED") and not bookings(session)
    instead = BeautifulSoup(answer.text, "html.parser").body["data-instead"]
    assert inspect_page(phone.get(instead)).h1.get_text() == "内容をご確認ください", "where one comes back to"
    booked(session, salon, a_friend(session), consents=True)
    booked(session, salon, a_friend(session), consents=True)
    taken = BeautifulSoup(send(phone, page, consent="1").text, "html.parser")
    assert taken.select_one("[name=consent]").has_attr("checked")


def test_requests_say_that_they_are_not_settled(phone, session, ann):
    known(session, ann)
    session.get(ReservationSettings, 1).policy = {"approval": "all"}
    session.commit()
    page = inspect_page(confirm_page(phone))
    assert page.select("main form button")[-1].text == "この内容で申し込む"
    shown = inspect_page(phone.get(send(phone, page).location))
    assert "まだ確定ではありません" in shown.text and "24時間以内" in shown.text


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ("course=なし", "CLOSED", "メニューを選び直す"),
        ("course=カラー&staff=p3&day=2026-03-06&minute=600", "SKILL_MISMATCH", "担当者を選び直す"),
        ("course=カット&staff=any&day=2026-03-05&minute=660", "TOO_LATE", "電話する"),
        ("course=カット&staff=any&day=2026-03-06&minute=605", "BAD_TIME", "ほかの日時を選ぶ"),
        ("course=カット&staff=any&day=2026-06-06&minute=600", "OUT_OF_WINDOW", "ほかの日時を選ぶ"),
        ("course=カット&staff=any&day=x&minute=600", "BAD_TIME", ""),
    ],
)
def test_what_cannot_be_booked_says_why_and_where_to_go(phone, session, ann, salon, more, code, words):
    known(session, ann)
    more = more.replace("p3", session.scalar(sa.text("SELECT code FROM providers WHERE name = '鈴木'")))
    answer = confirm_page(phone, more) if "day" in more else phone.get(f"/liff/bookings/page?{more}")
    assert (answer.status_code, code_of(answer)) == (409, code)
    assert words in answer.text


def test_too_many_and_overlapping_bookings_lead_to_ones_own(phone, session, ann, salon):
    known(session, ann)
    booked(session, salon, ann)
    overlapping = confirm_page(phone)
    assert code_of(overlapping) == "OVERLAPS_OWN" and "/liff/bookings/own" in overlapping.text
    booked(session, salon, ann, 720)
    many = confirm_page(phone, "course=カット&staff=any&day=2026-03-06&minute=900")
    assert code_of(many) == "LIMIT_EXCEEDED" and "2件まで" in many.text


def test_the_same_as_last_time_takes_two_taps(phone, session, ann, salon, clock):
    known(session, ann)
    made = booked(session, salon, ann, provider_id=salon.sato, option_ids=(salon.treatment,))
    clock.time = NOW + timedelta(days=20)
    session.get(Reservation, made.id).state = ReservationState.COMPLETED
    session.commit()
    kept = signed_in(phone.application, ann, clock.time)
    menu = inspect_page(kept.get("/liff/bookings/page"))
    card = menu.select_one(".again")
    assert "カット、トリートメント・佐藤" in card.text
    confirm = inspect_page(kept.get(card.select_one("a.button")["href"]))
    assert "佐藤（ご指名）" in confirm.text
    assert send(kept, confirm).status_code == 303 and len(bookings(session)) == 2


def test_the_button_of_a_message_books_the_same_again_in_two_taps(phone, session, ann, salon, clock):
    known(session, ann)
    made = booked(session, salon, ann, provider_id=salon.sato, option_ids=(salon.treatment,))
    clock.time = NOW + timedelta(days=20)
    session.get(Reservation, made.id).state = ReservationState.COMPLETED
    session.commit()
    kept = signed_in(phone.application, ann, clock.time)
    link = addresses.again(salon.page, made)
    week = inspect_page(kept.get(link, follow_redirects=True))
    confirm = inspect_page(kept.get(week.select_one("table a[href*=minute]")["href"]))
    assert "佐藤（ご指名）" in confirm.text and "トリートメント" in confirm.text
    assert send(kept, confirm).status_code == 303 and len(bookings(session)) == 2
    session.get(Course, salon.cut).state = CourseState.RETIRED
    session.commit()
    answer = kept.get(link)
    assert code_of(answer) == "CLOSED" and "前回の「カット、トリートメント」は、いま受け付けていません" in answer.text
    assert "カラー" in answer.text  # the menu is there to choose from


def test_before_the_shop_takes_bookings_customers_are_told_so_politely(phone, session, ann, salon):
    session.delete(session.get(ReservationSettings, 1))
    session.commit()
    for path in ("/liff/bookings", "/liff/bookings/page", "/liff/bookings/own", "/liff/events"):
        answer = phone.get(path)
        assert (answer.status_code, code_of(answer)) == (409, "CLOSED")
        assert (
            "ネット予約の準備をしています" in answer.text
            and "設定" not in BeautifulSoup(answer.text, "html.parser").main.text
        )


def test_the_questions_of_a_page_are_asked_and_kept_with_the_booking(phone, session, ann, salon):
    known(session, ann)
    asked = a_question(label="アレルギー", is_required=True)
    session.get(BookingPage, salon.page_id).first_document = {"pages": [a_survey_page(asked)]}
    session.commit()
    answer = confirm_page(phone)
    assert "/details" in answer.location
    page = inspect_page(phone.get(answer.location))
    assert page.select_one("#i-phone")["value"] == "090-1234-5678"
    confirm = inspect_page(phone.get(send(phone, page, **{asked["id"]: "なし"}).location))
    first, second = send(phone, confirm), send(phone, confirm)
    assert first.location == second.location and len(bookings(session)) == 1
    assert [(value["label"], value["text"]) for value in bookings(session)[0].values] == [("アレルギー", "なし")]


def test_strangers_are_asked_who_they_are_and_others_may_not_send(app, phone, session, ann, salon):
    assert "data-entry" in app.test_client().get("/liff/bookings/page").text
    known(session, ann)
    page = inspect_page(confirm_page(phone))
    other = a_friend(session, line_user_id="U" + "b" * 32)
    session.commit()
    assert send(signed_in(app, other), page).status_code == 409
    assert not bookings(session)


def test_who_has_not_added_the_account_is_asked_once_before_confirming(phone, session, ann):
    known(session, ann)
    ann.is_following = False
    session.commit()
    asked = inspect_page(confirm_page(phone))
    assert "友だち追加をお願いします" in asked.text
    later = next(each for each in asked.select("a") if each.text == "あとで")
    assert send(phone, inspect_page(phone.get(later["href"]))).status_code == 303


def test_whom_the_shop_asks_to_call_is_told_at_the_door(phone, session, ann):
    session.add(BookingCustomer(friend_id=ann.id, online="phone_only"))
    session.commit()
    answer = phone.get("/liff/bookings/page")
    assert (answer.status_code, code_of(answer)) == (409, "CLOSED") and "tel:0312345678" in answer.text
