"""ID tokens: who somebody is, in a form that LINE signs and later vouches for."""

import base64
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .calls import Answer, Call
from .refusals import Refused
from .store import dump

if TYPE_CHECKING:
    from .platform import Emulator

ISSUER = "https://access.line.me"
LIFE = timedelta(hours=1)


def issue(emulator: "Emulator", user: Any, *, audience: str, scope: str, at: datetime, nonce: str | None = None) -> str:
    """The signed token of *user* for the channel *audience*. Name and picture are in it if *scope* has 'profile'.

    LINE signs by HS256 what web login hands out, and by ES256 what LIFF does; here all are signed by HS256.
    """
    claims = {
        "iss": ISSUER,
        "sub": user["user_id"],
        "aud": audience,
        "exp": int((at + LIFE).timestamp()),
        "iat": int(at.timestamp()),
        "nonce": nonce,
        "amr": ["linesso"],
        **({"name": user["name"], "picture": user["picture_url"]} if "profile" in scope.split() else {}),
    }
    return _signed(emulator, {name: value for name, value in claims.items() if value is not None})


def _signed(emulator: "Emulator", claims: dict[str, Any]) -> str:
    head = ".".join(_encoded(dump(part).encode()) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
    return f"{head}.{_encoded(_signature(emulator, head))}"


def _signature(emulator: "Emulator", head: str) -> bytes:
    return hmac.digest(emulator.config.login_channel_secret.encode(), head.encode(), "sha256")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def verify(emulator: "Emulator", call: Call) -> Answer:
    """POST /oauth2/v2.1/verify: the claims of a token that is good for *client_id*, else LINE's reason."""
    form = call.form()
    if not form.get("id_token") or not form.get("client_id"):
        raise _invalid("id_token and client_id are required")
    claims = _claims(emulator, form["id_token"])
    if claims.get("iss") != ISSUER:
        raise _invalid("Invalid IdToken Issuer.")
    if claims["exp"] <= call.now.timestamp():
        raise _invalid("IdToken expired.")
    if claims["aud"] != form["client_id"]:
        raise _invalid("Invalid IdToken Audience.")
    if "nonce" in form and claims.get("nonce") != form["nonce"]:
        raise _invalid("Invalid IdToken Nonce.")
    if "user_id" in form and claims["sub"] != form["user_id"]:
        raise _invalid("Invalid IdToken Subject Identifier.")
    return Answer(claims)


def _claims(emulator: "Emulator", token: str) -> dict[str, Any]:
    head, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_encoded(_signature(emulator, head)).encode(), signature.encode()):
        raise _invalid("Invalid IdToken.")
    part = head.partition(".")[2]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _invalid(description: str) -> Refused:
    return Refused(400, {"error": "invalid_request", "error_description": description})
