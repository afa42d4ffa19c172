"""The list of bookings, the page of one, and everything staff do with it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations.transitions import booking, changing, ending, visiting
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.engine.reservations.transitions.recording import by_staff
from lstep_lite.models import ChangeRequest, Delivery, Reservation, ReservationEntry, ReservationState, Role, TicketBook
from tests.engine.reservations.salon import ELEVEN, FRIDAY, NOON, TEN, a_salon, at, order, visit
from tests.factories import NOW, a_friend, a_staff
from tests.web.conftest import browser_of, inspect_page, regions

State = ReservationState
URL = "/reservations"


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


@pytest.fixture
def hanako(session, salon):
    made = a_friend(session, display_name="山田花子", search_text="山田花子09012345678", phone="09012345678")
    session.commit()
    return made


@pytest.fixture
def booked(session, salon, hanako):
    made = booking.order(session, hanako, order(salon, provider_id=salon.sato), page=salon.page, now=NOW)
    session.commit()
    return made


@pytest.fixture
def requested(session, salon, hanako):
    salon.page.policy = {"approval": "all"}
    made = booking.order(session, hanako, order(salon, minute=NOON), page=salon.page, now=NOW)
    session.commit()
    return made


@pytest.fixture
def suzuki(app, session, owner):
    """The browser of a second member of staff, who may do the desk's work."""
    person = a_staff(session, name="鈴木", role=Role.ADMIN)
    session.commit()
    return browser_of(app, person)


def fresh(session, row):
    session.refresh(row)
    return row


def form(name, row, **over):
    """What the form of an act posts, as *row* was seen."""
    return {f"{name}-seen_version": str(row.version)} | {f"{name}-{key}": value for key, value in over.items()}


def told(session):
    return [each.source_label for each in session.scalars(sa.select(Delivery).order_by(Delivery.id))]


# The list ------------------------------------------------------------------------------------------------------------


def test_the_list_finds_bookings_by_every_filter(page, session, salon, booked):
    walk_in = a_friend(session, display_name="田中", search_text="田中", line_user_id=None)
    booking.write_down(
        session, walk_in, visit(salon, minute=ELEVEN, provider_id=salon.suzuki), by=by_staff(None), now=NOW
    )
    session.commit()

    def found(query):
        return [row.select_one("a.rule-name").text for row in page(f"{URL}?{query}").select("tbody tr")]

    first, second = found("show=ahead")
    assert first.startswith("3月6日(金) 10:00〜11:00") and second.startswith("3月6日(金) 11:00")
    assert found("q=山田") == found(f"q={booked.number.lower()}") == found("q=5678") == [first]
    assert found(f"provider={salon.suzuki}") == found("way=phone") == [second]
    assert found(f"calendar={salon.page_id}") == [first]
    assert found(f"course={salon.cut}") == [first, second] and found(f"course={salon.color}") == []
    assert found("first=2026-03-07") == [] and found("show=all&last=2026-03-06") == [second, first]
    assert found("show=cancelled") == found("show=late") == found("show=no_show") == found("show=visited") == []


def test_whoever_books_is_called_by_the_name_given_for_it(page, session, booked, hanako):
    hanako.real_name = "本名 花"
    session.commit()
    lists = (URL, f"{URL}/board?date={FRIDAY}", f"{URL}/week?date={FRIDAY}", f"{URL}/prints?date={FRIDAY}")
    for path in (*lists, f"{URL}/{booked.id}/change"):
        assert "本名 花" in page(path).main.text and "山田花子" not in page(path).main.text, path
    shown = page(f"{URL}/{booked.id}").main.text
    assert "本名 花様" in shown and "山田花子" in shown, "and the talk is found by the other"


def test_a_number_is_found_whatever_has_become_of_it(page, session, booked):
    booked.state = State.CANCELLED
    session.commit()
    for typed in (booked.number, f" {booked.number.lower()} ", "Ｒ－２６０３０６－００１", "R-260306"):
        assert booked.number in page(f"{URL}?q={typed}").main.text, typed
    assert booked.number not in page(f"{URL}?q=山田").main.text, "names are looked for in the list that is shown"


def test_long_before_the_visit_the_desk_is_asked_first(page, session, booked):
    early = page(f"{URL}/{booked.id}").main
    assert "もう来店されましたか" in early.select_one("details form[action$=check-in]").text
    booked.starts_at = NOW + timedelta(hours=11)
    session.commit()
    assert page(f"{URL}/{booked.id}").main.select_one("form[action$=check-in]").find_parent("details") is None


def test_the_list_costs_the_same_for_a_hundred(page, session, salon, booked, count_queries):
    with count_queries() as few:
        page(f"{URL}?show=all")
    for number in range(100):
        friend = a_friend(session)
        copy = Reservation(
            code=f"c{number}", number=f"R-260306-9{number:02d}", state=State.CONFIRMED, friend_id=friend.id,
            booked_by=booked.booked_by, business_date=FRIDAY, start_minute=TEN, starts_at=booked.starts_at,
            ends_at=booked.ends_at, provider_id=salon.sato, created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        session.add(copy)
    session.commit()
    with count_queries() as many:
        shown = page(f"{URL}?show=all")
    assert len(shown.select("tbody tr")) == 50 and "101件中" in shown.text
    assert len(many) == len(few)


def test_what_waits_says_for_how_long_and_is_approved_right_there(page, client, session, requested):
    shown = page(f"{URL}?show=requested")
    assert "あと24時間で期限切れ" in shown.text
    fields = {tag["name"]: tag.get("value", "") for tag in shown.select("tbody form input")}
    answer = client.post(shown.select_one("tbody form")["action"], data=fields)
    assert answer.location == f"{URL}?show=requested" and fresh(session, requested).state is State.CONFIRMED
    assert "承認を待っている予約はありません" in page(answer.location).text


def test_a_misfit_stays_as_it_is_for_good(page, client, session, booked):
    booked.needs_look = True
    session.commit()
    assert "要調整" in page(f"{URL}?show=misfits").text
    client.post(f"{URL}/{booked.id}/left-as-is", data=form("leaving", booked))
    assert not fresh(session, booked).needs_look and booked.is_outside


def test_who_does_not_work_at_the_desk_sees_no_bookings(anybody, booked):
    for path in (URL, f"{URL}/{booked.id}", f"{URL}/{booked.id}/change"):
        assert anybody.get(path).status_code == 303


# One booking ---------------------------------------------------------------------------------------------------------


def test_the_page_says_all_there_is_to_know(page, session, booked):
    shown = page(f"{URL}/{booked.id}").text
    for words in (
        "3月6日(金) 10:00〜11:00",
        booked.number,
        "佐藤（ご指名）",
        "指名料",
        "6,050円",
        "予約が確定しました",
    ):
        assert words in shown, words
    assert "3月6日(金) 10:15（開始の15分後）" in shown, "when no-show can be marked"


def test_beside_the_board_it_is_a_region(htmx, booked):
    assert regions(htmx(f"{URL}/{booked.id}", method="GET")) == ["reservation"]
    assert regions(htmx(f"{URL}/{booked.id}/change", method="GET")) == ["reservation"]


def test_somebody_without_line_is_to_be_phoned(page, session, booked, hanako):
    hanako.is_following = False
    session.commit()
    shown = page(f"{URL}/{booked.id}").text
    assert "LINEが届きません" in shown and "お電話でお伝えください（09012345678）" in shown


def test_a_note_is_for_staff(client, session, booked):
    client.post(f"{URL}/{booked.id}/note", data={"staff_note": "駐車場を使う"})
    assert fresh(session, booked).staff_note == "駐車場を使う" and booked.version == 1
    assert client.post(f"{URL}/{booked.id}/note", data={"staff_note": "あ" * 1001}).status_code == 422
    assert fresh(session, booked).staff_note == "駐車場を使う"


# Requests ------------------------------------------------------------------------------------------------------------


def test_the_second_who_approves_reads_who_was_first(htmx, suzuki, session, requested):
    data = form("approval", requested, tells="y")
    answer = htmx(f"{URL}/{requested.id}/approval", data)
    assert regions(answer)[0] == "reservation" and "お客様のLINEにお知らせします" in answer.text
    again = htmx(f"{URL}/{requested.id}/approval", data)
    assert again.status_code == 200 and "すでに登録してあります" in again.text, "a double click"
    late = suzuki.post(f"{URL}/{requested.id}/approval", data=data)
    assert late.status_code == 409 and 'data-code="VERSION_CONFLICT"' in late.text
    assert "花子さんが10:00に承認済みです" in late.text
    assert len(session.scalars(sa.select(ReservationEntry)).all()) == 2


def test_approving_gives_it_to_somebody_else(client, session, salon, requested):
    client.post(f"{URL}/{requested.id}/approval", data=form("approval", requested, provider_id=str(salon.suzuki)))
    assert (fresh(session, requested).provider_id, requested.state) == (salon.suzuki, State.CONFIRMED)
    assert "予約：申し込みを承認したとき" not in told(session), "the switch was off"


def test_declining_proposes_the_times_staff_chose(page, client, session, requested):
    shown = page(f"{URL}/{requested.id}")
    times = [tag["value"] for tag in shown.select("[name=refusal-proposed]")]
    data = form("refusal", requested, reason="満席", proposed=times[:2], tells="y")
    assert client.post(f"{URL}/{requested.id}/refusal", data=data | {"refusal-proposed": times[:4]}).status_code == 422
    assert fresh(session, requested).state is State.REQUESTED, "three at the most"
    client.post(f"{URL}/{requested.id}/refusal", data=data)
    assert (fresh(session, requested).state, requested.reason) == (State.DECLINED, "満席")
    sent = session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()
    assert times[1] in str(sent.content.blocks), "the message says them"


def asked(session, salon, booked):
    salon.page.policy = {"changing": "ask"}
    changing.change(session, booked, Change(FRIDAY, NOON), version=booked.version, now=NOW)
    session.commit()
    return session.scalars(sa.select(ChangeRequest)).one()


def test_a_change_that_was_asked_for_is_approved_or_declined(page, client, suzuki, session, salon, booked):
    request = asked(session, salon, booked)
    assert "変更後：3月6日(金) 12:00" in page(f"{URL}/{booked.id}").text
    assert "変更の希望" in page(f"{URL}?show=requested").text
    data = form("change-approval", booked, seen_request=str(request.id), tells="y")
    client.post(f"{URL}/{booked.id}/change-approval", data=data)
    assert fresh(session, booked).start_minute == NOON and "予約：予約が変更されたとき" in told(session)
    late = form("change-refusal", booked, seen_request=str(request.id))
    answer = suzuki.post(f"{URL}/{booked.id}/change-refusal", data=late)
    assert answer.status_code == 409 and "すでに回答済み" in answer.text


def test_declining_a_change_keeps_the_old_time(client, session, salon, booked):
    request = asked(session, salon, booked)
    data = form("change-refusal", booked, seen_request=str(request.id), reason="満席", tells="y")
    client.post(f"{URL}/{booked.id}/change-refusal", data=data)
    assert fresh(session, booked).start_minute == TEN and fresh(session, request).state == "declined"


# Changing ------------------------------------------------------------------------------------------------------------


def change_form(page, row):
    shown = page(f"{URL}/{row.id}/change")
    chosen = shown.select_one("[name=change-provider_id] option[selected]")["value"]
    fields = {tag["name"]: tag.get("value", "") for tag in shown.select("#change-fields input:not([type=checkbox])")}
    ticked = [tag["value"] for tag in shown.select("[name=change-courses][checked]")]
    return fields | {"change-provider_id": chosen, "change-courses": ticked, "change-tells": "y"}


def test_another_time_is_chosen_from_what_is_free(page, client, session, booked):
    data = change_form(page, booked)
    chips = page(f"{URL}/{booked.id}/change").select(".time-chips a")
    assert chips[0].text == "10:00" and chips[0].has_attr("aria-current"), "its own time counts as free"
    picked = inspect_page(client.get(next(each["href"] for each in chips if each.text == "14:00")))
    assert picked.select_one("[name=change-start]")["value"] == "14:00"
    assert client.post(f"{URL}/{booked.id}/change", data=data | {"change-start": "14時半"}).status_code == 303
    assert (fresh(session, booked).start_minute, booked.is_nominated, booked.price) == (870, True, 6050)
    assert client.post(f"{URL}/{booked.id}/change", data=data | {"change-start": "14時半"}).status_code == 303
    assert told(session).count("予約：予約が変更されたとき") == 1, "a double click"
    stale = client.post(f"{URL}/{booked.id}/change", data=data | {"change-start": "16:00", "change-tells": ""})
    assert fresh(session, booked).start_minute == 870, stale.text[:100]


def test_what_collides_is_named_and_forced_only_on_purpose(page, client, session, salon, booked):
    other = a_friend(session, display_name="先客")
    booking.order(session, other, order(salon, minute=NOON, provider_id=salon.sato), page=salon.page, now=NOW)
    session.commit()
    data = change_form(page, booked) | {"change-start": "12:00"}
    refused = client.post(f"{URL}/{booked.id}/change", data=data)
    assert refused.status_code == 409 and 'data-code="SLOT_TAKEN"' in refused.text
    assert "佐藤さんの予約(先客様" in refused.text and fresh(session, booked).start_minute == TEN
    assert client.post(f"{URL}/{booked.id}/change", data=data | {"change-force": "yes"}).status_code == 303
    assert fresh(session, booked).start_minute == NOON and booked.is_forced


def test_other_courses_cost_what_the_menu_says_now(page, client, session, salon, booked):
    data = change_form(page, booked) | {"change-courses": [str(salon.cut), str(salon.color)], "change-nominated": "y"}
    client.post(f"{URL}/{booked.id}/change", data=data)
    assert [line.name for line in fresh(session, booked).lines] == ["カット", "カラー"]
    assert (booked.price, booked.is_nominated) == (5500 + 8800 + 550, True)


def test_nonsense_is_explained_and_nothing_moves(page, client, session, booked):
    data = change_form(page, booked)
    for wrong in ({"change-start": "10:03"}, {"change-day": "9999-12-31"}, {"change-courses": []}):
        answer = client.post(f"{URL}/{booked.id}/change", data=data | wrong)
        assert answer.status_code == 422, wrong
    assert fresh(session, booked).version == 1


# The visit -----------------------------------------------------------------------------------------------------------


def test_from_the_door_to_the_till(client, session, booked, hanako):
    client.post(f"{URL}/{booked.id}/check-in", data=form("check-in", booked))
    assert fresh(session, booked).state is State.CHECKED_IN
    answer = client.post(f"{URL}/{booked.id}/completion", data=form("completion", booked, amount="たくさん"))
    assert answer.status_code == 422 and fresh(session, booked).state is State.CHECKED_IN
    data = form("completion", booked, amount="６６００")
    for _ in range(2):
        assert client.post(f"{URL}/{booked.id}/completion", data=data).status_code == 303
    other = client.post(f"{URL}/{booked.id}/completion", data=data | {"completion-amount": "7000"})
    assert other.status_code == 409 and 'data-code="VERSION_CONFLICT"' in other.text
    assert (fresh(session, booked).state, booked.amount) == (State.COMPLETED, 6600)


def test_a_visit_is_paid_for_with_a_ticket(page, client, session, booked, hanako):
    book = TicketBook(token="t", friend_id=hanako.id, name="カット5回券", total=5, left=5, created_at=NOW)
    session.add(book)
    session.commit()
    assert "カット5回券（残り5回）" in page(f"{URL}/{booked.id}").text
    client.post(f"{URL}/{booked.id}/completion", data=form("completion", booked, book_id=str(book.id)))
    assert fresh(session, book).left == 4 and "カット5回券（1回分）" in page(f"{URL}/{booked.id}").text


def test_nobody_stays_away_before_a_quarter_past(client, clock, session, booked):
    early = client.post(f"{URL}/{booked.id}/no-show", data=form("no-show", booked))
    assert early.status_code == 409 and "開始の15分後から" in early.text
    clock.time = at(FRIDAY, TEN + 15)
    client.post(f"{URL}/{booked.id}/no-show", data=form("no-show", booked))
    assert fresh(session, booked).state is State.NO_SHOW


def test_what_was_marked_is_put_right_for_a_month(page, client, clock, session, booked):
    clock.time = at(FRIDAY, NOON)
    visiting.no_show(session, booked, by=by_staff(None), now=clock.time)
    session.commit()
    for state in ("completed", "no_show", "confirmed"):
        client.post(f"{URL}/{booked.id}/correction", data=form("correction", booked, state=state))
        assert fresh(session, booked).state == state
    wrong = client.post(f"{URL}/{booked.id}/correction", data=form("correction", booked, state="declined"))
    assert wrong.status_code == 409 and fresh(session, booked).state is State.CONFIRMED
    clock.time += timedelta(days=31)
    visiting.complete(session, booked, by=by_staff(None), now=clock.time)
    session.commit()
    assert "記録を直す" not in page(f"{URL}/{booked.id}").text


# Cancelling ----------------------------------------------------------------------------------------------------------


def test_the_shop_cancels_or_the_customer_on_the_phone(client, session, salon, booked):
    client.post(f"{URL}/{booked.id}/cancellation", data=form("cancel", booked, reason="急な休み", tells="y"))
    assert (fresh(session, booked).state, booked.cancelled_by, booked.reason) == (State.CANCELLED, "shop", "急な休み")
    assert "予約：お店の都合でキャンセルしたとき" in told(session)
    client.post(f"{URL}/{booked.id}/restoration", data=form("restore", booked))
    assert fresh(session, booked).state is State.CONFIRMED
    client.post(f"{URL}/{booked.id}/cancellation", data=form("cancel", booked, for_customer="y"))
    assert fresh(session, booked).cancelled_by == "customer"


def test_it_comes_back_to_a_taken_time_only_when_staff_insist(client, session, salon, booked):
    ending.cancel_by_staff(session, booked, by=by_staff(None), now=NOW)
    other = a_friend(session, display_name="先客")
    booking.order(session, other, order(salon, provider_id=salon.sato, key="other"), page=salon.page, now=NOW)
    session.commit()
    refused = client.post(f"{URL}/{booked.id}/restoration", data=form("restore", booked))
    assert refused.status_code == 409 and "先客様" in refused.text and "空いていなくても元に戻す" in refused.text
    client.post(f"{URL}/{booked.id}/restoration", data=form("restore", booked, force="y"))
    assert fresh(session, booked).state is State.CONFIRMED and booked.is_forced


ACTS = ("approval", "refusal", "change-approval", "change-refusal", "change", "left-as-is", "check-in", "completion",
        "no-show", "correction", "cancellation", "restoration", "note")  # fmt: skip


def test_every_act_needs_the_desk_and_a_booking_as_it_is(client, anybody, session, booked):
    booked.version = 7
    session.commit()
    for act in ACTS:
        assert anybody.post(f"{URL}/{booked.id}/{act}").status_code in (303, 403), act
        assert client.post(f"{URL}/999999/{act}").status_code == 404, act
    for act in set(ACTS) - {"note", "change"}:
        assert client.post(f"{URL}/{booked.id}/{act}").status_code in (409, 422), act
    assert fresh(session, booked).state is State.CONFIRMED and booked.version == 7
