"""What a rehearsal shows: plain data, which outlives the unit that was taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LineObject = dict[str, Any]


@dataclass(frozen=True)
class Tap:
    """A button that is assumed to be tapped."""

    at: datetime
    code: str


@dataclass(frozen=True)
class Choice:
    """A button in a shown message that we would be told of."""

    code: str
    label: str


@dataclass(frozen=True)
class Sending:
    """What leaves in one request, or why it doesn't."""

    labels: Sequence[str]
    """Which settings it comes from."""
    objects: Sequence[LineObject] = ()
    counted: int = 0
    """How many messages of the month's allowance it uses."""
    is_reply: bool = False
    reason: str | None = None
    """Why nothing is sent."""
    is_other: bool = False
    """Whether it does not come from what is rehearsed."""
    choices: Sequence[Choice] = ()


@dataclass(frozen=True)
class Note:
    """Something that happens besides, or the reason why."""

    label: str
    detail: str
    results: Sequence[tuple[str, str]]
    """What comes of it, each with how it ends (done, skipped, failed, or nothing to tell apart)."""
    is_other: bool = False


@dataclass(frozen=True)
class Scene:
    """All that happens at one moment."""

    at: datetime
    sendings: Sequence[Sending] = ()
    notes: Sequence[Note] = ()


@dataclass(frozen=True)
class Film:
    """A future of one friend."""

    friend_name: str
    start: datetime
    scenes: Sequence[Scene]
    ended_at: datetime | None
    """After it nothing comes any more; None when something still does after the last scene."""
    is_cut: bool = False
    """Whether so much happens that only the beginning was played."""
    goal_at: datetime | None = None
    warnings: Sequence[str] = field(default_factory=list)

    @property
    def sendings(self) -> list[tuple[datetime, Sending]]:
        """What reaches the friend, in order."""
        return [(scene.at, each) for scene in self.scenes for each in scene.sendings if each.reason is None]

    @property
    def counted(self) -> int:
        return sum(each.counted for _, each in self.sendings)

    @property
    def free(self) -> int:
        return sum(each.is_reply for _, each in self.sendings)
