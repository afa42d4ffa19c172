"""予約の今日: the page, moving by dropping, taking back, and closing time on it."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.transitions import booking
from lstep_lite.models import Closure, ClosureKind, Delivery, DeliveryState, Reservation, ReservationState
from tests.engine.reservations import salon as salons
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TEN, visit
from tests.factories import NOW, a_friend

BOARD = f"/reservations/board?date={FRIDAY}"


@pytest.fixture
def salon(session, owner):
    salon = salons.a_salon(session)
    session.commit()
    return salon


@pytest.fixture
def book(session, salon):
    def book(minute=TEN, **over):
        friend = over.pop("friend", None) or a_friend(session, display_name="山田")
        wanted = visit(salon, FRIDAY, minute, **{"provider_id": salon.sato} | over)
        booked = booking.write_down(session, friend, wanted, by=by_staff(None, tells=False), now=NOW)
        session.commit()
        return booked

    return book


def move_of(booked, salon, start="11:30", **over):
    return {
        "date": FRIDAY.isoformat(),
        "start": start,
        "provider": salon.sato,
        "minutes": 60,
        "version": booked.version,
    } | over


def test_before_the_shop_takes_bookings_the_board_leads_to_the_guided_path(client):
    assert client.get("/reservations/board").location == "/reservations/setup"


def test_the_board_shows_the_day_and_what_waits(page, salon, book):
    book(is_nominated=True)
    shown = page(BOARD)
    assert [head.strong.text for head in shown.select(".board-head")] == ["佐藤", "鈴木"]
    (bar,) = shown.select("[data-bar]")
    assert "山田様" in bar.text and "カット" in bar.text and "新規" in bar.text
    assert (bar["data-begins"], bar["data-ends"]) == ("600", "660")
    assert len(shown.select("a.board-cell")) == 2 * 18
    assert shown.select_one("#board-rail")


def test_the_number_of_queries_stands_still(client, salon, book, count_queries):
    def queries():
        with count_queries() as found:
            assert client.get(BOARD).status_code == 200
        return len(found)

    book()
    queries()
    few = queries()
    for minute in range(ELEVEN, 1080, 60):
        book(minute)
    assert queries() == few


def test_a_region_that_looks_the_same_is_not_sent_again(client, salon, book):
    live = f"/reservations/board/live?on={FRIDAY}"
    first = client.get(live, headers={"HX-Request": "true"})
    seen = {"HX-Request": "true", "X-Seen": first.headers["X-Seen"]}
    assert client.get(live, headers=seen).status_code == 204
    book()
    assert client.get(live, headers=seen).status_code == 200
    assert client.get("/reservations/board/rail").status_code == 200


def test_dropping_asks_and_the_answer_moves_it_and_can_be_taken_back(client, htmx, page, session, salon, book):
    booked = book(is_nominated=True)
    wanted = move_of(booked, salon, provider=salon.suzuki)
    asked = page(f"/reservations/board/bookings/{booked.id}/move?" + "&".join(f"{k}={v}" for k, v in wanted.items()))
    assert "10:00→11:30、担当 佐藤→鈴木" in asked.text and "ご指名のお客様です" in asked.text
    assert [button.text for button in asked.select("#board-question .confirm-actions button")] == [
        "知らせない",
        "知らせる",
    ]
    answer = htmx(f"/reservations/board/bookings/{booked.id}/moves?on={FRIDAY}", wanted | {"tells": "y"})
    assert answer.status_code == 200
    names = re.findall(r'id="(board-question|day-board|board-undo|board-rail)"', answer.text)
    assert names == ["board-question", "day-board", "board-undo", "board-rail"]
    session.refresh(booked)
    assert (booked.start_minute, booked.provider_id, booked.is_nominated) == (690, salon.suzuki, False)
    entry_id = re.search(r'name="entry_id" value="(\d+)"', answer.text)[1]
    undone = htmx(f"/reservations/board/bookings/{booked.id}/undo?on={FRIDAY}", {"entry_id": entry_id})
    assert "元に戻しました" in undone.text
    session.refresh(booked)
    assert (booked.start_minute, booked.provider_id, booked.is_nominated) == (TEN, salon.sato, True)
    assert session.scalars(sa.select(Delivery.state)).all() == [DeliveryState.CANCELLED]


def test_a_conflict_is_told_in_words_and_forced_only_on_purpose(htmx, session, salon, book):
    booked, _ = book(), book(NOON)
    url = f"/reservations/board/bookings/{booked.id}/moves?on={FRIDAY}"
    refused = htmx(url, move_of(booked, salon, "12:00"))
    assert (refused.status_code, "SLOT_TAKEN" in refused.text) == (409, True) or refused.status_code == 422
    assert "佐藤さんの予約(山田様" in refused.text and "それでも移す" in refused.text
    session.refresh(booked)
    assert booked.start_minute == TEN
    assert htmx(url, move_of(booked, salon, "12:00", force="yes")).status_code == 200
    session.refresh(booked)
    assert (booked.start_minute, booked.is_forced) == (NOON, True)


def test_what_somebody_else_changed_meanwhile_is_not_moved(htmx, session, salon, book):
    booked = book()
    url = f"/reservations/board/bookings/{booked.id}/moves"
    refused = htmx(url, move_of(booked, salon, version=booked.version + 1, force="yes"))
    assert 'data-code="VERSION_CONFLICT"' in refused.text and "それでも" not in refused.text
    assert "ほかの人が先に変更しました" in refused.text
    assert "5分単位" in htmx(url, move_of(booked, salon, minutes=62)).text
    session.refresh(booked)
    assert booked.start_minute == TEN


def test_pressed_twice_it_is_moved_once(htmx, session, salon, book):
    booked = book()
    url, wanted = f"/reservations/board/bookings/{booked.id}/moves", move_of(booked, salon)
    assert [htmx(url, wanted).status_code for _ in range(2)] == [200, 200]
    session.refresh(booked)
    assert (booked.start_minute, booked.version) == (690, wanted["version"] + 1)


def test_visits_are_marked_beside_the_board_with_one_press(page, htmx, clock, session, salon, book):
    booked = book()
    for moment, words, state in (
        (booked.starts_at, "来店", ReservationState.CHECKED_IN),
        (booked.ends_at, "会計済み", ReservationState.COMPLETED),
    ):
        clock.time = moment
        (form,) = page("/reservations/board").select("#board-rail form")
        assert form.button.text == words
        values = {field["name"]: field["value"] for field in form.select("[type=hidden]")}
        assert htmx(form["action"], values).status_code == 200
        session.refresh(booked)
        assert booked.state is state


def test_time_is_closed_changed_and_opened_again_on_the_board(htmx, page, session, salon, book):
    book()
    drawn = page(f"/reservations/board/closures/new?date={FRIDAY}&start=10:00&end=11:00&provider={salon.sato}")
    assert "予約1件と重なります。予約は残り、新しい予約だけ止まります。" in drawn.text
    assert page("/reservations/board/closures/new").select_one("[name=first_day]")
    values = {"subject": f"provider-{salon.sato}", "kind": "out", "first_day": FRIDAY.isoformat()}
    times = {"begins": "24:00", "ends": "24:30"}
    assert page("/reservations/board/closures/new?provider=x&date=9999-12-31").select_one("[name=first_day]")
    for wrong in ({"first_day": "0001-01-01"}, {"kind": "x"}, {"subject": "provider-x"}, {"subject": "provider-999"}):
        assert htmx("/reservations/board/closures", values | times | wrong).status_code == 422
    assert htmx("/reservations/board/closures", values | times | {"ends": "23:00"}).status_code == 422
    answer = htmx(f"/reservations/board/closures?on={FRIDAY}", values | times)
    assert re.findall(r'id="(board-question|day-board|board-rail)"', answer.text) == [
        "board-question",
        "day-board",
        "board-rail",
    ]
    closure = session.scalars(sa.select(Closure)).one()
    assert closure.ends_at - closure.starts_at == timedelta(minutes=30)
    edited = page(f"/reservations/board/closures/{closure.id}")
    assert edited.select_one("[name=begins]")["value"] == "0:00"
    htmx(f"/reservations/board/closures/{closure.id}", values | {"begins": "13:00", "ends": "14:00", "kind": "break"})
    session.refresh(closure)
    assert closure.kind is ClosureKind.BREAK
    htmx(f"/reservations/board/closures/{closure.id}/delete")
    assert session.scalars(sa.select(Closure)).all() == []


def test_strangers_see_and_move_nothing(anybody, session, salon, book):
    booked = book()
    assert "/sign-in" in anybody.get(BOARD).location
    assert "/sign-in" in anybody.post(f"/reservations/board/bookings/{booked.id}/moves").location
    assert session.scalars(sa.select(Reservation.start_minute)).all() == [TEN]
