"""The log of sends."""

import json

import pytest
from sqlalchemy import select

from lstep_lite.models import Call, CallKind, CallState, Channel, Decision, Delivery, DeliveryState, Lane, MessageCount
from tests.factories import NOW, a_delivery, a_friend
from tests.web.conftest import regions


@pytest.fixture
def ann(session, owner):
    friend = a_friend(session, display_name="あん", search_text="あん")
    session.commit()
    return friend


def ended(session, friend, state: DeliveryState, **over) -> Delivery:
    delivery = a_delivery(session, friend, state=state, finished_at=NOW, **over)
    session.commit()
    return delivery


def rows(soup) -> list[str]:
    return [row.get_text(" ", strip=True) for row in soup.select("#delivery-list tbody tr")]


def test_an_empty_log_says_what_will_stand_here(page, owner):
    assert "まだ何も送っていません" in page("/deliveries").get_text()


def test_the_newest_stands_first_with_state_and_reason(page, session, ann):
    ended(session, ann, DeliveryState.SENT, is_counted=False)
    ended(session, ann, DeliveryState.MISSED, reason="返信できる時間を過ぎました。")
    first, second = rows(page("/deliveries"))
    assert "未送信" in first
    assert "返信できる時間を過ぎました。" in first
    assert "無料返信" in second


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("state=sent", 2),
        ("cost=counted", 1),
        ("cost=free", 1),
        ("source=greetings", 1),
        ("name=アン", 3),
        ("name=ベン", 0),
        ("state=nonsense", 3),
    ],
)
def test_filters_narrow_the_log(page, session, ann, query, count):
    ended(session, ann, DeliveryState.SENT, is_counted=True)
    ended(session, ann, DeliveryState.SENT, is_counted=False, source="greetings")
    ended(session, ann, DeliveryState.FAILED)
    assert len(rows(page(f"/deliveries?{query}"))) == count


def test_older_ones_follow_on_the_next_page_at_the_same_cost(page, session, ann, count_queries):
    for _ in range(3):
        a_delivery(session, ann)
    session.commit()
    with count_queries() as few:
        page("/deliveries?state=waiting")
    for _ in range(60):
        a_delivery(session, ann)
    session.commit()
    with count_queries() as many:
        soup = page("/deliveries?state=waiting")
    assert len(many) == len(few) <= 20
    assert len(rows(soup)) == 50
    assert len(rows(page(soup.select_one("a[rel=next]")["href"]))) == 13


def test_the_page_of_one_shows_what_was_sent_what_line_said_and_why(page, session, ann):
    call = Call(
        kind=CallKind.PUSH,
        lane=Lane.CHAT,
        state=CallState.REFUSED,
        first_at=NOW,
        due_at=NOW,
        request_id="req-1",
        reason="The property is invalid",
        body=json.dumps({"messages": [{"type": "text", "text": "送った文"}]}),
    )
    session.add(call)
    session.flush()
    delivery = ended(
        session, ann, DeliveryState.FAILED, call_id=call.id, part_count=1, reason="LINEが受け付けませんでした。"
    )
    words = page(f"/deliveries/{delivery.id}").get_text()
    for wanted in ("送った文", "The property is invalid", "req-1", "「個別トーク」の設定により"):
        assert wanted in words


def test_one_whose_picture_is_gone_can_still_be_looked_at(page, session, ann):
    delivery = a_delivery(session, ann, blocks=[{"kind": "image", "media_id": 99}])
    session.commit()
    assert "使っている画像や動画が削除されています" in page(f"/deliveries/{delivery.id}").get_text()


def test_a_failed_one_is_sent_again_once(htmx, session, ann):
    delivery = ended(session, ann, DeliveryState.FAILED)
    assert regions(htmx(f"/deliveries/{delivery.id}/retry")) == ["delivery", "toasts"]
    assert htmx(f"/deliveries/{delivery.id}/retry").status_code == 409
    assert len(session.scalars(select(Delivery)).all()) == 2


def test_an_unknown_outcome_asks_before_it_may_arrive_twice(htmx, page, session, ann):
    delivery = ended(session, ann, DeliveryState.UNKNOWN)
    dialog = page(f"/deliveries/{delivery.id}").select_one("#retry-delivery")
    assert "2通届くかもしれません" in dialog.get_text()
    assert htmx(f"/deliveries/{delivery.id}/retry").status_code == 409
    assert htmx(f"/deliveries/{delivery.id}/retry", {"even_if_unknown": "yes"}).status_code == 200


def test_a_waiting_one_can_be_cancelled_and_a_sent_one_not(htmx, session, ann):
    waiting, sent = a_delivery(session, ann), ended(session, ann, DeliveryState.SENT, is_counted=True)
    assert regions(htmx(f"/deliveries/{waiting.id}/cancel")) == ["delivery", "toasts"]
    assert htmx(f"/deliveries/{sent.id}/cancel").status_code == 409
    session.expire_all()
    assert (waiting.state, sent.state) == (DeliveryState.CANCELLED, DeliveryState.SENT)


def test_a_pause_is_told_with_what_to_do(page, session, ann):
    session.add(
        Channel(
            id=1,
            messaging_channel_id="1",
            messaging_secret="x",
            login_channel_id="2",
            login_secret="x",
            paused_at=NOW,
            pause_reason="今月送れる数を使い切りました。",
        )
    )
    session.commit()
    words = page("/deliveries").get_text()
    assert "送信を止めています" in words
    assert "今月送れる数を使い切りました。" in words


def test_staff_without_the_right_are_refused(outsider, session, ann):
    delivery = ended(session, ann, DeliveryState.FAILED)
    assert outsider.get("/deliveries").status_code == 403
    assert outsider.post(f"/deliveries/{delivery.id}/retry").status_code == 403


# What did not go out --------------------------------------------------------------------------------------------------


@pytest.fixture
def missed(session, ann) -> Delivery:
    reason = "送信予定の時刻を大きく過ぎたため、送信しませんでした。"
    over = {"lane": Lane.TIMED, "source": "scenarios", "source_label": "来店お礼", "reason": reason}
    return ended(session, ann, DeliveryState.MISSED, **over)


@pytest.mark.parametrize("address", ["/", "/deliveries"])
def test_what_did_not_go_out_is_offered_with_people_and_messages(page, missed, address):
    words = " ".join(page(address).select_one("#leftovers").get_text().split())
    for wanted in ("シナリオ：来店お礼", "1人・1通", "時刻を大きく過ぎた", "1人に、いま送りますか？", "送らない"):
        assert wanted in words


def test_pressing_send_twice_sends_once_and_the_page_looks_again_meanwhile(htmx, page, session, missed):
    key = {"key": "scenarios:来店お礼"}
    answer = htmx("/deliveries/leftovers/missed/send", key)
    assert regions(answer) == ["leftovers", "toasts"]
    assert "順に送っています" in answer.text
    assert "hx-get" in page("/").select_one("#leftovers").attrs
    assert htmx("/deliveries/leftovers/missed/send", key).status_code == 409
    assert session.scalars(select(Decision.verdict)).all() == ["send"]


def test_the_region_that_looks_again_answers_alone(client, owner, missed):
    answer = client.get("/deliveries/leftovers", headers={"HX-Request": "true"})
    assert regions(answer) == ["leftovers"]


def test_what_is_settled_already_can_not_be_decided(htmx, session, missed):
    assert htmx("/deliveries/leftovers/missed/drop", {"key": "scenarios:別のもの"}).status_code == 404
    assert htmx("/deliveries/leftovers/nothing/drop", {"key": "x"}).status_code == 404
    assert session.scalars(select(Decision)).all() == []


def test_one_that_is_held_goes_on_by_hand_or_is_cancelled(htmx, page, session, ann):
    held = ended(session, ann, DeliveryState.HELD, lane=Lane.TIMED, reason="今月の通数を使い切ったため")
    assert "今送る" in page(f"/deliveries/{held.id}").get_text()
    assert regions(htmx(f"/deliveries/{held.id}/retry")) == ["delivery", "toasts"]
    session.expire_all()
    assert held.state == DeliveryState.WAITING
    held.state = DeliveryState.HELD
    session.commit()
    assert htmx(f"/deliveries/{held.id}/cancel").status_code == 200


def test_the_month_shows_what_free_replies_saved_by_feature(page, session, ann):
    session.add(MessageCount(month="2026-03", source="greetings", is_counted=False, count=1200))
    session.add(MessageCount(month="2026-03", source="chat", is_counted=True, count=3))
    session.commit()
    words = " ".join(page("/deliveries").select_one(".month-counts").get_text().split())
    assert "無料の返信で 1,200通 節約しました（通数がかかったもの 3通）" in words
    assert "友だち追加時設定 1,200通 0通 個別トーク 0通 3通" in words
    assert "無料の返信 1,200通" in " ".join(page("/").get_text().split())


def test_staff_without_the_right_decide_nothing(outsider, missed):
    assert outsider.post("/deliveries/leftovers/missed/send", data={"key": "scenarios:来店お礼"}).status_code == 403
    assert outsider.get("/deliveries/leftovers").status_code == 403
