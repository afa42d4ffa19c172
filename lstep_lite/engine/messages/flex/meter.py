"""How large a card is, as LINE weighs it: the bytes of its JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lstep_lite.engine.messages.validation.flex import BUBBLE_BYTES, CAROUSEL_BYTES


@dataclass(frozen=True)
class Sizes:
    """Bytes; a message of one card has no carousel."""

    bubble: int
    """Of its largest card."""
    carousel: int
    bubble_limit: int = BUBBLE_BYTES
    carousel_limit: int = CAROUSEL_BYTES

    @property
    def percent(self) -> int:
        """Of whichever limit is nearer; more than 100 can't be sent."""
        return max(100 * self.bubble // self.bubble_limit, 100 * self.carousel // self.carousel_limit)


def sizes(objects: Sequence[dict[str, Any]]) -> Sizes | None:
    """Of the largest Flex message among *objects*; None when there is none."""
    found = [_sizes(each["contents"]) for each in objects if each.get("type") == "flex"]
    return max(found, key=lambda each: each.percent, default=None)


def _sizes(container: dict[str, Any]) -> Sizes:
    if container.get("type") != "carousel":
        return Sizes(_bytes(container), 0)
    return Sizes(max(map(_bytes, container["contents"]), default=0), _bytes(container))


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
