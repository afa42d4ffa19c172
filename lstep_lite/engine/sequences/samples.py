"""What scenarios and reminders begin with: steps written out, for the shop to fill in its own facts."""

from collections.abc import Iterable
from dataclasses import dataclass

from lstep_lite.engine.sequences.steps import Content
from lstep_lite.errors import NotFound


@dataclass(frozen=True)
class SampleStep:
    days: int
    """From the start or the goal."""
    at_time: str | None
    """"HH:MM"; None for right after the start."""
    name: str
    text: str

    def content(self) -> Content:
        return Content(self.name, blocks=[{"kind": "text", "text": self.text}])


@dataclass(frozen=True)
class Sample:
    key: str
    name: str
    icon: str
    lead: str
    steps: tuple[SampleStep, ...]


def find(samples: Iterable[Sample], key: str) -> Sample:
    """Raises NotFound."""
    for sample in samples:
        if sample.key == key:
            return sample
    raise NotFound("この見本は見つかりませんでした。")
