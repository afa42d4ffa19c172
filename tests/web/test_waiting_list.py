"""キャンセル待ち on screen: who waits, offers by hand, phone calls, and writing somebody down."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import waiting
from lstep_lite.engine.reservations.waiting import Wish
from lstep_lite.models import Friend, Reservation, ReservationState, WaitEntry, WaitState
from tests.engine.reservations.salon import FRIDAY, TODAY, a_salon, an_event
from tests.factories import NOW, a_friend
from tests.web.conftest import regions

State = ReservationState
URL = "/reservations/waiting"


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


@pytest.fixture
def hanako(session, salon):
    return a_friend(session, display_name="山田花子", search_text="山田花子", phone="09012345678")


@pytest.fixture
def wishes(session, salon, hanako):
    """For a cut on Friday."""
    made = waiting.join_courses(session, hanako, Wish([salon.cut], FRIDAY, FRIDAY), page=salon.page, now=NOW)
    session.commit()
    return made


@pytest.fixture
def phoned(session, salon):
    """Without LINE, for two places."""
    slot = an_event(session, 2)
    taro = a_friend(session, display_name="鈴木太郎", line_user_id=None, is_following=False, phone="0312345678")
    made = waiting.join_slot(session, taro, slot, party=2, now=NOW)
    session.commit()
    return made


def test_the_list_says_who_waits_for_what_and_whom_to_phone(page, wishes, phoned):
    shown = page(URL).text
    assert "山田花子" in shown and "カット" in shown and "ヘアアレンジ講習会" in shown and "1番目" in shown
    call = page(f"{URL}?show=call").text
    assert "鈴木太郎" in call and "0312345678" in call and "山田花子" not in call
    assert "お待ちの方" in page(f"{URL}?show=booked").text and "当てはまる方はいません" in page(f"{URL}?q=佐々木").text


def test_a_place_is_kept_by_hand_told_and_confirmed_on_the_phone(page, client, htmx, session, wishes):
    shown = page(f"{URL}/{wishes.id}/offers/new")
    assert [each["value"] for each in shown.select("[name=day]")] == [FRIDAY.isoformat()]
    for _ in range(2):  # a double click
        assert client.post(f"{URL}/{wishes.id}/offers", data={"day": FRIDAY.isoformat()}).status_code == 303
    [held] = session.scalars(sa.select(Reservation).where(Reservation.state == State.HELD)).all()
    assert "までお取りしています" in page(URL).text
    assert regions(htmx(f"{URL}/{wishes.id}/acceptance"))[0] == "waiting-list"
    session.refresh(held)
    session.refresh(wishes)
    assert (held.state, wishes.state) == (State.CONFIRMED, WaitState.ACCEPTED)


def test_an_offer_of_a_full_day_is_refused_in_words(client, session, salon, wishes):
    wishes.wish = wishes.wish | {"from_minute": 700, "to_minute": 705}  # no start lies there
    session.commit()
    answer = client.post(f"{URL}/{wishes.id}/offers", data={"day": FRIDAY.isoformat()})
    assert answer.status_code == 409 and 'data-code="SLOT_TAKEN"' in answer.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Reservation)) == 0


def test_who_has_no_line_can_be_offered_a_slot_and_withdrawn(page, client, htmx, session, phoned):
    assert "お電話でご案内" in page(f"{URL}/{phoned.id}/offers/new").text
    client.post(f"{URL}/{phoned.id}/offers")
    assert session.scalar(sa.select(Reservation.state)) is State.HELD
    htmx(f"{URL}/{phoned.id}/withdrawal")
    session.refresh(phoned)
    assert phoned.state is WaitState.WITHDRAWN


def test_somebody_who_phones_is_written_down(page, client, session, salon):
    page(f"{URL}/new?q=山田")
    person = {"friend_id": "0", "real_name": "佐々木", "phone": "0399998888"}
    wish = {"what": "", "courses": str(salon.cut), "first": TODAY.isoformat(), "last": FRIDAY.isoformat()}
    data = person | wish | {"weekdays": ["5"], "span": "evening", "party": "1", "provider_id": "0"}
    assert client.post(URL, data=data).status_code == 303
    entry = session.scalars(sa.select(WaitEntry)).one()
    assert entry.wish["weekdays"] == [4] and entry.wish["from_minute"] == 1020
    assert session.get_one(Friend, entry.friend_id).phone == "0399998888"


def test_what_is_missing_is_told_and_nothing_is_kept(client, session, salon):
    people = session.scalar(sa.select(sa.func.count()).select_from(Friend))
    person = {"friend_id": "0", "real_name": "佐々木", "phone": "0399998888", "span": "any", "party": "1"}
    answer = client.post(URL, data=person | {"first": TODAY.isoformat(), "last": FRIDAY.isoformat()})
    assert answer.status_code == 422 and "待つメニューを1つ以上" in answer.text
    for no_days in ({"what": "1-x", "first": "", "last": ""}, {"first": ""}, {"last": "いつか"}):
        assert client.post(URL, data=person | no_days).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Friend)) == people


def test_it_is_for_who_may(anybody, outsider, salon, wishes):
    assert outsider.get(URL).status_code == 200  # everyday staff work at the desk
    assert anybody.get(URL).status_code in (302, 303)


def test_it_costs_the_same_for_many(page, session, salon, wishes, phoned, count_queries):
    with count_queries() as few:
        page(URL)
    slot = phoned.slot_id
    for number in range(12):
        friend = a_friend(session)
        waiting.join_courses(session, friend, Wish([salon.cut], FRIDAY, FRIDAY), page=None, now=NOW)
        session.add(WaitEntry(code=f"w{number}", friend_id=friend.id, slot_id=slot, party=1, created_at=NOW))
    session.commit()
    with count_queries() as many:
        page(URL)
    assert len(many) == len(few)
