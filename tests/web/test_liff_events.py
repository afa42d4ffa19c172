"""Events as customers meet them: booking a slot, full ones, waiting, and taking an offer."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from itsdangerous import URLSafeSerializer

from lstep_lite.blueprints.liff import sessions
from lstep_lite.engine.reservations.transitions import ending, event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.reservations.waiting import offering
from lstep_lite.models import Event, EventSlot, EventTicket, Reservation, ReservationState, WaitEntry, WaitState
from tests.engine.reservations.salon import a_salon, a_ticket, an_event
from tests.factories import NOW, a_friend, a_question, a_survey_page
from tests.web.conftest import inspect_page

TYPED = {"name": "花田 桜", "kana": "はなだ さくら", "phone": "090-1234-5678", "note": "前の席"}


@pytest.fixture
def slot(session, owner):
    a_salon(session)
    made = an_event(session, 3)
    session.commit()
    return made


@pytest.fixture
def event(session, slot):
    return session.get_one(Event, slot.event_id)


@pytest.fixture
def ann(session, slot):
    made = a_friend(session, display_name="アン", line_user_id="U" + "a" * 32)
    session.commit()
    return made


@pytest.fixture
def phone(app, ann):
    return signed_in(app, ann)


def signed_in(app, friend):
    """A browser in which LINE has vouched for *friend*."""
    kept = {"name": f"browser-{friend.id}", "friend": friend.code, "mark": sessions.mark(friend.line_user_id)}
    signer = URLSafeSerializer(app.extensions["runtime"].settings.secret_key, salt="liff session")
    client = app.test_client()
    client.set_cookie(sessions.COOKIE, signer.dumps(kept | {"at": int(NOW.timestamp())}), path=sessions.PATH)
    return client


def soup_of(answer, status=200):
    assert answer.status_code == status, answer.text
    return inspect_page(answer) if status == 200 else BeautifulSoup(answer.text, "html.parser")


def send(client, soup, place=-1, **typed):
    """Send a form of the page, filled in, as a browser would."""
    form = soup.select("main form[method=post]")[place]
    found = {}
    for field in form.select("[name]"):
        if field.name == "button" or (field.get("type") in ("radio", "checkbox") and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            found[field["name"]] = chosen["value"]
        else:
            found[field["name"]] = field.text.strip("\n") if field.name == "textarea" else field.get("value", "")
    return client.post(form["action"], data=found | typed)


def address(event, slot):
    return f"/liff/events/{event.code}/slots/{slot.code}"


def confirming(client, event, slot, **typed):
    """The page to confirm, with all that was asked filled in."""
    answer = send(client, soup_of(client.get(address(event, slot))), **TYPED | typed)
    assert answer.status_code == 303, answer.text
    return soup_of(client.get(answer.location))


def bookings(session):
    session.expire_all()
    return session.scalars(sa.select(Reservation).order_by(Reservation.id)).all()


def full(session, slot):
    """Somebody else has all the places."""
    taken = event_booking.order(session, a_friend(session), SlotOrder(slot.id, "other", 3), now=NOW)
    session.commit()
    return taken


def test_events_are_listed_with_their_slots(phone, session, event, slot):
    listed = soup_of(phone.get("/liff/events"))
    assert "ヘアアレンジ講習会" in listed.text and "3月6日(金) 14:00" in listed.text
    shown = soup_of(phone.get(f"/liff/events/{event.code}"))
    assert "残り3席" in shown.text and shown.select_one(f"a[href='{address(event, slot)}']")
    event.is_open = False
    session.commit()
    refused = soup_of(phone.get(f"/liff/events/{event.code}"), 409)
    assert refused.select_one("[data-code=CLOSED]")
    assert "受付中のイベントはありません" in soup_of(phone.get("/liff/events")).text


def test_a_slot_is_booked_step_by_step(phone, session, event, slot, ann):
    event.document = {"pages": [a_survey_page(a_question(id="allergy", label="苦手なもの"))]}
    event.thanks_text = "汚れてもよい服でお越しください。"
    session.commit()
    confirm = confirming(phone, event, slot, party="2", allergy="ナッツ")
    assert "3月6日(金) 14:00〜15:30" in confirm.text and "2名" in confirm.text and "ナッツ" in confirm.text
    assert not bookings(session)
    done = soup_of(phone.get(send(phone, confirm).location))
    [made] = bookings(session)
    assert (made.state, made.party, made.customer_note) == (ReservationState.CONFIRMED, 2, "前の席")
    assert [value["text"] for value in made.values] == ["ナッツ"]
    assert ann.real_name == "花田 桜" and ann.phone == "09012345678"
    assert made.number in done.text and "汚れてもよい服" in done.text and done.select_one("img.door-code")
    entry = phone.get(done.select_one("a[download]")["href"])
    assert entry.mimetype == "text/calendar" and made.number in entry.text


def test_the_same_page_sent_twice_is_one_booking(phone, session, event, slot):
    confirm = confirming(phone, event, slot)
    assert {send(phone, confirm).location for _ in range(2)} == {f"/liff/events/bookings/{bookings(session)[0].code}"}
    assert len(bookings(session)) == 1


def test_what_is_missing_is_asked_for_and_nothing_is_lost(phone, session, event, slot):
    answer = send(phone, soup_of(phone.get(address(event, slot))), **TYPED | {"phone": ""})
    page = soup_of(answer, 422)
    assert page.select_one("#q-phone .error") and page.select_one("[name=note]").text.strip() == "前の席"
    assert not bookings(session)


def test_tickets_have_prices_and_ends(phone, session, event, slot):
    adult = a_ticket(session, slot, name="大人", price=3000)
    a_ticket(session, slot, name="親子", price=5000, seats=2, cap=1, position=2, taken=1)
    session.commit()
    page = soup_of(phone.get(address(event, slot)))
    assert "満席" in page.select(".plan")[1].text
    nothing = send(phone, page, **TYPED)
    assert "人数を選んでください" in soup_of(nothing, 422).text
    confirm = confirming(phone, event, slot, **{f"ticket-{adult.code}": "2"})
    assert "6,000円" in confirm.text
    assert send(phone, confirm).status_code == 303
    assert session.get_one(EventTicket, adult.id, populate_existing=True).taken == 2


def test_whoever_is_slower_may_wait_instead(phone, session, event, slot):
    confirm = confirming(phone, event, slot)
    full(session, slot)
    refused = soup_of(send(phone, confirm), 409)
    assert refused.select_one("[data-code=SLOT_TAKEN]") and refused.select_one(f"a[href$='{slot.code}/wait']")
    assert "満席" in soup_of(phone.get(address(event, slot))).text
    shown = soup_of(phone.get(f"/liff/events/{event.code}"))
    assert "キャンセル待ち：現在0組" in shown.text


def test_what_can_not_be_booked_is_said_before_the_last_look(phone, session, event, slot):
    event.most_party = 2
    session.commit()
    answer = send(phone, soup_of(phone.get(address(event, slot))), **TYPED | {"party": "3"})
    refused = soup_of(phone.get(answer.location), 409)
    assert refused.select_one("[data-code=LIMIT_EXCEEDED]")
    assert refused.select_one(f"a[href='{address(event, slot)}']").text == "人数・プランを変える"


def test_a_slot_whose_time_is_over_says_why_for_people_and_programs(phone, session, event, slot):
    slot.closes_at = NOW - timedelta(minutes=1)
    session.commit()
    for path in (f"/liff/events/{event.code}", address(event, slot)):
        told = soup_of(phone.get(path)).select_one("[data-code=TOO_LATE]")
        assert "受付は終了しました" in told.text


MEANWHILE = {
    "OUT_OF_WINDOW": lambda session, event, slot: setattr(slot, "opens_at", NOW + timedelta(hours=1)),
    "TOO_LATE": lambda session, event, slot: setattr(slot, "closes_at", NOW - timedelta(hours=1)),
    "CLOSED": lambda session, event, slot: setattr(slot, "cancelled_at", NOW),
    "PRICE_CHANGED": lambda session, event, slot: setattr(slot.tickets[0], "price", 3500),
    "SETTINGS_CHANGED": lambda session, event, slot: setattr(event, "policy", {"approval": "all"}),
    "CONSENT_REQUIRED": lambda session, event, slot: None,
}
WORDS = {
    "OUT_OF_WINDOW": "受付はまだ始まっていません",
    "TOO_LATE": "受付は終了しました",
    "CLOSED": "中止になりました",
    "PRICE_CHANGED": "メニュー内容が更新されました(3,000円→3,500円)。ご確認のうえ、もう一度お進みください",
    "SETTINGS_CHANGED": "条件が更新されました",
    "CONSENT_REQUIRED": "「同意する」にチェック",
}


@pytest.mark.parametrize("code", MEANWHILE)
def test_what_changes_before_the_last_press_is_told_by_code_and_in_words(phone, session, event, slot, code):
    adult = a_ticket(session, slot, name="大人", price=3000)
    event.policy = {"consent_text": "前日までにご連絡ください。"}
    session.commit()
    confirm = confirming(phone, event, slot, **{f"ticket-{adult.code}": "1"})
    MEANWHILE[code](session, event, slot)
    session.commit()
    answer = send(phone, confirm, **({} if code == "CONSENT_REQUIRED" else {"consent": "1"}))
    told = soup_of(answer, 422 if code == "CONSENT_REQUIRED" else 409)
    assert WORDS[code] in told.select_one(f"[data-code={code}]").text
    assert told.select_one("form button, a[href$='/liff/events/" + event.code + "']"), "there is a way out"
    assert not bookings(session)


def test_nobody_is_at_two_events_at_a_time(phone, session, event, slot, ann):
    confirm = confirming(phone, event, slot)
    elsewhere = an_event(session, 3)
    event_booking.order(session, ann, SlotOrder(elsewhere.id, "elsewhere"), now=NOW)
    session.commit()
    told = soup_of(send(phone, confirm), 409)
    assert "同じ時間帯にすでにご予約があります" in told.select_one("[data-code=OVERLAPS_OWN]").text
    assert told.select_one("a[href='/liff/bookings/own']").text == "ご予約を確認する"


def test_waiting_being_offered_and_taking_it(phone, session, database, event, slot, ann):
    taken = full(session, slot)
    waiting = soup_of(phone.get(f"{address(event, slot)}/wait"))
    page = send(phone, waiting, party="2")
    assert "お待ちいただいています" in soup_of(phone.get(page.location)).text
    assert "キャンセル待ち：現在1組" in soup_of(phone.get(f"/liff/events/{event.code}")).text
    ending.cancel(session, taken, version=1, now=NOW)
    session.commit()
    offering.run(database, now=NOW, wall=NOW)
    offer = soup_of(phone.get(page.location, follow_redirects=True))
    assert "空きが出ました" in offer.text and "までにお返事ください" in offer.text
    asked = soup_of(send(phone, offer, 0, phone=""), 422)
    assert "花田 桜" not in asked.text and asked.select_one("#q-phone .error"), "what is asked of all is asked here too"
    done = send(phone, asked, 0, **TYPED)
    assert done.status_code == 303, done.text
    assert [(row.state, row.party) for row in bookings(session) if row.friend_id == ann.id] == [
        (ReservationState.CONFIRMED, 2)
    ]


def test_an_offer_can_be_left_to_others(phone, session, database, event, slot, ann):
    send(phone, soup_of(phone.get(f"{address(event, slot)}/wait")))
    offering.run(database, now=NOW, wall=NOW)
    [held] = bookings(session)
    offer = soup_of(phone.get(f"/liff/offers/{held.code}"))
    after = soup_of(phone.get(send(phone, offer, 1).location))
    assert "見送りを承りました" in after.text
    entry = session.scalars(sa.select(WaitEntry)).one()
    session.refresh(entry)
    assert entry.state is WaitState.WITHDRAWN


def test_one_that_is_over_says_so(phone, session, database, event, slot, ann):
    send(phone, soup_of(phone.get(f"{address(event, slot)}/wait")))
    offering.run(database, now=NOW, wall=NOW)
    [held] = bookings(session)
    offer = soup_of(phone.get(f"/liff/offers/{held.code}"))
    held.expires_at = NOW - timedelta(minutes=1)
    session.commit()
    refused = soup_of(send(phone, offer, 0, **TYPED), 409)
    assert refused.select_one("[data-code=VERSION_CONFLICT]") and "期限が過ぎました" in refused.text


def test_nobody_sees_the_bookings_and_waits_of_others(app, phone, session, event, slot):
    taken = full(session, slot)
    send(phone, soup_of(phone.get(f"{address(event, slot)}/wait")))
    entry = session.scalars(sa.select(WaitEntry)).one()
    other = a_friend(session, line_user_id="U" + "b" * 32)
    session.commit()
    assert phone.get(f"/liff/events/bookings/{taken.code}").status_code == 404
    assert phone.get(f"/liff/offers/{taken.code}").status_code == 404
    assert signed_in(app, other).get(f"/liff/events/waits/{entry.code}").status_code == 404


def test_a_page_of_slots_asks_the_database_the_same_however_many_there_are(phone, session, event, slot, count_queries):
    def asked():
        session.expire_all()
        with count_queries() as counter:
            assert phone.get(f"/liff/events/{event.code}").status_code == 200
        return len(counter)

    few = asked()
    for _ in range(4):
        pool = type(slot.pool)(kind=slot.pool.kind, name="回", capacity=2)
        session.add(pool)
        session.flush()
        fields = {"event_id": event.id, "pool_id": pool.id, "business_date": slot.business_date}
        fields |= {"start_minute": 840, "starts_at": slot.starts_at, "ends_at": slot.ends_at}
        session.add(EventSlot(code=f"more{pool.id}", **fields))
    session.commit()
    assert asked() == few


def test_many_slots_come_in_pages(phone, session, event, slot):
    for number in range(61):
        pool = type(slot.pool)(kind=slot.pool.kind, name="回", capacity=2)
        session.add(pool)
        session.flush()
        starts_at = slot.starts_at + timedelta(hours=number + 1)
        fields = {"event_id": event.id, "pool_id": pool.id, "business_date": slot.business_date}
        fields |= {"start_minute": 840, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        session.add(EventSlot(code=f"many{number}", **fields))
    session.commit()
    first = soup_of(phone.get(f"/liff/events/{event.code}"))
    assert len(first.select(".slot")) == 60 and not first.select_one("a[rel=prev]")
    second = soup_of(phone.get(first.select_one("a[rel=next]")["href"]))
    assert len(second.select(".slot")) == 2 and not second.select_one("a[rel=next]")
