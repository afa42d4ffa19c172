"""Goals that a feature sets, such as the start of a booking: what it says of their steps just before they go out.

A goal belongs to the feature whose prefix its origin begins with. Goals from fields and by hand belong to none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.pinning import Pins
from lstep_lite.models import Countdown

Block = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    prefix: str
    late: timedelta
    """How late a step may still go out."""
    refusal: Callable[[Session, Countdown, datetime], str | None]
    """Why nothing goes out for this goal (any more), for staff."""
    blocks: Callable[[Session, Countdown, Sequence[Block]], list[Block]]
    """A step's messages as they are for this goal."""
    pins: Callable[[Session, Countdown], Pins]
    """What the messages of a step's actions speak of."""


_known: list[Origin] = []


def register(origin: Origin) -> None:
    _known.append(origin)


def of(countdown: Countdown) -> Origin | None:
    return next((each for each in _known if countdown.origin.startswith(each.prefix)), None)
