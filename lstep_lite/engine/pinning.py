"""Words that speak of one thing: [予約:日時] of a certain booking, not of the one the friend has next.

A family that can be pinned reads the id of a row behind an @: [予約:日時@12].
"""

import re
from collections.abc import Mapping
from typing import Any

Pins = Mapping[str, int]
"""By the prefix of a family, the id of the row its words speak of."""
NONE: Pins = {}
PINS = "pins"
"""Where a reference to a template keeps them: they hold for all that the template shows."""
_WORD = re.compile(r"\[([^\[\]:：|｜@\s]+)[:：]([^\[\]|｜@\n]+)(?=[\]|｜])")


def text(text: str, pins: Pins) -> str:
    """*text* with the words of the families in *pins* pinned; what is pinned already stays."""

    def pinned(match: re.Match[str]) -> str:
        return f"[{match[1]}:{match[2].strip()}@{pins[match[1]]}" if match[1] in pins else match[0]

    return _WORD.sub(pinned, text)


def whole(value: Any, pins: Pins) -> Any:
    """A block, or any part of one, with all of its texts pinned."""
    if isinstance(value, str):
        return text(value, pins)
    if isinstance(value, dict):
        return {key: whole(each, pins) for key, each in value.items()}
    return [whole(each, pins) for each in value] if isinstance(value, list) else value
