"""One's own bookings: looking at them, another time, cancelling, deadlines and old buttons."""

from datetime import timedelta

import sqlalchemy as sa
from bs4 import BeautifulSoup

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import changing, visiting
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.models import ReservationEntry, ReservationSettings, ReservationState, TicketBook
from tests.engine.reservations.salon import FRIDAY, NOON, TEN, at
from tests.factories import NOW, a_friend
from tests.web.conftest import inspect_page
from tests.web.test_liff_bookings import ann, booked, bookings, code_of, phone, salon, send, signed_in

__all__ = ["ann", "phone", "salon"]
OWN = "/liff/bookings/own"


def test_the_list_tells_what_lies_ahead_from_what_was(phone, session, ann, salon):
    later = booked(session, salon, ann, NOON)
    over = booked(session, salon, ann, 900)
    over.state = ReservationState.CANCELLED
    booked(session, salon, a_friend(session))
    session.commit()
    shown = inspect_page(phone.get(OWN))
    lists = shown.select("ul.people")
    assert [each["href"] for each in lists[0].select("a")] == [f"{OWN}/{later.code}"]
    assert "3月6日(金) 12:00〜13:00ごろ" in lists[0].text and "カット" in lists[0].text and "確定済み" in lists[0].text
    assert "キャンセル済み" in lists[1].text and len(lists[1].select("a")) == 1


def test_nobody_sees_the_bookings_of_others(phone, session, salon):
    made = booked(session, salon, a_friend(session))
    for path in ("", "/starts", "/cancellation", "/calendar", "/done"):
        assert phone.get(f"{OWN}/{made.code}{path}").status_code == 404


def test_another_time_is_chosen_beside_the_one_they_have(phone, session, ann, salon):
    made = booked(session, salon, ann, provider_id=salon.sato)
    week = inspect_page(phone.get(f"{OWN}/{made.code}/starts"))
    assert (
        "現在の" in week.select_one("td.now").text and "3月6日(金) 10:00〜11:00ごろ" in week.select_one(".notice").text
    )
    near = next(each for each in week.select("a.mark") if "3月6日 10:30" in each.text)
    confirm = inspect_page(phone.get(near["href"]))
    assert "3月6日(金) 10:00〜11:00ごろ" in confirm.text and "3月6日(金) 10:30〜11:30ごろ" in confirm.text
    first, second = send(phone, confirm), send(phone, confirm)
    assert first.status_code == second.status_code == 303
    assert "日時を変更しました" in inspect_page(phone.get(first.location)).text
    [moved] = bookings(session)
    assert (moved.start_minute, moved.version, moved.provider_id, moved.price) == (630, 2, salon.sato, 6050)


def test_a_change_the_shop_decides_on_says_so(phone, session, ann, salon):
    made = booked(session, salon, ann)
    session.get(ReservationSettings, 1).policy = {"changing": "ask"}
    session.commit()
    confirm = inspect_page(phone.get(f"{OWN}/{made.code}/changes/new?day=2026-03-07&minute=600"))
    assert confirm.select("main form button")[-1].text == "変更を申し込む"
    after = inspect_page(phone.get(send(phone, confirm).location))
    assert "変更のお申し込みを受け付けました" in after.text and bookings(session)[0].start_minute == TEN


def test_somebody_was_quicker_for_the_new_time(phone, session, ann, salon):
    made = booked(session, salon, ann)
    confirm = inspect_page(phone.get(f"{OWN}/{made.code}/changes/new?day=2026-03-06&minute=720"))
    booked(session, salon, a_friend(session), NOON)
    booked(session, salon, a_friend(session), NOON)
    answer = send(phone, confirm)
    assert (answer.status_code, code_of(answer)) == (409, "SLOT_TAKEN")
    assert len(BeautifulSoup(answer.text, "html.parser").select(".booking-problem a.button")) == 3
    assert bookings(session)[0].start_minute == TEN


def test_cancelling_asks_once_and_a_second_tap_changes_nothing(phone, session, ann, salon):
    made = booked(session, salon, ann)
    question = inspect_page(phone.get(f"{OWN}/{made.code}/cancellation"))
    assert "3月6日(金) 10:00のご予約をキャンセルします。よろしいですか？" in question.text
    assert len(question.select("[name=reason]")) == 4
    first, second = send(phone, question, reason="体調不良"), send(phone, question, reason="体調不良")
    assert first.location == second.location and first.status_code == 303
    assert "キャンセルを承りました" in inspect_page(phone.get(first.location)).text
    [gone] = bookings(session)
    assert (gone.state, gone.reason, gone.version) == (ReservationState.CANCELLED, "体調不良", 2)
    assert session.scalar(sa.select(sa.func.count()).select_from(ReservationEntry)) == 2


def test_after_the_deadline_the_shop_has_to_be_called(app, session, ann, salon, clock):
    made = booked(session, salon, ann)
    page = inspect_page(signed_in(app, ann).get(f"{OWN}/{made.code}/cancellation"))
    clock.time = at(FRIDAY, 0)
    late = signed_in(app, ann, clock.time)
    shown = inspect_page(late.get(f"{OWN}/{made.code}"))
    told = shown.select_one("[data-code=DEADLINE_PASSED]")
    assert "前日18:00まで" in told.text and shown.select_one("a[href='tel:0312345678']")
    assert not shown.select(f"a[href*='{made.code}/cancellation']")
    answer = send(late, page)
    assert (answer.status_code, code_of(answer)) == (409, "DEADLINE_PASSED")
    assert bookings(session)[0].state is ReservationState.CONFIRMED


def test_late_cancelling_is_marked_where_the_shop_lets_it_be(app, session, ann, salon, clock):
    session.get(ReservationSettings, 1).policy = {"late_cancel": "allow_marked"}
    made = booked(session, salon, ann)
    clock.time = at(FRIDAY, 0)
    late = signed_in(app, ann, clock.time)
    page = inspect_page(late.get(f"{OWN}/{made.code}/cancellation"))
    assert "直前キャンセル" in page.text and send(late, page).status_code == 303
    assert bookings(session)[0].is_late


def test_old_buttons_lead_to_what_is_booked_now(phone, session, ann, salon):
    made = booked(session, salon, ann)
    old = inspect_page(phone.get(f"{OWN}/{made.code}/cancellation?v=1"))
    changing.move(session, made, Change(FRIDAY, NOON), by=by_staff(None), now=NOW)
    session.commit()
    for path in ("", "/starts", "/cancellation", "/changes/new"):
        answer = phone.get(f"{OWN}/{made.code}{path}?v=1&day=2026-03-06&minute=900", follow_redirects=True)
        shown = inspect_page(answer)
        assert shown.select_one("[data-code=VERSION_CONFLICT]"), path
        assert "12:00〜13:00ごろ" in shown.text
    answer = send(phone, old)
    assert (answer.status_code, code_of(answer)) == (409, "VERSION_CONFLICT")
    assert bookings(session)[0].state is ReservationState.CONFIRMED


def test_the_calendar_has_the_shop_and_no_course(phone, session, ann, salon):
    made = booked(session, salon, ann)
    file = phone.get(f"{OWN}/{made.code}/calendar")
    assert file.mimetype == "text/calendar" and "カット" not in file.text
    assert "DTSTART:20260306T010000Z" in file.text and "SEQUENCE:0" in file.text and made.number in file.text
    done = inspect_page(phone.get(f"{OWN}/{made.code}/done"))
    assert "dates=20260306T010000Z%2F20260306T020000Z" in done.select_one("a[href*=google]")["href"]


def test_a_visit_that_is_over_offers_nothing_but_the_next(app, session, ann, salon, clock):
    made = booked(session, salon, ann)
    clock.time = made.ends_at + timedelta(hours=1)
    visiting.complete(session, made, by=by_staff(None), now=clock.time)
    session.commit()
    shown = inspect_page(signed_in(app, ann, clock.time).get(f"{OWN}/{made.code}"))
    assert "来店済み" in shown.text and "あらためて予約する" in shown.text
    assert not shown.select("a[href*=starts], a[href*=cancellation]")


def test_a_list_of_many_bookings_costs_no_more(phone, session, ann, salon, count_queries):
    session.get(ReservationSettings, 1).policy = {"max_open": 9}
    booked(session, salon, ann)
    with count_queries() as few:
        phone.get(OWN)
    for minute in (660, 720, 780):
        booked(session, salon, ann, minute)
    with count_queries() as many:
        phone.get(OWN)
    assert len(many) == len(few)


def test_tickets_that_are_left_are_shown_with_their_last_day(phone, session, ann, salon):
    for number, (left, end) in enumerate(((3, FRIDAY), (2, None), (0, None), (1, at(FRIDAY, 0).date().replace(day=4)))):
        values = {"token": f"{number}", "name": f"{number}番の券", "total": 5, "left": left, "expires_on": end}
        session.add(TicketBook(friend_id=ann.id, created_at=NOW, **values))
    session.commit()
    shown = inspect_page(phone.get(OWN)).text
    assert "0番の券残り3回・3月6日まで" in "".join(shown.split()) and "残り2回・期限なし" in shown
    assert "2番の券" not in shown and "3番の券" not in shown, "nothing left, and over"
