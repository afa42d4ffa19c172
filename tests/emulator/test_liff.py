"""Pages inside LINE: how they open, what the SDK learns, and what they may do for the person."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from lstep_lite.emulator import Emulator
from tests.emulator.conftest import PUBLIC_URL, Application, Control, issue_token, later
from tests.emulator.test_login import an_address, verify


def a_liff_app(emulator: Emulator, http: urllib3.PoolManager, **more: Any) -> str:
    app = {
        "view": {"type": "full", "url": f"{PUBLIC_URL}/liff"},
        "scope": ["openid", "profile", "chat_message.write"],
        **more,
    }
    headers = {"Authorization": f"Bearer {issue_token(emulator, http, login=True)}"}
    return str(http.request("POST", emulator.api_url + "/liff/v1/apps", json=app, headers=headers).json()["liffId"])


def ask(emulator: Emulator, http: urllib3.PoolManager, deed: str, **fields: str) -> urllib3.BaseHTTPResponse:
    """As the SDK does it from the application's page."""
    return http.request("POST", f"{emulator.api_url}/liff/sdk/{deed}", fields=fields, encode_multipart=False)


def ticket_of(location: str) -> str:
    [(_, [ticket])] = parse_qs(urlsplit(location).fragment).items()
    return ticket


def test_a_link_opens_at_the_endpoint_with_the_rest_packed_up(
    emulator: Emulator, application: Application, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, liff_id = control.a_user(), a_liff_app(emulator, http)
    for host in ("https://liff.line.me", emulator.api_url):
        opened = control.post(f"/users/{user_id}/open", {"url": f"{host}/{liff_id}/surveys/ab?x=1&y=2#f"})
        address = urlsplit(opened["location"])
        assert opened["location"].startswith(f"{application.url}/liff?")
        assert parse_qs(address.query) == {"liff.state": ["/surveys/ab?x=1&y=2#f"]}
        assert opened["size"] == "full"
    plain = control.post(f"/users/{user_id}/open", {"url": f"https://liff.line.me/{liff_id}"})
    assert plain["location"].partition("#")[0] == f"{application.url}/liff"
    status, claims = verify(emulator, http, opened["id_token"])
    assert (status, claims["sub"]) == (200, user_id)

    outside = control.post(f"/users/{user_id}/open", {"url": f"{PUBLIC_URL}/liff/surveys/ab"})
    assert (outside["location"], outside["id_token"]) == (f"{application.url}/liff/surveys/ab", None)
    control.post(f"/users/{user_id}/open", {"url": "https://liff.line.me/1-nothing"}, status=404)


def test_old_and_foreign_tokens_can_be_had_for_trying_refusals(
    emulator: Emulator, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, url = control.a_user(), f"https://liff.line.me/{a_liff_app(emulator, http)}/x"
    old = control.post(f"/users/{user_id}/open", {"url": url, "expired": True})
    assert verify(emulator, http, old["id_token"])[1]["error_description"] == "IdToken expired."
    shown = http.request("GET", f"{emulator.api_url}/oauth2/v2.1/verify?access_token={old['access_token']}")
    assert shown.json()["error_description"] == "access token expired"
    foreign = control.post(f"/users/{user_id}/open", {"url": url, "audience": "1234567890"})
    assert verify(emulator, http, foreign["id_token"])[1]["error_description"] == "Invalid IdToken Audience."
    shown = http.request("GET", f"{emulator.api_url}/oauth2/v2.1/verify?access_token={foreign['access_token']}")
    assert shown.json()["client_id"] == "1234567890"


def test_a_ticket_is_good_once_and_brings_the_next(
    emulator: Emulator, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, liff_id = control.a_user("花子"), a_liff_app(emulator, http)
    opened = control.post(f"/users/{user_id}/open", {"url": f"https://liff.line.me/{liff_id}/x"})
    ticket = ticket_of(opened["location"])
    started = ask(emulator, http, "start", liff_id=liff_id, ticket=ticket)
    assert started.headers["Access-Control-Allow-Origin"] == "*"
    first = started.json()["session"]
    assert (first["user_id"], first["id_token"], first["in_client"]) == (user_id, opened["id_token"], True)
    assert ask(emulator, http, "start", liff_id=liff_id, ticket=ticket).json()["session"] is None

    later(emulator, hours=2)
    assert verify(emulator, http, first["id_token"])[0] == 400
    second = ask(emulator, http, "start", liff_id=liff_id, ticket=first["ticket"]).json()["session"]
    assert verify(emulator, http, second["id_token"])[0] == 200

    other = a_liff_app(emulator, http)
    assert ask(emulator, http, "start", liff_id=other, ticket=second["ticket"]).json()["session"] is None
    unknown = ask(emulator, http, "start", liff_id="1-nothing")
    assert (unknown.status, unknown.headers["Access-Control-Allow-Origin"]) == (404, "*")


def test_an_ordinary_browser_gets_the_page_without_the_person(
    emulator: Emulator, application: Application, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, liff_id = control.a_user(), a_liff_app(emulator, http)
    shown = http.request("GET", f"{emulator.api_url}/{liff_id}/surveys/ab?x=1", redirect=False)
    assert shown.headers["Location"] == f"{application.url}/liff?liff.state=%2Fsurveys%2Fab%3Fx%3D1"
    assert http.request("GET", f"{emulator.api_url}/1-nothing").status == 404

    address = an_address(emulator, app_id=liff_id, redirect_uri=f"{PUBLIC_URL}/liff/surveys/ab")
    back = control.post(f"/users/{user_id}/login", {"authorize_url": address})["redirect"]
    session = ask(emulator, http, "start", liff_id=liff_id, ticket=ticket_of(back)).json()["session"]
    assert (session["user_id"], session["in_client"]) == (user_id, False)


def test_what_a_page_sends_arrives_as_the_persons_own_words(
    emulator: Emulator, application: Application, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, liff_id = control.a_friend(), a_liff_app(emulator, http)
    token = control.post(f"/users/{user_id}/open", {"url": f"https://liff.line.me/{liff_id}"})["access_token"]
    messages = [
        {"type": "text", "text": "回答しました"},
        {
            "type": "image",
            "originalContentUrl": "https://a.example/a.png",
            "previewImageUrl": "https://a.example/p.png",
        },
    ]
    sent = ask(emulator, http, "messages", access_token=token, messages=json.dumps(messages))
    assert sent.status == 200, sent.data
    text, image = application.events(2)
    assert (text["message"]["text"], text["source"]["userId"]) == ("回答しました", user_id)
    assert text["replyToken"]
    assert image["message"]["contentProvider"]["type"] == "external"
    assert [entry["from"] for entry in control.get(f"/users/{user_id}/talk")] == ["user", "user"]

    postback = {"type": "postback", "label": "押す", "data": "a=1"}
    template = {"type": "template", "altText": "a", "template": {"type": "buttons", "text": "a", "actions": [postback]}}
    refusals: list[list[dict[str, Any]]] = [[template], messages * 3, [{"type": "imagemap"}], []]
    for refused in refusals:
        answer = ask(emulator, http, "messages", access_token=token, messages=json.dumps(refused))
        assert answer.status == 400, refused
    narrow = a_liff_app(emulator, http, scope=["openid", "profile"])
    token = control.post(f"/users/{user_id}/open", {"url": f"https://liff.line.me/{narrow}"})["access_token"]
    assert ask(emulator, http, "messages", access_token=token, messages=json.dumps(messages)).status == 403


def test_a_page_can_ask_for_friendship(
    emulator: Emulator, application: Application, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, liff_id = control.a_user("花子"), a_liff_app(emulator, http)
    token = control.post(f"/users/{user_id}/open", {"url": f"https://liff.line.me/{liff_id}"})["access_token"]
    assert ask(emulator, http, "profile", access_token=token).json()["displayName"] == "花子"
    assert ask(emulator, http, "friendship", access_token=token).json() == {"friendFlag": False}
    for _ in range(2):
        assert ask(emulator, http, "befriend", access_token=token).status == 200
    assert [event["type"] for event in application.events(1)] == ["follow"]
    assert ask(emulator, http, "friendship", access_token=token).json() == {"friendFlag": True}
    assert ask(emulator, http, "friendship", access_token="x").status == 401
    control.post("/account", {"same_provider": False})
    assert ask(emulator, http, "friendship", access_token=token).status == 400


@pytest.mark.parametrize("body", [{}, {"url": 1}, {"url": "https://liff.line.me/1-a", "audience": 1}])
def test_an_opening_that_makes_no_sense_is_refused(control: Control, body: dict[str, Any]) -> None:
    control.post(f"/users/{control.a_user()}/open", body, status=400)
