"""Who a customer is: what LINE says about tokens, and what is believed of it."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3

from lstep_lite.engine.line import Expired, Forged, Identity, LineError, Login, Tokens, add_friend_link, link_to
from lstep_lite.engine.line.identity import challenge
from lstep_lite.models import Channel
from tests.engine.line.conftest import DROP, Script
from tests.factories import NOW

CHANNEL, ANN = "2000000001", f"U{'a' * 32}"
ISSUER = "https://access.line.me"


@pytest.fixture
def login(script: Script) -> Login:
    pool = urllib3.PoolManager(retries=False)
    return Login(CHANNEL, "login-secret", pool, api_url=script.url, login_url="https://login.test", timeout_seconds=2)


def claims(**over: Any) -> dict[str, Any]:
    in_an_hour = int((NOW + timedelta(hours=1)).timestamp())
    return {"iss": ISSUER, "sub": ANN, "aud": CHANNEL, "exp": in_an_hour, "name": "アン"} | over


def said(description: str, status: int = 400) -> tuple[int, Any, dict[str, str]]:
    return status, {"error": "invalid_request", "error_description": description}, {}


def test_a_good_token_names_its_person_and_was_checked_for_our_channel(script: Script, login: Login) -> None:
    script.answers = [(200, claims(picture="https://profile.test/ann"), {})]
    found = login.verify_id_token("the-token", now=NOW)
    assert found == Identity(ANN, "アン", "https://profile.test/ann")
    assert script.requests[0].path == "/oauth2/v2.1/verify"
    assert script.requests[0].body == f"id_token=the-token&client_id={CHANNEL}".encode()


@pytest.mark.parametrize(
    "over",
    [
        {"iss": "https://evil.test"},
        {"aud": "2999999999"},
        {"sub": ""},
        {"exp": None},
        {"nonce": "other"},
    ],
)
def test_what_line_says_is_checked_once_more(script: Script, login: Login, over: dict[str, Any]) -> None:
    script.answers = [(200, claims(nonce="mine") | over, {})]
    with pytest.raises(Forged):
        login.verify_id_token("token", now=NOW, nonce="mine")


def test_a_nonce_that_fits_is_sent_along_and_accepted(script: Script, login: Login) -> None:
    script.answers = [(200, claims(nonce="mine"), {})]
    assert login.verify_id_token("token", now=NOW, nonce="mine").user_id == ANN
    assert b"nonce=mine" in script.requests[0].body


def test_a_token_that_ended_by_our_clock_is_expired_whatever_line_says(script: Script, login: Login) -> None:
    script.answers = [(200, claims(exp=int(NOW.timestamp())), {})]
    with pytest.raises(Expired):
        login.verify_id_token("token", now=NOW)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (said("IdToken expired."), Expired),
        (said("Invalid IdToken."), Forged),
        (said("Invalid IdToken Audience."), Forged),
        ((200, b"<html>", {}), Forged),
        ((503, {}, {}), LineError),
        ((429, {}, {}), LineError),
        (DROP, LineError),
    ],
)
def test_refusals_are_told_from_trouble(script: Script, login: Login, answer: Any, error: type[Exception]) -> None:
    script.answers = [answer]
    with pytest.raises(error) as raised:
        login.verify_id_token("token", now=NOW)
    assert type(raised.value) is error


@pytest.mark.parametrize("token", ["", "x" * 9000])
def test_what_is_no_token_is_not_even_asked_about(script: Script, login: Login, token: str) -> None:
    with pytest.raises(Forged):
        login.verify_id_token(token, now=NOW)
    assert not script.requests


def test_the_way_to_line_carries_the_challenge_and_never_the_verifier(login: Login) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    url = login.authorize_url("https://shop.test/back", state="s", nonce="n", verifier=verifier)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://login.test/oauth2/v2.1/authorize?") and verifier not in url
    assert query["code_challenge"] == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert (query["code_challenge_method"], query["state"], query["nonce"]) == ("S256", "s", "n")
    assert (query["client_id"], query["redirect_uri"], query["scope"]) == (
        CHANNEL,
        "https://shop.test/back",
        "openid profile",
    )
    assert "bot_prompt" not in query
    offering = login.authorize_url("x", state="s", nonce="n", verifier=verifier, offers_friendship=True)
    assert offering.endswith("&bot_prompt=aggressive")


def test_a_code_is_exchanged_with_its_verifier(script: Script, login: Login) -> None:
    script.answers = [(200, {"id_token": "i", "access_token": "a"}, {}), (400, {"error": "invalid_grant"}, {})]
    assert login.exchange("code", "https://shop.test/back", verifier="v" * 64) == Tokens("i", "a")
    assert b"code_verifier=" + b"v" * 64 in script.requests[0].body
    with pytest.raises(Forged):
        login.exchange("code", "https://shop.test/back", verifier="v" * 64)


def test_a_friendship_is_believed_only_of_a_token_of_ours_and_of_that_person(script: Script, login: Login) -> None:
    ours, hers = (200, {"client_id": CHANNEL, "expires_in": 60}, {}), (200, {"userId": ANN}, {})
    friend = (200, {"friendFlag": True}, {})
    script.answers = [ours, hers, friend, None]
    assert login.is_friend("token", ANN)
    for answers in (
        [(200, {"client_id": "another", "expires_in": 60}, {}), hers, friend],
        [(200, {"client_id": CHANNEL, "expires_in": 0}, {}), hers, friend],
        [ours, (200, {"userId": "somebody"}, {}), friend],
        [ours, hers, (200, {"friendFlag": False}, {})],
        [ours, hers, (403, {}, {})],
        [DROP],
    ):
        script.answers = [*answers, None]
        assert not login.is_friend("token", ANN)


def test_addresses_open_in_line_once_line_knows_us() -> None:
    channel = Channel(liff_id="2000000001-abc", basic_id="@salon")
    path = "/liff/surveys/abc?x=1"
    assert (
        link_to(channel, path, public_url="https://shop.test") == "https://liff.line.me/2000000001-abc/surveys/abc?x=1"
    )
    assert link_to(None, path, public_url="https://shop.test") == "https://shop.test/liff/surveys/abc?x=1"
    assert add_friend_link(channel) == "https://line.me/R/ti/p/%40salon"
    assert add_friend_link(None) == ""


def test_challenges_have_no_padding() -> None:
    assert len(challenge("v" * 64)) == 43
