"""LINE Login and what an application may ask about a person."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3
from bs4 import BeautifulSoup

from lstep_lite.emulator import Emulator
from tests.emulator.conftest import PUBLIC_URL, Application, Caller, Control, later

CALLBACK = f"{PUBLIC_URL}/liff/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def an_address(emulator: Emulator, **changes: str) -> str:
    query = {
        "response_type": "code",
        "client_id": emulator.config.login_channel_id,
        "redirect_uri": CALLBACK,
        "state": "s1",
        "scope": "openid profile",
        "nonce": "n1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{emulator.api_url}/oauth2/v2.1/authorize?{urlencode({name: text for name, text in query.items() if text})}"


def given(redirect: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(redirect).query).items()}


def exchange(emulator: Emulator, http: urllib3.PoolManager, code: str, **changes: str) -> urllib3.BaseHTTPResponse:
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": emulator.config.login_channel_id,
        "client_secret": emulator.config.login_channel_secret,
        "code_verifier": VERIFIER,
        **changes,
    }
    return http.request("POST", emulator.api_url + "/oauth2/v2.1/token", fields=fields, encode_multipart=False)


def verify(emulator: Emulator, http: urllib3.PoolManager, id_token: str, **changes: str) -> tuple[int, dict[str, Any]]:
    fields = {"id_token": id_token, "client_id": emulator.config.login_channel_id, **changes}
    answer = http.request("POST", emulator.api_url + "/oauth2/v2.1/verify", fields=fields, encode_multipart=False)
    return answer.status, answer.json()


def a_code(emulator: Emulator, control: Control, user_id: str, **changes: str) -> str:
    answer = control.post(f"/users/{user_id}/login", {"authorize_url": an_address(emulator, **changes)})
    return given(answer["redirect"])["code"]


def test_a_login_ends_in_a_token_that_line_vouches_for(
    emulator: Emulator, application: Application, control: Control, http: urllib3.PoolManager
) -> None:
    user_id = control.a_user("山田 花子")
    redirect = control.post(f"/users/{user_id}/login", {"authorize_url": an_address(emulator)})["redirect"]
    assert redirect.startswith(f"{application.url}/liff/callback?"), "the public address is the application's own"
    assert given(redirect)["state"] == "s1"

    tokens = exchange(emulator, http, given(redirect)["code"]).json()
    status, claims = verify(emulator, http, tokens["id_token"], nonce="n1", user_id=user_id)
    assert (status, claims["sub"], claims["name"], claims["nonce"]) == (200, user_id, "山田 花子", "n1")
    assert (claims["iss"], claims["aud"]) == ("https://access.line.me", emulator.config.login_channel_id)

    person = Caller(http, emulator.api_url, tokens["access_token"])
    assert person("GET", "/v2/profile").json() == {"userId": user_id, "displayName": "山田 花子"}
    assert person("GET", "/friendship/v1/status").json() == {"friendFlag": False}
    shown = http.request("GET", f"{emulator.api_url}/oauth2/v2.1/verify?access_token={tokens['access_token']}").json()
    assert shown["client_id"] == emulator.config.login_channel_id
    assert shown["scope"] == "openid profile"
    assert 0 < shown["expires_in"] <= 30 * 86400


def test_a_code_is_good_once_and_only_for_who_asked(
    emulator: Emulator, control: Control, http: urllib3.PoolManager
) -> None:
    user_id = control.a_user()
    wrong: list[dict[str, str]] = [
        {"code_verifier": "w" * 43},
        {"redirect_uri": CALLBACK + "/other"},
        {"client_secret": "no"},
    ]
    for changes in wrong:
        assert exchange(emulator, http, a_code(emulator, control, user_id), **changes).status == 400, changes
    code = a_code(emulator, control, user_id)
    assert exchange(emulator, http, code).status == 200
    assert exchange(emulator, http, code).json()["error"] == "invalid_grant"
    late = a_code(emulator, control, user_id)
    later(emulator, minutes=11)
    assert exchange(emulator, http, late).status == 400


def test_tokens_that_are_not_ours_are_refused_in_lines_words(
    emulator: Emulator, control: Control, http: urllib3.PoolManager
) -> None:
    tokens = exchange(emulator, http, a_code(emulator, control, control.a_user())).json()
    good = tokens["id_token"]
    forged = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    assert verify(emulator, http, forged)[1]["error_description"] == "Invalid IdToken."
    assert verify(emulator, http, "はい")[1]["error_description"] == "Invalid IdToken."
    assert verify(emulator, http, good, client_id="1")[1]["error_description"] == "Invalid IdToken Audience."
    assert verify(emulator, http, good, nonce="n2")[1]["error_description"] == "Invalid IdToken Nonce."
    assert verify(emulator, http, good, user_id="U1")[1]["error_description"] == "Invalid IdToken Subject Identifier."
    later(emulator, minutes=61)
    assert verify(emulator, http, good) == (
        400,
        {"error": "invalid_request", "error_description": "IdToken expired."},
    )
    person = Caller(http, emulator.api_url, tokens["access_token"])
    assert person("GET", "/v2/profile").status == 200
    http.request(
        "POST",
        emulator.api_url + "/oauth2/v2.1/revoke",
        fields={"access_token": tokens["access_token"]},
        encode_multipart=False,
    )
    assert person("GET", "/v2/profile").status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/liff/callback"},
        {"redirect_uri": f"{PUBLIC_URL}/liffy"},
        {"client_id": "1"},
        {"state": ""},
        {"scope": "email"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
def test_an_address_that_line_would_not_accept_is_refused(
    emulator: Emulator, control: Control, http: urllib3.PoolManager, change: dict[str, str]
) -> None:
    address = an_address(emulator, **change)
    assert http.request("GET", address).status == 400
    control.post(f"/users/{control.a_user()}/login", {"authorize_url": address}, status=400)


def test_who_is_asked_may_add_the_account_or_refuse(
    emulator: Emulator, application: Application, control: Control, http: urllib3.PoolManager
) -> None:
    user_id, address = control.a_user(), an_address(emulator, bot_prompt="aggressive")
    plain = control.post(f"/users/{user_id}/login", {"authorize_url": an_address(emulator)})
    assert "friendship_status_changed" not in given(plain["redirect"]), "nobody was asked"
    no = control.post(f"/users/{user_id}/login", {"authorize_url": address})
    assert given(no["redirect"])["friendship_status_changed"] == "false"
    yes = control.post(f"/users/{user_id}/login", {"authorize_url": address, "add_friend": True})
    assert given(yes["redirect"])["friendship_status_changed"] == "true"
    assert application.events(1)[0]["type"] == "follow"
    again = control.post(f"/users/{user_id}/login", {"authorize_url": address, "add_friend": True})
    assert "friendship_status_changed" not in given(again["redirect"])
    refused = control.post(f"/users/{user_id}/login", {"authorize_url": address, "refuse": True})
    assert given(refused["redirect"])["error"] == "access_denied"
    assert given(refused["redirect"])["state"] == "s1"


def test_the_page_asks_who_logs_in(emulator: Emulator, control: Control, http: urllib3.PoolManager) -> None:
    user_id = control.a_user("<b>花子</b>")
    shown = http.request("GET", an_address(emulator, bot_prompt="normal"))
    assert shown.headers["Content-Type"].startswith("text/html")
    page = BeautifulSoup(shown.data, "html.parser")
    form = page.select_one("form")
    assert form is not None
    assert page.select_one("[name=add_friend]") is not None
    assert "<b>花子</b>" in form.get_text()
    sent = {"user_id": user_id, "decision": "agree", "add_friend": "on"}
    back = http.request(
        "POST", emulator.api_url + str(form["action"]), fields=sent, encode_multipart=False, redirect=False
    )
    assert back.status == 303
    assert given(back.headers["Location"])["friendship_status_changed"] == "true"
    assert exchange(emulator, http, given(back.headers["Location"])["code"]).status == 200
    for part in page.select("link[rel=stylesheet], script"):
        assert http.request("GET", emulator.api_url + str(part.get("href") or part.get("src"))).status == 200


def test_what_was_exchanged_is_not_kept_in_the_list_of_calls(
    emulator: Emulator, control: Control, http: urllib3.PoolManager
) -> None:
    tokens = exchange(emulator, http, a_code(emulator, control, control.a_user())).json()
    http.request("GET", f"{emulator.api_url}/oauth2/v2.1/verify?access_token={tokens['access_token']}")
    verify(emulator, http, tokens["id_token"])
    kept = str(control.get("/requests"))
    assert tokens["access_token"] not in kept
    assert tokens["id_token"] not in kept
