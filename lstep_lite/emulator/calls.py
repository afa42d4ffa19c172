"""One call of LINE's API and its answer, without any web framework: the sends are the hot path of benchmarks."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .refusals import refusal


@dataclass(slots=True)
class Call:
    method: str
    target: str  # path and query as sent
    headers: Mapping[str, str]  # looked up without regard to case
    body: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    def header(self, name: str) -> str | None:
        return self.headers.get(name)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused for another content type or broken JSON."""
        content_type = self.headers.get("Content-Type") or ""
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
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()
