"""Reply, push, multicast and broadcast under LINE's rules."""

import json
import uuid
from datetime import timedelta, timezone

import pytest
import urllib3
from linebot.v3.messaging import ApiException, MessagingApi, PushMessageRequest, ReplyMessageRequest

from lstep_lite.emulator import Emulator
from tests.emulator.conftest import Application, Caller, Control, later, wait_until

TEXT = {"type": "text", "text": "こんにちは"}
NOBODY = "U" + "0" * 32


def reply_token(application: Application, control: Control, user: str) -> str:
    before = len(application.received)
    control.post(f"/users/{user}/say", {"text": "もしもし"})
    wait_until(lambda: len(application.received) > before)
    return application.received[-1].events[0]["replyToken"]


def test_a_reply_token_answers_once(application: Application, control: Control, line: MessagingApi) -> None:
    user = control.a_friend()
    request = ReplyMessageRequest.from_dict(
        {"replyToken": reply_token(application, control, user), "messages": [TEXT, TEXT]}
    )
    sent = line.reply_message(request).sent_messages
    assert len({message.id for message in sent}) == 2
    assert all(message.quote_token for message in sent)
    with pytest.raises(ApiException) as refused:
        line.reply_message(request)
    assert json.loads(refused.value.body) == {"message": "Invalid reply token"}
    entries = [entry for entry in control.get(f"/users/{user}/talk") if entry["from"] == "account"]
    assert [(entry["via"], entry["counted"]) for entry in entries] == [("reply", False)] * 2


def test_a_reply_token_lives_one_minute_from_the_delivery(
    application: Application, emulator: Emulator, control: Control, call: Caller
) -> None:
    user = control.a_friend()
    in_time, too_late = reply_token(application, control, user), reply_token(application, control, user)
    later(emulator, seconds=55)
    assert call.reply(in_time).status == 200
    later(emulator, seconds=10)
    assert call.reply(too_late).status == 400


def test_a_redelivery_gives_a_reply_token_another_minute_but_none_beyond_twenty(
    application: Application, emulator: Emulator, control: Control, call: Caller
) -> None:
    user = control.a_friend()
    token = reply_token(application, control, user)
    raw = application.received[-1].raw.decode()
    later(emulator, minutes=15)
    assert call.reply(token).status == 400
    control.post("/webhooks", {"bodies": [raw]})
    assert call.reply(token).status == 200

    token = reply_token(application, control, user)
    raw = application.received[-1].raw.decode()
    later(emulator, minutes=21)
    control.post("/webhooks", {"bodies": [raw]})
    assert call.reply(token).status == 400


def test_a_refused_reply_leaves_its_token_alive(application: Application, control: Control, call: Caller) -> None:
    token = reply_token(application, control, control.a_friend())
    assert call.reply(token, text="").status == 400
    assert call.reply(token, X_Line_Retry_Key=str(uuid.uuid4())).status == 400, "replies take no retry key"
    assert call.reply(token).status == 200


def test_a_retry_key_is_accepted_once_a_day(emulator: Emulator, control: Control, call: Caller) -> None:
    user, key = control.a_friend(), str(uuid.uuid4())
    first = call.push(user, "1", X_Line_Retry_Key=key)
    second = call.push(user, "2", X_Line_Retry_Key=key)
    assert (first.status, second.status) == (200, 409)
    assert second.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert second.headers["x-line-request-id"] != first.headers["x-line-request-id"]
    assert second.json()["sentMessages"] == first.json()["sentMessages"]
    later(emulator, hours=24, seconds=1)
    assert call.push(user, "3", X_Line_Retry_Key=key).status == 200
    assert control.texts(user) == ["1", "3"]


def test_a_retry_key_must_be_a_uuid_and_a_refusal_does_not_use_it_up(control: Control, call: Caller) -> None:
    user, key = control.a_friend(), str(uuid.uuid4())
    assert call.push(user, X_Line_Retry_Key="42").status == 400
    assert call.push(user, "", X_Line_Retry_Key=key).status == 400
    assert call.push(user, "これで", X_Line_Retry_Key=key).status == 200


@pytest.mark.parametrize(("mode", "accepted"), [("drop-before", False), ("drop-after-accept", True), ("500", False)])
def test_an_unknown_outcome_is_resolved_by_the_retry_key(
    control: Control, call: Caller, mode: str, accepted: bool
) -> None:
    user, key = control.a_friend(), str(uuid.uuid4())
    control.post("/faults", {"path": "/v2/bot/message/push", "mode": mode, "times": 1})
    if mode == "500":
        assert call.push(user, "一度だけ", X_Line_Retry_Key=key).status == 500
    else:
        with pytest.raises(urllib3.exceptions.ProtocolError):
            call.push(user, "一度だけ", X_Line_Retry_Key=key)
    assert control.texts(user) == (["一度だけ"] if accepted else [])
    assert call.push(user, "一度だけ", X_Line_Retry_Key=key).status == (409 if accepted else 200)
    assert control.texts(user) == ["一度だけ"]
    recorded = control.get("/requests")[-2]
    assert recorded["fault"] == mode
    assert recorded["status"] == {"drop-before": 0, "drop-after-accept": 200, "500": 500}[mode]


def test_a_slow_answer_comes_after_the_message_was_accepted(control: Control, call: Caller) -> None:
    user = control.a_friend()
    control.post("/faults", {"path": "/v2/bot/message", "mode": "slow", "times": 1, "seconds": 0.6})
    call.http.connection_pool_kw["timeout"] = 0.3
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        call.push(user, "遅い返事")
    assert control.texts(user) == ["遅い返事"]


def test_faults_strike_their_path_as_often_as_ordered(control: Control, call: Caller) -> None:
    user = control.a_friend()
    control.post("/faults", {"path": "/v2/bot/message/push", "mode": "429", "times": 2})
    assert call("GET", "/v2/bot/info").status == 200
    assert [call.push(user).status for _ in range(3)] == [429, 429, 200]
    control.post("/faults", {"path": "/", "mode": "monthly", "times": 9})
    assert call.push(user).json() == {"message": "You have reached your monthly limit."}
    assert control.post("/faults", {"path": "/", "mode": "monthly", "times": 0}) == {"faults": []}
    assert call.push(user).status == 200


def test_the_monthly_allowance_counts_reached_people_and_refuses_whole_calls(control: Control, call: Caller) -> None:
    friend, other, blocker = control.a_friend(), control.a_friend(), control.a_friend()
    control.post(f"/users/{blocker}/unfollow")
    control.post("/quota", {"limit": 3, "used": 0})
    assert call("GET", "/v2/bot/message/quota").json() == {"type": "limited", "value": 3}
    to_all = {"to": [friend, other, blocker], "messages": [TEXT, TEXT]}
    assert call("POST", "/v2/bot/message/multicast", to_all).json() == {}
    assert call("GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 2}
    refused = call("POST", "/v2/bot/message/multicast", to_all)
    assert (refused.status, refused.json()) == (429, {"message": "You have reached your monthly limit."})
    assert len(control.texts(friend)) == 2, "a refused multicast reaches nobody"
    control.post("/quota", {"limit": None})
    assert call("GET", "/v2/bot/message/quota").json() == {"type": "none"}


def test_the_month_of_the_allowance_ends_at_midnight_in_japan(emulator: Emulator, control: Control) -> None:
    in_two_months = (emulator.clock.now().replace(day=1) + timedelta(days=62)).replace(day=1)
    midnight = in_two_months.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=timezone(timedelta(hours=9)))
    emulator.clock.move_to(midnight - timedelta(minutes=1))
    control.post("/quota", {"used": 7})
    assert control.get("/state")["quota"]["used"] == 7
    later(emulator, minutes=1, seconds=1)
    assert control.get("/state")["quota"]["used"] == 0


def test_people_who_blocked_get_nothing_and_the_sender_is_not_told(control: Control, call: Caller) -> None:
    blocker, stranger = control.a_friend(), control.a_user()
    control.post(f"/users/{blocker}/unfollow")
    for silent in (blocker, stranger):
        answer = call.push(silent)
        assert answer.status == 200
        assert answer.json()["sentMessages"][0]["id"]
        assert control.texts(silent) == []
    assert control.get("/state")["quota"]["used"] == 0
    unknown = call.push(NOBODY)
    assert (unknown.status, unknown.json()) == (400, {"message": "Failed to send messages"})


def test_a_stranger_who_wrote_is_reached_for_seven_days(emulator: Emulator, control: Control, call: Caller) -> None:
    stranger = control.a_user()
    control.post(f"/users/{stranger}/say", {"text": "友だちではないけれど"})
    assert call.push(stranger, "はい").status == 200
    later(emulator, days=7, seconds=1)
    assert call.push(stranger, "もう届かない").status == 200
    assert control.texts(stranger) == ["はい"]


def test_one_unknown_person_stops_a_whole_multicast(control: Control, call: Caller) -> None:
    friend = control.a_friend()
    answer = call("POST", "/v2/bot/message/multicast", {"to": [friend, NOBODY], "messages": [TEXT]})
    assert answer.status == 400
    assert answer.json()["message"].startswith("The property, to[1], in the request body is invalid")
    assert control.texts(friend) == []
    assert call("POST", "/v2/bot/message/multicast", {"to": [friend] * 501, "messages": [TEXT]}).status == 400


def test_a_broadcast_reaches_every_friend(control: Control, call: Caller) -> None:
    friends, stranger = [control.a_friend(), control.a_friend()], control.a_user()
    assert call("POST", "/v2/bot/message/broadcast", {"messages": [TEXT]}).status == 200
    assert [control.texts(user) for user in (*friends, stranger)] == [["こんにちは"]] * 2 + [[]]
    assert control.get(f"/users/{friends[0]}/talk")[0]["via"] == "broadcast"


def test_more_calls_than_the_rate_allows_are_refused(control: Control, call: Caller) -> None:
    control.a_friend()
    answers = [call("POST", "/v2/bot/message/broadcast", {"messages": [TEXT]}).status for _ in range(61)]
    assert answers == [200] * 60 + [429]


def test_a_quote_token_counts_only_in_its_own_talk(application: Application, control: Control, call: Caller) -> None:
    user, other = control.a_friend(), control.a_friend()
    control.post(f"/users/{user}/say", {"text": "これについて"})
    quote = application.events(1)[0]["message"]["quoteToken"]
    message = {**TEXT, "quoteToken": quote}
    assert call("POST", "/v2/bot/message/push", {"to": user, "messages": [message]}).status == 200
    refused = call("POST", "/v2/bot/message/push", {"to": other, "messages": [message]})
    assert refused.json()["details"][0]["property"] == "messages[0].quoteToken"


def test_the_sdk_sends_and_reads_the_answer(control: Control, line: MessagingApi) -> None:
    user = control.a_friend()
    request = PushMessageRequest.from_dict({"to": user, "messages": [TEXT]})
    answer = line.push_message_with_http_info(request, x_line_retry_key=str(uuid.uuid4()), _request_timeout=5)
    assert answer.headers["x-line-request-id"]
    assert answer.data.sent_messages[0].id.isdecimal()
    assert control.texts(user) == ["こんにちは"]
