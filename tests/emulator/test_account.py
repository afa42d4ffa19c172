"""Tokens, profiles, media and the other things an account asks LINE for."""

import base64
import io
import json
from typing import Any

import pytest
import urllib3
from linebot.v3.messaging import ApiException, MessagingApi, MessagingApiBlob
from linebot.v3.oauth import ApiClient as OAuthClient
from linebot.v3.oauth import ChannelAccessToken
from linebot.v3.oauth import Configuration as OAuthConfiguration
from PIL import Image

from lstep_lite.emulator import Emulator, EmulatorConfig
from tests.emulator.conftest import Application, Caller, Control, issue_token, later


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "pink").save(out, "PNG")
    return out.getvalue()


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


def test_a_stateless_token_opens_the_api_for_fifteen_minutes(
    emulator: Emulator, config: EmulatorConfig, http: urllib3.PoolManager
) -> None:
    oauth = OAuthConfiguration(host=emulator.api_url)
    oauth.retries = False
    with OAuthClient(oauth) as client:
        issued = ChannelAccessToken(client).issue_stateless_channel_token_by_client_secret(
            client_id=config.channel_id, client_secret=config.channel_secret, _request_timeout=5
        )
        client.rest_client.pool_manager.clear()
    assert issued.expires_in == 900
    call = Caller(http, emulator.api_url, issued.access_token)
    assert call("GET", "/v2/bot/info").status == 200
    later(emulator, minutes=15, seconds=1)
    assert call("GET", "/v2/bot/info").status == 401


def test_wrong_credentials_and_tokens_are_refused(emulator: Emulator, call: Caller, http: urllib3.PoolManager) -> None:
    fields = {"grant_type": "client_credentials", "client_id": emulator.config.channel_id, "client_secret": "no"}
    refused = http.request("POST", emulator.api_url + "/oauth2/v3/token", fields=fields, encode_multipart=False)
    assert (refused.status, refused.json()["error"]) == (400, "invalid_client")
    login = Caller(http, emulator.api_url, issue_token(emulator, http, login=True))
    for bad in (Caller(http, emulator.api_url, "nonsense"), login):
        answer = bad("GET", "/v2/bot/info")
        assert answer.status == 401
        assert answer.json()["message"].startswith("Authentication failed")
    assert call("GET", "/v2/bot/nothing").status == 404
    assert call("PUT", "/v2/bot/message/push", {}).status == 405


def test_every_answer_names_its_request(call: Caller) -> None:
    answers = [call("GET", "/v2/bot/info"), call("GET", "/nowhere"), call.push("nobody")]
    assert [answer.status for answer in answers] == [200, 404, 400]
    assert len({answer.headers["x-line-request-id"] for answer in answers}) == 3


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b"{}", "text/plain", 415)],
)
def test_a_body_that_is_no_json_object_is_refused(call: Caller, body: bytes, kind: str, status: int) -> None:
    url = call.url + "/v2/bot/message/push"
    headers = {"Authorization": f"Bearer {call.token}", "Content-Type": kind}
    assert call.http.request("POST", url, body=body, headers=headers).status == status


def test_a_body_over_two_megabytes_is_refused(control: Control, call: Caller) -> None:
    assert call.push(control.a_friend(), "あ" * 800_000).status == 413


def test_profiles_are_of_friends_and_of_people_who_wrote(control: Control, line: MessagingApi, call: Caller) -> None:
    friend, stranger = control.a_friend("山田 花子"), control.a_user("通りすがり")
    control.post(f"/users/{friend}/event", {"profile": {"name": "山田 はな", "picture_url": "https://example.com/p"}})
    profile = line.get_profile(friend)
    assert (profile.display_name, profile.picture_url) == ("山田 はな", "https://example.com/p")
    assert call("GET", f"/v2/bot/profile/{stranger}").status == 404
    control.post(f"/users/{stranger}/say", {"text": "はじめまして"})
    assert line.get_profile(stranger).display_name == "通りすがり"
    control.post(f"/users/{friend}/unfollow")
    assert call("GET", f"/v2/bot/profile/{friend}").json() == {"message": "Not found"}


def test_only_a_verified_account_lists_its_followers(control: Control, line: MessagingApi) -> None:
    friends = [control.a_friend() for _ in range(3)]
    control.a_user()
    with pytest.raises(ApiException) as refused:
        line.get_followers()
    assert refused.value.status == 403
    control.post("/account", {"verified": True})
    first = line.get_followers(limit=2)
    second = line.get_followers(limit=2, start=first.next)
    assert [*first.user_ids, *second.user_ids] == friends
    assert second.next is None


def test_an_image_can_be_fetched_until_it_is_unsent(
    application: Application, control: Control, blob: MessagingApiBlob, call: Caller
) -> None:
    user, picture = control.a_friend(), a_picture()
    message_id = control.post(f"/users/{user}/say", {"image": encoded(picture)})["message_id"]
    assert application.events(1)[0]["message"]["contentProvider"] == {"type": "line"}
    assert bytes(blob.get_message_content(message_id)) == picture
    with Image.open(io.BytesIO(blob.get_message_content_preview(message_id))) as preview:
        assert (preview.format, max(preview.size)) == ("JPEG", 240)
    assert call("GET", f"/v2/bot/message/{message_id}/content/transcoding").status == 400

    control.post(f"/users/{user}/event", {"unsend": message_id})
    for part in ("", "/preview"):
        assert call("GET", f"/v2/bot/message/{message_id}/content{part}").status == 410
    assert control.get(f"/users/{user}/talk")[0]["unsent"] is True
    assert call("GET", "/v2/bot/message/1/content").status == 404


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_video_and_voice_are_prepared_first(control: Control, blob: MessagingApiBlob, kind: str) -> None:
    user = control.a_friend()
    message_id = control.post(f"/users/{user}/say", {kind: encoded(b"moving")})["message_id"]
    assert blob.get_message_content_with_http_info(message_id).status_code == 202
    assert blob.get_message_content_transcoding_by_message_id(message_id).status == "succeeded"
    assert bytes(blob.get_message_content(message_id)) == b"moving"


def test_the_loading_animation_ends_with_the_next_message(control: Control, call: Caller) -> None:
    user = control.a_friend()
    path = "/v2/bot/chat/loading/start"
    assert call("POST", path, {"chatId": user, "loadingSeconds": 10}).status == 202
    odd = call("POST", path, {"chatId": user, "loadingSeconds": 7})
    assert odd.json()["details"] == [{"message": "must be a multiple of five", "property": "loadingSeconds"}]
    shown = control.get("/state")
    assert shown["users"][0]["loading_until"] > shown["now"]
    call.push(user)
    shown = control.get("/state")
    assert shown["users"][0]["loading_until"] < shown["now"]


def test_reading_is_marked_by_hand_only_while_chat_is_on(
    application: Application, control: Control, line: MessagingApi, call: Caller
) -> None:
    user = control.a_friend()
    control.post(f"/users/{user}/say", {"text": "既読になる"})
    assert line.get_bot_info().mark_as_read_mode == "auto"
    assert control.get(f"/users/{user}/talk")[0]["read"] is True

    control.post("/account", {"chat_mode": "chat"})
    control.post(f"/users/{user}/say", {"text": "まだ未読"})
    token = application.events(2)[1]["message"]["markAsReadToken"]
    assert control.get(f"/users/{user}/talk")[1]["read"] is False
    assert call("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token}).status == 200
    assert control.get(f"/users/{user}/talk")[1]["read"] is True


def test_liff_apps_belong_to_the_login_channel(emulator: Emulator, call: Caller, http: urllib3.PoolManager) -> None:
    login = Caller(http, emulator.api_url, issue_token(emulator, http, login=True))
    app: dict[str, Any] = {"view": {"type": "full", "url": "https://demo.lstep.invalid/liff"}, "scope": ["openid"]}
    assert call("GET", "/liff/v1/apps").status == 401
    assert login("GET", "/liff/v1/apps").status == 404
    liff_id = login("POST", "/liff/v1/apps", app).json()["liffId"]
    assert liff_id.startswith(emulator.config.login_channel_id + "-")
    assert login("PUT", f"/liff/v1/apps/{liff_id}", {"view": {"type": "tall"}}).status == 200
    [stored] = login("GET", "/liff/v1/apps").json()["apps"]
    assert stored["view"] == {"type": "tall", "url": "https://demo.lstep.invalid/liff"}
    assert login("PUT", f"/liff/v1/apps/{liff_id}", {"view": {"url": "http://plain/"}}).status == 400
    assert login("DELETE", f"/liff/v1/apps/{liff_id}").status == 200
    assert login("DELETE", f"/liff/v1/apps/{liff_id}").status == 404


def test_credentials_are_made_once_and_kept_private(config: EmulatorConfig) -> None:
    again = EmulatorConfig.load(config.data_dir, app_url=config.app_url, public_url=config.public_url, port=0)
    path = config.data_dir / "emulator.json"
    assert again == config
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["channel_secret"] == config.channel_secret
