"""Have the customer pick a date or a time, and keep it in one of the friend's fields.

https://developers.line.biz/en/reference/messaging-api/#datetime-picker-action
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import fields
from lstep_lite.engine.fields.types import dates
from lstep_lite.engine.studio import Actions, Choice, Cleaning, Data, Input, Moment, Number, Text
from lstep_lite.engine.taps.behaviours.actions import reply_text
from lstep_lite.engine.taps.registry import (
    PREFIX,
    TOLD_OF,
    Answer,
    Behaviour,
    LineObject,
    Speaker,
    Where,
    behaviour,
)
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import ChangedBy, FieldType

MODES = {"date": "日付", "datetime": "日付と時刻", "time": "時刻"}
FITTING = {
    "date": (FieldType.DATE, FieldType.TEXT, FieldType.LONG_TEXT),
    "datetime": (FieldType.MOMENT, FieldType.TEXT, FieldType.LONG_TEXT),
    "time": (FieldType.TEXT, FieldType.LONG_TEXT),
}
"""The types of fields that can hold what is picked."""
DAYS = ("date", "datetime")
LIMITS = {"none": "いつでも選べる", "days": "今日からの日数で決める", "fixed": "期間を決める"}
MOST_DAYS = 3650
LINE_YEARS = range(1900, 2101)
"""https://developers.line.biz/en/reference/messaging-api/#date-and-time-format"""
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, kw_only=True)
class FieldInput(Input):
    """One of the friend's fields, by its key; empty where none is needed."""

    widget = "pick"

    def empty(self) -> str:
        return ""

    def clean(self, value: Any, here: Cleaning) -> str:
        key = value if isinstance(value, str) else ""
        if key and key not in fields.some(here.session, [key]):
            here.refuse("選んだ友だち情報欄は削除されています。選び直してください。")
        return key

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        holding = {type for types in FITTING.values() for type in types}
        found = [each for each in fields.targets(session) if each.type in holding]
        options = [{"value": each.key, "label": each.name} for each in found]
        return super().describe(session, elements) | {"options": options, "required": False}

    def mentioned(self, value: Any) -> list[tuple[str, int | str]]:
        return fields.mentioned(value)


@dataclass(frozen=True, kw_only=True)
class ClockTime(Text):
    """For example 18:30; empty where none is needed."""

    most: int = 5
    required: bool = False
    words: bool = False
    example: str = "10:00"

    def clean(self, value: Any, here: Cleaning) -> str:
        text = super().clean(value, here)
        if text and not _CLOCK_TIME.fullmatch(text):
            here.refuse(f"{self.label}は「10:00」のように入力してください。")
        return text


@behaviour
class PickMoment(Behaviour):
    name = "pick"
    label = "日付や時刻を選んでもらう"
    icon = "calendar-time"
    order = 15
    places = TOLD_OF
    answers = True
    inputs = (
        Choice(name="mode", label="選んでもらうもの", options=MODES, start="date", as_buttons=True),
        FieldInput(name="field", label="入れる友だち情報欄", hint="選ばれた日付や時刻を、この欄に入れます。"),
        Choice(name="limits", label="選べる範囲", options=LIMITS, start="none", shown_if={"mode": DAYS}),
        Number(
            name="from_days",
            label="いつから",
            least=0,
            most=MOST_DAYS,
            start=0,
            unit="日後",
            shown_if={"limits": ["days"]},
        ),
        Number(
            name="to_days",
            label="いつまで",
            least=0,
            most=MOST_DAYS,
            start=60,
            unit="日後",
            shown_if={"limits": ["days"]},
        ),
        Moment(name="from_moment", label="始まり", shown_if={"limits": ["fixed"]}),
        Moment(name="to_moment", label="終わり", shown_if={"limits": ["fixed"]}),
        ClockTime(name="from_time", label="何時から", shown_if={"mode": ["time"]}),
        ClockTime(name="to_time", label="何時まで", shown_if={"mode": ["time"]}),
        reply_text("選ばれた日時は、上の友だち情報欄の差し込みで入れられます。"),
        Actions(),
    )

    def inputs_at(self, where: Where) -> tuple[Input, ...]:
        found = super().inputs_at(where)
        return tuple(_for_months(each) for each in found) if where is Where.RICH_MENU else found

    def check(self, tap: Data, here: Cleaning) -> None:
        earliest, latest = _bounds(tap, datetime(2000, 1, 1))  # noqa: DTZ001 - a clock on a wall
        if earliest and latest and earliest >= latest:
            here.at(_LATEST[_way(tap)]).refuse("選べる範囲の終わりは、始まりよりあとにしてください。")
        if _way(tap) == "fixed" and any(text and int(text[:4]) not in LINE_YEARS for text in _fixed(tap)):
            here.at("from_moment").refuse("選べる範囲は1900年から2100年までにしてください。")
        _check_field(tap, here)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        drawn = {"type": "datetimepicker", "data": f"{PREFIX}{tap['id']}", "mode": tap["mode"]}
        earliest, latest = _bounds(tap, speaker.now)
        if earliest:
            drawn |= {"min": earliest, "initial": earliest}
        return drawn | ({"max": latest} if latest else {})

    def answered(self, session: Session, tap: Data, answer: Answer) -> str | None:
        picked = answer.params.get(tap["mode"])
        if not tap["field"] or not isinstance(picked, str):
            return None
        try:
            target = fields.target(session, tap["field"])
        except NotFound:
            return "選ばれた日時を入れる友だち情報欄が削除されています。"
        try:
            value = fields.parse(session, target, picked if target.type not in _TEXTS else _in_words(picked))
        except DomainError as error:  # a birthday in the future: the rest of the answer follows all the same
            return f"選ばれた日時を友だち情報「{target.name}」に入れられませんでした。{error.message}"
        fields.write(
            session,
            answer.friend,
            target,
            value,
            changed_by=ChangedBy.CUSTOMER,
            now=answer.now,
            cause=answer.cause,
            event=answer.event,
        )
        return f"友だち情報「{target.name}」を「{fields.show(session, target, value)}」にしました。"


def _for_months(each: Input) -> Input:
    """A rich menu says for months what it said when it was made: "from today" would soon be long ago."""
    if not isinstance(each, Choice) or each.name != "limits":
        return each
    return replace(each, options={name: words for name, words in LIMITS.items() if name != "days"})


_TEXTS = (FieldType.TEXT, FieldType.LONG_TEXT)
_LATEST = {"none": "limits", "days": "to_days", "fixed": "to_moment", "time": "to_time"}
"""The input that holds the end of the range."""


def _way(tap: Data) -> str:
    return "time" if tap["mode"] == "time" else str(tap["limits"])


def _fixed(tap: Data) -> tuple[str, str]:
    return tap["from_moment"], tap["to_moment"]


def _check_field(tap: Data, here: Cleaning) -> None:
    found = fields.some(here.session, [tap["field"]] if tap["field"] else [])
    if any(target.type not in FITTING[tap["mode"]] for target in found.values()):
        here.at("field").refuse(f"{MODES[tap['mode']]}は、この友だち情報欄には入れられません。別の欄を選んでください。")


def _bounds(tap: Data, now: datetime) -> tuple[str, str]:
    """The earliest and the latest that can be picked, as LINE writes them; empty for no bound."""
    is_day = tap["mode"] == "date"
    if _way(tap) == "time":
        return tap["from_time"], tap["to_time"]
    if _way(tap) == "days":
        first, last = (now.date() + timedelta(days=tap[name]) for name in ("from_days", "to_days"))
        return _written(first, time.min, is_day), _written(last, time(23, 59), is_day)
    if _way(tap) == "fixed":
        earliest, latest = _fixed(tap)
        return (earliest[:10], latest[:10]) if is_day else (earliest, latest)
    return "", ""


def _written(day: date, clock: time, is_day: bool) -> str:
    return day.isoformat() if is_day else f"{day.isoformat()}T{clock:%H:%M}"


def _in_words(picked: str) -> str:
    """For example 2026年12月1日 10:30."""
    day, _, clock = picked.partition("T")
    return f"{dates.in_words(date.fromisoformat(day))} {clock}".strip() if "-" in day else day
