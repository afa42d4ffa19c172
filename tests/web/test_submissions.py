"""The sheet before a broadcast goes out, sending it, and the word of a second person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lstep_lite.models import (
    BroadcastState,
    DeliveryState,
    Notification,
    Receipt,
    Recipient,
    RecipientState,
    Role,
    SendingRules,
)
from tests.factories import NOW, a_broadcast, a_delivery, a_friend, a_staff
from tests.web.conftest import browser_of, inspect_page


@pytest.fixture
def broadcast(session, owner):
    made = a_broadcast(session, {"kind": "text", "text": "[name]さん、夏です"}, name="夏のお知らせ")
    session.commit()
    return made


@pytest.fixture
def second(app, session, owner):
    """The browser of another person who may approve."""
    person = a_staff(session, name="次郎", role=Role.ADMIN)
    session.commit()
    return browser_of(app, person)


def with_rules(session, **over):
    values = {"id": 1, "late_minutes": 60, "hold_seconds": 60, "after_limit": "by_hand", "frequency_days": 30}
    session.add(SendingRules(**values | {"needs_approval": False, "parallel_scenarios": False} | over))
    session.commit()


def test_the_sheet_says_who_gets_it_what_it_costs_and_shows_it_to_real_friends(page, session, broadcast):
    for name in ("青木", "井上"):
        a_friend(session, display_name=name)
    a_friend(session, display_name="上田", is_following=False)
    with_rules(session, monthly_cap=10)
    shown = page(f"/broadcasts/{broadcast.id}/submission/new")
    assert [each.get_text(strip=True) for each in shown.select(".sheet-number strong")] == ["2", "2"]
    assert "このアカウントをブロックした方1人" in shown.select_one(".left-out").get_text(strip=True)
    assert shown.select_one(".allowance-this")["width"] == "20.0"
    assert {each.get_text(strip=True) for each in shown.select(".sample .line-talk")} >= {"青木さん、夏です"}
    assert "2人に送信する" in shown.select_one(".save-bar").get_text()


def test_whoever_has_had_enough_is_left_out_of_the_count_and_of_the_samples(page, session, broadcast):
    full, hungry = a_friend(session, display_name="満腹"), a_friend(session, display_name="空腹")
    before = a_broadcast(session, state=BroadcastState.DONE, started_at=NOW - timedelta(days=3))
    delivery = a_delivery(session, full, state=DeliveryState.SENT)
    got = {"friend_id": full.id, "delivery_id": delivery.id, "state": RecipientState.PUT}
    session.add(Recipient(broadcast_id=before.id, **got))
    with_rules(session, frequency_most=1)
    shown = page(f"/broadcasts/{broadcast.id}/submission/new")
    assert shown.select_one(".sheet-number strong").get_text() == "1"
    assert [each.get_text(strip=True) for each in shown.select(".sample .line-talk")] == [f"{hungry.name}さん、夏です"]
    assert "最近の一斉配信を受け取っている方1人" in shown.select_one(".left-out").get_text(strip=True)


def test_the_sheet_costs_the_same_however_many_get_it(page, session, broadcast, count_queries):
    for _ in range(5):
        a_friend(session)
    session.commit()
    with count_queries() as few:
        page(f"/broadcasts/{broadcast.id}/submission/new")
    for _ in range(20):
        a_friend(session)
    session.commit()
    with count_queries() as many:
        page(f"/broadcasts/{broadcast.id}/submission/new")
    assert len(many) == len(few) <= 30


def test_what_can_not_go_out_says_why_and_has_no_button(client, page, session, broadcast):
    broadcast.variants[0].blocks = []
    session.commit()
    shown = page(f"/broadcasts/{broadcast.id}/submission/new")
    assert "このままでは送れません" in shown.get_text()
    assert not shown.select_one(".save-bar form")
    assert client.post(f"/broadcasts/{broadcast.id}/submission").status_code == 409
    session.expire_all()
    assert broadcast.state is BroadcastState.DRAFT


def test_pressing_send_twice_is_one_booking(client, session, broadcast, clock):
    client.post(f"/broadcasts/{broadcast.id}/submission")
    session.expire_all()
    due_at = broadcast.due_at
    clock.time = NOW.replace(second=5)
    answer = client.post(f"/broadcasts/{broadcast.id}/submission")
    assert answer.headers["Location"] == f"/broadcasts/{broadcast.id}"
    session.expire_all()
    assert (broadcast.state, broadcast.due_at) == (BroadcastState.BOOKED, due_at)


def test_what_was_changed_after_the_sheet_was_read_is_shown_again_first(client, page, session, broadcast):
    read = page(f"/broadcasts/{broadcast.id}/submission/new").select_one("[name=read]")["value"]
    broadcast.name, broadcast.updated_at = "書きかえた", NOW + timedelta(seconds=1)
    session.commit()
    answer = client.post(f"/broadcasts/{broadcast.id}/submission", data={"read": read})
    assert answer.headers["Location"] == f"/broadcasts/{broadcast.id}/submission/new"
    session.expire_all()
    assert broadcast.state is BroadcastState.DRAFT
    read = page(answer.headers["Location"]).select_one("[name=read]")["value"]
    client.post(f"/broadcasts/{broadcast.id}/submission", data={"read": read})
    session.expire_all()
    assert broadcast.state is BroadcastState.BOOKED


def test_a_second_person_is_asked_sees_the_sheet_and_lets_it_go(client, second, page, session, broadcast):
    with_rules(session, needs_approval=True)
    assert "承認を依頼する" in page(f"/broadcasts/{broadcast.id}/submission/new").get_text()
    answer = client.post(f"/broadcasts/{broadcast.id}/submission", follow_redirects=True)
    assert answer.request.path == f"/broadcasts/{broadcast.id}/submission"
    assert "ご自分の依頼は承認できません" in answer.text
    assert client.post(f"/broadcasts/{broadcast.id}/submission/approval").status_code == 403
    told = session.scalars(select(Notification).where(Notification.title.contains("承認を頼まれ"))).all()
    assert told
    shown = inspect_page(second.get(f"/broadcasts/{broadcast.id}/submission"))
    assert "花子さんが" in shown.get_text() and "承認して送る" in shown.get_text()
    second.post(f"/broadcasts/{broadcast.id}/submission/approval")
    session.expire_all()
    assert broadcast.state is BroadcastState.BOOKED


def test_it_is_given_back_with_a_word_that_reaches_whoever_asked(client, second, session, owner, broadcast):
    with_rules(session, needs_approval=True)
    client.post(f"/broadcasts/{broadcast.id}/submission")
    second.post(f"/broadcasts/{broadcast.id}/submission/refusal", data={"word": "日付を直してください"})
    session.expire_all()
    assert broadcast.state is BroadcastState.DRAFT
    told = session.scalars(select(Notification).join(Receipt).where(Receipt.staff_id == owner.id)).all()
    assert any("日付を直してください" in each.body for each in told)


@pytest.mark.parametrize("path", ["", "/delete", "/approval", "/refusal"])
def test_staff_without_the_right_are_refused(outsider, session, broadcast, path):
    assert outsider.post(f"/broadcasts/{broadcast.id}/submission{path}").status_code == 403
    session.expire_all()
    assert broadcast.state is BroadcastState.DRAFT
