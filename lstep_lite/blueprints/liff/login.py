"""LINE Login, for customers who open one of our pages in an ordinary browser.

https://developers.line.biz/en/docs/line-login/integrate-line-login/
What an attempt has to bring back is in a signed cookie of that browser, for ten minutes.
"""

import hmac
from datetime import timedelta
from typing import Any

from flask import g, redirect, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import gates, pages, sessions
from lstep_lite.engine.line import Identity, Tokens, new_secret
from lstep_lite.engine.settings import checks
from lstep_lite.errors import DomainError
from lstep_lite.models import CheckState
from lstep_lite.web import runtime

bp = pages.blueprint("liff_login", __name__, "/liff/login")

COOKIE = "lstep_liff_login"
LASTS = timedelta(minutes=10)
"""As long as LINE's code is good."""
REFUSED = (
    "LINEログインが許可されなかったため、先へ進めません。"
    "お名前などの確認に使いますので、もう一度「LINEでログイン」を押して許可してください。"
)
TOO_LATE = (
    "LINEログインの途中で時間がたったか、別の画面で始め直したようです。もう一度「LINEでログイン」を押してください。"
)


@bp.get("")
@public
def new() -> Response:
    """Off to LINE. Nothing changes here but what this browser remembers."""
    attempt = {"state": new_secret(), "nonce": new_secret(), "verifier": new_secret()}
    where = runtime().account.login().authorize_url(_callback(), **attempt, offers_friendship=_offers_friendship())
    wanted = gates.own_path(request.args.get("wanted", ""))
    return _remember(redirect(where, 303), attempt | {"wanted": wanted, "at": int(g.wall.timestamp())})


@bp.get("/callback")
@public
def callback_show() -> Response:
    """Back from LINE: the session begins here, although it is a GET. What makes it safe is the state in the cookie."""
    attempt = _attempt()
    wanted = gates.own_path((attempt or {}).get("wanted", ""))
    if attempt is None or not _is_own(attempt):
        return _forget(gates.ask_who(wanted, problem=TOO_LATE))
    if "error" in request.args:
        return _forget(gates.ask_who(wanted, problem=REFUSED))
    sessions.count_submit()
    try:
        identity, is_friend = _vouched(attempt)
    except DomainError as error:
        return _forget(gates.ask_who(wanted, problem=gates.trouble(error)))
    sessions.start(g.session, identity, is_friend=is_friend)
    return _forget(redirect(wanted, 303))


def _is_own(attempt: dict[str, Any]) -> bool:
    """Whether this is the answer to what this browser asked for."""
    return hmac.compare_digest(attempt["state"].encode(), request.args.get("state", "").encode())


def _vouched(attempt: dict[str, Any]) -> tuple[Identity, bool]:
    login = runtime().account.login()
    tokens: Tokens = login.exchange(request.args.get("code", ""), _callback(), verifier=attempt["verifier"])
    identity = login.verify_id_token(tokens.id_token, now=g.now, nonce=attempt["nonce"])
    return identity, login.is_friend(tokens.access_token, identity.user_id)


def _callback() -> str:
    return f"{runtime().settings.public_url}/liff/login/callback"


def _offers_friendship() -> bool:
    """LINE offers to add the account only where it is linked to the Login channel (settings/checks.py found out)."""
    found = checks.outcomes(g.read).get("provider")
    return found is not None and found.state is CheckState.GOOD


def _remember(response: Response, attempt: dict[str, Any]) -> Response:
    response.set_cookie(
        COOKIE,
        _serializer().dumps(attempt),
        max_age=LASTS,
        path="/liff/login",
        secure=not runtime().settings.is_demo,
        httponly=True,
        samesite="Lax",
    )
    return response


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/liff/login")
    return response


def _attempt() -> dict[str, Any] | None:
    try:
        attempt: dict[str, Any] = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return None
    return attempt if g.wall.timestamp() - attempt["at"] < LASTS.total_seconds() else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(runtime().settings.secret_key, salt="liff login")
