"""Days and times that are picked."""

from collections.abc import Iterable
from datetime import date, timedelta

from lstep_lite.engine.fields.types.dates import day as read_day
from lstep_lite.engine.fields.types.dates import in_words
from lstep_lite.engine.studio import Choice, Data, Flag, Input, Number, Problem
from lstep_lite.engine.surveys.kinds.registry import Given, Group, Question, Raw, Reading, Wrong, kind
from lstep_lite.engine.surveys.kinds.words import clock
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.errors import DomainError

MOST_DAYS = 3660
LONGEST = 40
"""No day and no time is written in more characters."""
_LIMITS: tuple[Input, ...] = (
    Choice(
        name="limits",
        label="選べる日",
        options={"any": "いつでも", "future": "今日から先", "past": "今日まで"},
        start="any",
    ),
    Number(
        name="from_days",
        label="何日後から",
        least=0,
        most=MOST_DAYS,
        start=0,
        unit="日後",
        shown_if={"limits": ("future",)},
    ),
    Number(
        name="to_days",
        label="何日後まで",
        least=0,
        most=MOST_DAYS,
        start=0,
        unit="日後",
        shown_if={"limits": ("future",)},
        hint="0なら、ずっと先まで選べます。",
    ),
)


def span(part: Data, today: date) -> tuple[date | None, date | None]:
    """The first and the last day that can be picked; None for no limit."""
    if part["limits"] == "past":
        return None, today
    if part["limits"] == "any":
        return None, None
    last = today + timedelta(days=part["to_days"]) if part["to_days"] else None
    return today + timedelta(days=part["from_days"]), last


def _read(part: Data, text: str, reading: Reading) -> date:
    try:
        found = read_day(text)
    except DomainError as error:
        raise Wrong(error.message) from error
    first, last = span(part, reading.today)
    if first is not None and found < first:
        raise Wrong(f"{in_words(first)}以降の日付を選んでください。")
    if last is not None and found > last:
        raise Wrong(f"{in_words(last)}までの日付を選んでください。")
    return found


def _one(raw: Raw, name: str = "") -> str:
    return next(iter(raw.get(name, ())), "").strip()[:LONGEST]


def _shown(found: date) -> str:
    return f"{in_words(found)}（{WEEKDAYS[found.weekday()]}）"


class _Dated(Question):
    group = Group.DATES

    def problems(self, part: Data) -> Iterable[Problem]:
        if part["limits"] == "future" and 0 < part["to_days"] < part["from_days"]:
            yield Problem("to_days", "「何日後まで」は「何日後から」以上にしてください。")


@kind
class Day(_Dated):
    name = "date"
    label = "日付"
    icon = "calendar"
    order = 10
    inputs = (
        *_LIMITS,
        Flag(name="is_birthday", label="お誕生日をたずねる", hint="スマートフォンの自動入力に対応します。"),
    )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        if not (text := _one(raw)):
            return None
        found = _read(part, text, reading)
        return Given(text=_shown(found), plain=found.isoformat())


@kind
class Time(Question):
    name = "time"
    label = "時刻"
    icon = "clock"
    group = Group.DATES
    order = 20

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        if not (text := _one(raw)):
            return None
        shown, plain = clock(text)
        return Given(text=shown, plain=plain)


@kind
class DayAndTime(_Dated):
    name = "moment"
    label = "日付と時刻"
    icon = "calendar-time"
    order = 30
    inputs = _LIMITS

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        day, time = _one(raw), _one(raw, "time")
        if not day and not time:
            return None
        if not day or not time:
            raise Wrong("日付と時刻の両方を選んでください。")
        found, (shown, plain) = _read(part, day, reading), clock(time)
        return Given(text=f"{_shown(found)} {shown}", plain=f"{found.isoformat()} {plain}")

    def typed(self, part: Data, plain: str) -> dict[str, list[str]]:
        day, _, time = plain.partition(" ")
        return {"": [day], "time": [time]} if plain else {}
