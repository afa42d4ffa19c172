"""Designs: finished cards with sample words, to begin with. One design a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lstep_lite.engine.studio import Data
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.errors import NotFound


@dataclass(frozen=True)
class Sample:
    """What a design is made with: its pictures' ids by name, and today on the shop's clock."""

    pictures: Mapping[str, int]
    today: datetime

    def day(self, days: int) -> str:
        """A day that is still to come: 3月5日(金)."""
        found = self.today + timedelta(days=days)
        return f"{found.month}月{found.day}日({WEEKDAYS[found.weekday()]})"

    def number(self, days: int) -> str:
        return str((self.today + timedelta(days=days)).day)

    def weekday(self, days: int) -> str:
        return WEEKDAYS[(self.today + timedelta(days=days)).weekday()]

    def evening(self, days: int) -> str:
        """For a countdown."""
        return f"{self.today + timedelta(days=days):%Y-%m-%d}T19:00"


Make = Callable[[Sample], Data]


@dataclass(frozen=True)
class Design:
    name: str
    label: str
    lead: str
    """What it is good for, in one short sentence."""
    pictures: Sequence[str]
    """Which of pictures.py it shows."""
    make: Make


designs: dict[str, Design] = {}


def design(name: str, *, label: str, lead: str, pictures: Sequence[str] = ()) -> Callable[[Make], Make]:
    """Register the function below, which makes the document. Order of registration is that of the gallery."""

    def register(make: Make) -> Make:
        designs[name] = Design(name, label, lead, pictures, make)
        return make

    return register


def get(name: str) -> Design:
    if name not in designs:
        raise NotFound("この見本は見つかりませんでした。")
    return designs[name]


def document(alt_text: str, *bubbles: Data, size: str = "mega") -> Data:
    cards = {"source": "blocks", "size": size, "bubbles": list(bubbles)}
    return {"alt_text": alt_text, **cards, "quick_replies": []}
