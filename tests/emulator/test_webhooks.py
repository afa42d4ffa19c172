"""What the application receives when people do something."""

import json
import threading
import time

import pytest
from linebot.v3 import SignatureValidator
from linebot.v3.webhooks import Event

from lstep_lite.emulator import Emulator, EmulatorConfig, start
from tests.emulator.conftest import PUBLIC_URL, WEBHOOK_PATH, Application, Caller, Control, wait_until


def test_webhooks_are_signed_and_the_sdk_understands_every_kind(
    application: Application, control: Control, config: EmulatorConfig
) -> None:
    user = control.a_user()
    control.post(f"/users/{user}/follow")
    said = control.post(f"/users/{user}/say", {"text": "予約したい"})
    control.post(f"/users/{user}/say", {"sticker": {"package_id": "446", "sticker_id": "1988"}})
    control.post(f"/users/{user}/say", {"location": {"title": "店", "latitude": 35.6, "longitude": 139.7}})
    control.post(f"/users/{user}/tap", {"data": "slot=1", "params": {"date": "2026-12-01"}})
    control.post(f"/users/{user}/event", {"video_complete": "lesson-1"})
    control.post(f"/users/{user}/event", {"unsend": said["message_id"]})
    control.post(f"/users/{user}/unfollow")

    events = application.events(8)

    validator = SignatureValidator(config.channel_secret)
    for webhook in application.received:
        assert validator.validate(webhook.raw.decode(), webhook.signature)
    kinds = [type(Event.from_dict(event)).__name__ for event in events]
    assert kinds == [
        "FollowEvent",
        *["MessageEvent"] * 3,
        "PostbackEvent",
        "VideoPlayCompleteEvent",
        "UnsendEvent",
        "UnfollowEvent",
    ]
    assert len({event["webhookEventId"] for event in events}) == 8
    assert [("replyToken" in event) for event in events] == [True] * 6 + [False] * 2


def test_following_again_after_blocking_is_told_as_unblocking(application: Application, control: Control) -> None:
    user = control.a_user()
    for act in ("follow", "unfollow", "follow"):
        control.post(f"/users/{user}/{act}")
    follows = [event["follow"] for event in application.events(3) if event["type"] == "follow"]
    assert follows == [{"isUnblocked": False}, {"isUnblocked": True}]
    control.post(f"/users/{user}/follow", status=409)


def test_a_webhook_without_2xx_comes_again_and_what_follows_waits_for_it(
    application: Application, control: Control
) -> None:
    application.statuses = [500]
    user = control.a_friend()
    control.post(f"/users/{user}/say", {"text": "1"})
    control.post(f"/users/{user}/say", {"text": "2"})

    first, again, second = application.events(3)

    assert first["deliveryContext"] == {"isRedelivery": False}
    assert again["deliveryContext"] == {"isRedelivery": True}
    for same in ("webhookEventId", "replyToken", "timestamp", "message"):
        assert again[same] == first[same]
    assert second["message"]["text"] == "2"


def test_an_answer_later_than_two_seconds_is_no_answer(application: Application, control: Control) -> None:
    application.held = threading.Event()
    control.post(f"/users/{control.a_friend()}/say", {"text": "もしもし"})
    wait_until(lambda: len(application.received) == 1)
    began = time.monotonic()
    wait_until(lambda: len(application.received) == 2)
    assert 1.9 < time.monotonic() - began < 4
    application.held.set()


def test_different_people_do_not_wait_for_each_other(application: Application, control: Control) -> None:
    application.held = threading.Event()
    control.post(f"/users/{control.a_friend()}/say", {"text": "遅い"})
    wait_until(lambda: len(application.received) == 1)
    control.post(f"/users/{control.a_friend()}/say", {"text": "速い"})
    wait_until(lambda: len(application.received) == 2)
    application.held.set()


def test_undelivered_webhooks_and_all_state_survive_a_restart(
    application: Application, config: EmulatorConfig, emulator: Emulator, control: Control
) -> None:
    application.statuses = [503]
    user = control.a_friend()
    control.post(f"/users/{user}/say", {"text": "聞こえますか"})
    wait_until(lambda: len(application.received) == 1)
    emulator.stop()

    restarted = start(config)
    try:
        _, again = application.events(2)
        wait_until(lambda: restarted.webhooks.undelivered() == 0)
        after = Control(restarted)
        assert again["deliveryContext"]["isRedelivery"]
        assert after.get("/state")["users"][0]["user_id"] == user
        assert after.get(f"/users/{user}/talk")[0]["message"]["text"] == "聞こえますか"
        assert restarted.bot_user_id == emulator.bot_user_id
    finally:
        restarted.stop()


def test_nothing_is_sent_while_the_account_has_no_webhook(
    application: Application, emulator: Emulator, control: Control
) -> None:
    control.post("/account", {"webhook_active": False})
    told = control.post(f"/users/{control.a_friend()}/say", {"text": "もしもし"})
    assert told["queued"] is False
    assert emulator.webhooks.undelivered() == 0
    assert not application.received


def test_ready_made_bodies_go_out_unchanged_and_their_people_can_be_answered(
    application: Application, control: Control, call: Caller
) -> None:
    user, token = "U" + "5" * 32, "a" * 32
    event = {"type": "follow", "source": {"type": "user", "userId": user}, "replyToken": token, "odd": "  "}
    raw = json.dumps({"events": [event, {"no": "type"}]}, indent=3)
    application.statuses = [200, 401]

    answers = control.post("/webhooks", {"bodies": [raw, "not json"]})["responses"]

    assert [answer["status"] for answer in answers] == [200, 401]
    assert [webhook.raw for webhook in application.received] == [raw.encode(), b"not json"]
    assert call.reply(token, "ようこそ").status == 200
    assert call.push(user, "またね").status == 200
    assert control.texts(user) == ["ようこそ", "またね"]


@pytest.mark.parametrize(("signature", "is_right"), [("good", True), ("bad", False), ("none", False)])
def test_signatures_of_ready_made_bodies_are_right_wrong_or_missing(
    application: Application, control: Control, config: EmulatorConfig, signature: str, is_right: bool
) -> None:
    control.post("/webhooks", {"bodies": ['{"events":[]}'], "signature": signature})
    sent = application.received[0].signature
    assert SignatureValidator(config.channel_secret).validate('{"events":[]}', sent or "") is is_right
    assert (sent is None) is (signature == "none")


def test_the_application_sets_and_tests_its_webhook_address(
    application: Application, control: Control, call: Caller
) -> None:
    path = "/v2/bot/channel/webhook"
    assert call("PUT", path + "/endpoint", {"endpoint": "http://plain.example/"}).status == 400
    assert call("PUT", path + "/endpoint", {"endpoint": PUBLIC_URL + WEBHOOK_PATH}).status == 200
    assert call("GET", path + "/endpoint").json() == {"endpoint": PUBLIC_URL + WEBHOOK_PATH, "active": True}

    assert call("POST", path + "/test", {}).json()["success"] is True
    assert json.loads(application.received[0].raw)["events"] == []
    application.statuses = [500]
    failed = call("POST", path + "/test", {}).json()
    assert (failed["success"], failed["statusCode"], failed["reason"]) == (False, 500, "ERROR_STATUS_CODE")
