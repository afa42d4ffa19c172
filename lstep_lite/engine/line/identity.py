"""Who a customer is, on LINE's word: ID tokens checked at LINE, and LINE Login for ordinary browsers.

https://developers.line.biz/en/reference/line-login/ and https://developers.line.biz/en/docs/line-login/verify-id-token/
A user id that a page merely claims is never taken: only what LINE says about a token counts.
"""

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import urllib3

from lstep_lite.engine.line import connection
from lstep_lite.engine.line.answers import parse_body
from lstep_lite.engine.line.connection import LineError
from lstep_lite.errors import DomainError

log = logging.getLogger(__name__)

LINE_LOGIN_URL = "https://access.line.me"
ISSUER = "https://access.line.me"
VERIFY, TOKEN, PROFILE, FRIENDSHIP = "/oauth2/v2.1/verify", "/oauth2/v2.1/token", "/v2/profile", "/friendship/v1/status"
SCOPE = "openid profile"
LONGEST_TOKEN = 8000


class Forged(DomainError):
    """The token is not LINE's, or is meant for somebody else's pages."""

    status = 403

    def __init__(self) -> None:
        super().__init__("LINEでの確認ができませんでした。この画面を閉じて、LINEからもう一度開いてください。")


class Expired(DomainError):
    """The token was good once; LINE makes a new one when asked."""

    status = 401

    def __init__(self) -> None:
        super().__init__("確認してから時間がたちました。この画面を閉じて、LINEからもう一度開いてください。")


@dataclass(frozen=True)
class Identity:
    user_id: str
    name: str | None
    picture_url: str | None


@dataclass(frozen=True)
class Tokens:
    id_token: str
    access_token: str


class Login:
    """The LINE Login channel. Every call talks to LINE: never inside a unit of work. All may raise LineError."""

    def __init__(
        self,
        channel_id: str,
        secret: str,
        pool: urllib3.PoolManager,
        *,
        api_url: str,
        login_url: str,
        timeout_seconds: float,
    ) -> None:
        self._channel_id = channel_id
        self._secret = secret
        self._pool = pool
        self._api_url = api_url
        self._login_url = login_url
        self._timeout_seconds = timeout_seconds

    # LINE Login in an ordinary browser

    def authorize_url(
        self, redirect_uri: str, *, state: str, nonce: str, verifier: str, offers_friendship: bool = False
    ) -> str:
        """Where the customer agrees. *offers_friendship* needs the account linked to the Login channel."""
        query = {
            "response_type": "code",
            "client_id": self._channel_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "scope": SCOPE,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        prompt = {"bot_prompt": "aggressive"} if offers_friendship else {}
        return f"{self._login_url}/oauth2/v2.1/authorize?{urlencode(query | prompt)}"

    def exchange(self, code: str, redirect_uri: str, *, verifier: str) -> Tokens:
        """What LINE gives for a code, which is good once and for ten minutes. Raises Forged for any other."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._channel_id,
            "client_secret": self._secret,
            "code_verifier": verifier,
        }
        status, body = self._call("POST", TOKEN, fields)
        if status != 200:
            raise Forged
        return Tokens(str(body.get("id_token", "")), str(body.get("access_token", "")))

    # Tokens

    def verify_id_token(self, token: str, *, now: datetime, nonce: str | None = None) -> Identity:
        """The person the ID token was made for. Raises Expired, or Forged for whatever else LINE or we don't accept."""
        if not token or len(token) > LONGEST_TOKEN:
            raise Forged
        fields = {"id_token": token, "client_id": self._channel_id} | ({"nonce": nonce} if nonce is not None else {})
        status, body = self._call("POST", VERIFY, fields)
        if status != 200:
            raise Expired if "expired" in str(body.get("error_description", "")).lower() else Forged
        self._check(body, now, nonce)
        return Identity(str(body["sub"]), body.get("name"), body.get("picture"))

    def _check(self, claims: Mapping[str, Any], now: datetime, nonce: str | None) -> None:
        """Once more by ourselves, whatever LINE has looked at."""
        is_ours = claims.get("iss") == ISSUER and claims.get("aud") == self._channel_id and bool(claims.get("sub"))
        if not is_ours or not isinstance(claims.get("exp"), int):
            raise Forged
        if nonce is not None and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise Forged
        if claims["exp"] <= now.timestamp():
            raise Expired

    def is_friend(self, access_token: str, user_id: str) -> bool:
        """Whether LINE says that *user_id*, whose token it must be, has added the account and not blocked it.

        False as well when LINE can't say: the account is not linked to the Login channel, or does not answer.
        """
        if not access_token or len(access_token) > LONGEST_TOKEN:
            return False
        try:
            return self._belongs(access_token, user_id) and self._friend_flag(access_token)
        except LineError as error:
            log.warning("LINE did not say whether somebody is a friend: %s", error.message)
            return False

    def _belongs(self, access_token: str, user_id: str) -> bool:
        """A token of another application would let its owner speak for anybody."""
        status, token = self._call("GET", f"{VERIFY}?{urlencode({'access_token': access_token})}")
        lives = token.get("expires_in")
        if status != 200 or token.get("client_id") != self._channel_id or not isinstance(lives, int) or lives <= 0:
            return False
        status, profile = self._call("GET", PROFILE, bearer=access_token)
        return status == 200 and profile.get("userId") == user_id

    def _friend_flag(self, access_token: str) -> bool:
        status, body = self._call("GET", FRIENDSHIP, bearer=access_token)
        return status == 200 and body.get("friendFlag") is True

    def _call(
        self, method: str, path: str, fields: Mapping[str, str] | None = None, *, bearer: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """LINE's status, at most 499 and not 429, and what it says."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        body = None
        if fields is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(fields)
        timeout = urllib3.Timeout(total=self._timeout_seconds)
        try:
            answer = self._pool.request(
                method, f"{self._api_url}{path}", body=body, headers=headers, timeout=timeout, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise connection.unreachable(error) from error
        if answer.status == 429 or answer.status >= 500:
            raise connection.refusal(answer.status, answer.data)
        return answer.status, parse_body(answer.data)


def new_secret() -> str:
    """A state, a nonce or a verifier: 64 characters that nobody guesses."""
    return secrets.token_urlsafe(48)


def challenge(verifier: str) -> str:
    """The S256 challenge of PKCE (RFC 7636 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
