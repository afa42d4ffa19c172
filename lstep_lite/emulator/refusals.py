"""What the platform answers when it does not do what was asked, in LINE's words."""

from collections.abc import Mapping, Sequence
from typing import Any


class Refused(Exception):
    """An answer with an error status; nothing was accepted."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(body)
        self.status = status
        self.body = dict(body)
        self.headers = dict(headers or {})


def refusal(status: int, message: str, details: Sequence[Mapping[str, str]] = ()) -> Refused:
    body: dict[str, Any] = {"message": message}
    if details:  # LINE leaves the property out when there is nothing to say
        body["details"] = [dict(detail) for detail in details]
    return Refused(status, body)


def body_errors(*errors: tuple[str, str]) -> Refused:
    """400 for properties of the body; *errors* are (message, property) pairs."""
    details = [{"message": message, "property": path} for message, path in errors]
    return refusal(400, f"The request body has {len(details)} error(s)", details)


def invalid_property(path: str) -> Refused:
    return refusal(400, f"The property, {path}, in the request body is invalid (line: -, column: -)")


def not_found() -> Refused:
    return refusal(404, "Not found")


def not_authenticated(reason: str) -> Refused:
    return refusal(
        401,
        f"Authentication failed due to the following reason: {reason}. "
        "Confirm that the access token in the authorization header is valid.",
    )


def not_available() -> Refused:
    return refusal(403, "Access to this API is not available for your account")


def too_many_calls() -> Refused:
    return refusal(429, "The API rate limit has been exceeded. Try again later.")


def monthly_limit() -> Refused:
    return refusal(429, "You have reached your monthly limit.")
