"""A talk as a phone shows it: every message drawn, with the buttons it brings along."""

import json
from functools import lru_cache
from typing import Any

from lstep_lite import bubbles

DRAWN_KEPT = 4096
"""Messages do not change, and a phone asks for its talk every second."""


def draw(entries: list[dict[str, Any]], *, public_url: str) -> list[dict[str, Any]]:
    """The *entries* of a talk, each with its `html`. Addresses under *public_url* are this server's own."""
    return [{**entry, "html": _html(entry, public_url)} for entry in entries]


def _html(entry: dict[str, Any], public_url: str) -> dict[str, str]:
    message = entry["message"]
    if "content_url" in entry:
        message = {**message, "originalContentUrl": entry["content_url"]}
    drawn, quick_replies = _drawn(json.dumps(message), public_url)
    return {"message": drawn, "quick_replies": quick_replies}


@lru_cache(maxsize=DRAWN_KEPT)
def _drawn(message: str, public_url: str) -> tuple[str, str]:
    def address(url: str) -> str:
        return url[len(public_url) :] if url.startswith(public_url + "/") else url

    found = json.loads(message)
    return bubbles.draw(found, address=address), bubbles.draw_quick_replies(found, address=address)
