"""One call of LINE's API and its answer, without any web framework: the sends are the hot path of benchmarks."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .refusals import refusal
from .store import dump


@dataclass(slots=True)
class Call:
    method: str
    target: str  # path and query as sent
    headers: dict[str, str]  # names as sent; look them up with `header`
    body: bytes
    now: datetime  # when it arrived
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    _headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._headers = {name.lower(): value for name, value in self.headers.items()}

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    def header(self, name: str) -> str | None:
        """The header without regard to case."""
        return self._headers.get(name.lower())

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused for another content type or broken JSON."""
        content_type = self.header("Content-Type") or ""
        if content_type.partition(";")[0].strip().lower() != "application/json":
            raise refusal(415, f"The content type, {content_type}, is not supported")
        try:
            body = json.loads(self.body)
        except UnicodeDecodeError:
            raise _not_json(1, 1) from None
        except json.JSONDecodeError as error:
            raise _not_json(error.lineno, error.colno) from None
        if not isinstance(body, dict):
            raise _not_json(1, 1)
        return body


def _not_json(line: int, column: int) -> Exception:
    return refusal(400, f"The request body could not be parsed as JSON (line: {line}, column: {column})")


@dataclass(slots=True)
class Answer:
    body: dict[str, Any] | bytes
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else dump(self.body).encode()
