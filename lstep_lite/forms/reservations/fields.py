"""Fields of their own: hours of a day, times of a business day that runs to 36:00, parts of a course, and needs."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, DateField, Field, IntegerField, SelectMultipleField
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from lstep_lite.engine.reservations.availability.days import clock, is_near
from lstep_lite.engine.reservations.availability.opening import Ranges
from lstep_lite.engine.reservations.availability.plans import WORK, Need
from lstep_lite.engine.reservations.keeping.providers import SkillDraft
from lstep_lite.forms.base import options, row_id
from lstep_lite.models import Course, Pool

CLOCK = re.compile(r"(\d{1,2})(?:[:時](\d{1,2})?分?)?|(\d{1,2})(\d{2})")
PAIRS = 2


def minute(typed: str) -> int | None:
    """「10」「10:00」「1000」「25時半」: minutes of a business day. Raises ValueError for what is no time."""
    text = unicodedata.normalize("NFKC", typed).strip().replace("時半", ":30")
    if not text:
        return None
    match = CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(typed)
    hour, minutes, short_hour, short_minutes = match.groups()
    found = int(hour or short_hour) * 60 + int(minutes or short_minutes or 0)
    if int(minutes or short_minutes or 0) > 59 or found > 2160:
        raise ValueError(typed)
    return found


class ClockField(Field):
    """A time of a business day, up to 36:00; empty for none. Its data is a minute."""

    widget = TextInput()

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.typed = "" if self.data is None else clock(self.data)
        self.is_time = True
        if formdata is not None and self.name in formdata:
            self.typed = formdata.get(self.name, "").strip()
            self._read()

    def _read(self) -> None:
        try:
            self.data = minute(self.typed)
        except ValueError:
            self.data, self.is_time = None, False

    def __call__(self, **kwargs: Any) -> Any:
        return super().__call__(**{"placeholder": "例：18:00", "inputmode": "text", "autocomplete": "off"} | kwargs)

    def _value(self) -> str:
        return self.typed

    def pre_validate(self, form: Any) -> None:
        if not self.is_time:
            raise StopValidation("時刻は「18:00」のように入力してください（36:00まで）。")

    def in_words(self) -> str:
        return self.typed or "（なし）"


class DayField(DateField):
    """A date that can be turned into a moment; one that can't is as if it were not understood."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not is_near(self.data):
            self.data = None
            raise ValueError("2001年から2199年までの日付を入力してください。")


class RangesField(Field):
    """Stretches of a day, from … to …, drawn by reservation_hours/_ranges.html. Its data is `Ranges`."""

    def __init__(self, label: str = "", *, pairs: int = PAIRS, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least_pairs = pairs

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.data = tuple(self.data or ())
        self.typed = [(clock(start), clock(end)) for start, end in self.data]
        self.wrong = ""
        if formdata is not None and f"{self.name}-from" in formdata:
            starts, ends = formdata.getlist(f"{self.name}-from"), formdata.getlist(f"{self.name}-to")
            self.typed = [(start.strip(), end.strip()) for start, end in zip(starts, ends, strict=False)][:10]
            self._read()

    def _read(self) -> None:
        try:
            pairs = [(minute(start), minute(end)) for start, end in self.typed]
        except ValueError:
            self.wrong = "時刻は「10:00」のように入力してください（36:00まで）。"
            pairs = []
        if any((start is None) != (end is None) for start, end in pairs):
            self.wrong = "始まりと終わりの両方を入力してください。"
        self.data = tuple((start, end) for start, end in pairs if start is not None and end is not None)

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What stands in the inputs; an empty pair is ready for more."""
        filled = [each for each in self.typed if any(each)]
        return filled + [("", "")] * max(0, self.least_pairs - len(filled))

    def pre_validate(self, form: Any) -> None:
        if self.wrong:
            raise StopValidation(self.wrong)

    def in_words(self) -> str:
        return ranges_in_words(self.data) or "（なし）"


def ranges_in_words(ranges: Ranges) -> str:
    return "、".join(f"{clock(start)}–{clock(end)}" for start, end in ranges)


class PartsField(Field):
    """The minutes of a course, work and waiting in turn. Its data is as stored: [{"kind", "minutes"}]."""

    labels = ("作業", "放置・待ち", "作業", "放置・待ち", "作業")

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.typed = _in_turn(self.data or ())
        self.is_number = True
        if formdata is not None and self.name in formdata:
            self.typed = [each.strip() for each in formdata.getlist(self.name)][: len(self.labels)]
            self._read()

    def _read(self) -> None:
        plain = [unicodedata.normalize("NFKC", each) for each in self.typed]
        self.is_number = all(not each or (each.isascii() and each.isdigit() and len(each) < 5) for each in plain)
        if self.is_number:
            kinds = (WORK, "proc")
            self.data = [
                {"kind": kinds[place % 2], "minutes": int(each)} for place, each in enumerate(plain) if int(each or 0)
            ]

    @property
    def shown(self) -> list[tuple[str, str]]:
        texts = [*self.typed, *[""] * len(self.labels)]
        return list(zip(self.labels, texts, strict=False))

    def pre_validate(self, form: Any) -> None:
        if not self.is_number:
            raise StopValidation("分の数字で入力してください（例：60）。")

    def in_words(self) -> str:
        return "、".join(f"{'作業' if each['kind'] == WORK else '放置'}{each['minutes']}分" for each in self.data or ())


def _in_turn(segments: Sequence[Mapping[str, Any]]) -> list[str]:
    found: list[str] = []
    for each in segments:
        if len(found) % 2 != (each["kind"] != WORK):
            found.append("")
        found.append(str(each["minutes"]))
    return found


class NeedsField(Field):
    """Which pools a course takes, and how many places; drawn by courses/_needs.html. Its data are `Need`s."""

    pools: Sequence[Pool] = ()

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.typed = {each.pool_id: (str(each.quantity), str(each.after_minutes or "")) for each in self.data or ()}
        if formdata is not None and self.name in formdata:
            given = [each for each in formdata.getlist(self.name) if each.isascii() and each.isdigit()][:200]
            ids = [int(each) for each in given if len(each) < 10]
            self.typed = {each: self._one(formdata, each) for each in ids}
        self.data = [need for each in self.typed if (need := self._need(each)) is not None]

    def _one(self, formdata: Any, pool_id: int) -> tuple[str, str]:
        return formdata.get(f"{self.name}-{pool_id}-quantity", ""), formdata.get(f"{self.name}-{pool_id}-after", "")

    def _need(self, pool_id: int) -> Need | None:
        quantity, after = (_number(each) for each in self.typed[pool_id])
        return Need(pool_id, quantity, after) if quantity else None

    def offer(self, pools: Sequence[Pool]) -> None:
        self.pools = pools

    def in_words(self) -> str:
        return "、".join(f"{self._name(each.pool_id)}×{each.quantity}" for each in self.data) or "（なし）"

    def _name(self, pool_id: int) -> str:
        return next((each.name for each in self.pools if each.id == pool_id), "席・部屋")


def _number(typed: str) -> int:
    plain = unicodedata.normalize("NFKC", typed).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0


class IdsField(SelectMultipleField):
    """Ticking rows; give it what there is with `offer`."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=row_id, choices=[], validate_choice=False, **kwargs)
        self.type = "SelectMultipleField"  # ui.field draws it as one

    def offer(self, names: Mapping[int, str]) -> None:
        self.choices = options({str(key): name for key, name in names.items()})


class SkillsField(Field):
    """Which courses somebody does, with own minutes and price; drawn by providers/_skills.html."""

    courses: Sequence[Course] = ()

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(None, *args, **kwargs)
        self.typed: dict[int, tuple[list[str], str]] = {
            key: ([str(each) for each in skill.minutes], "" if skill.price is None else str(skill.price))
            for key, skill in (self.data or {}).items()
        }
        if formdata is not None:
            ids = [int(each) for each in formdata.getlist(self.name) if each.isascii() and each.isdigit()][:1000]
            self.typed = {each: self._one(formdata, each) for each in ids}
            self.data = {each: self._draft(each) for each in ids}
        self.data = self.data or {}

    def _one(self, formdata: Any, course_id: int) -> tuple[list[str], str]:
        return formdata.getlist(f"{self.name}-{course_id}-minutes"), formdata.get(f"{self.name}-{course_id}-price", "")

    def _draft(self, course_id: int) -> SkillDraft:
        minutes, price = self.typed[course_id]
        own = [_number(each) for each in minutes if each.strip()]
        return SkillDraft(own, _number(price) if price.strip() else None)

    def offer(self, courses: Sequence[Course]) -> None:
        self.courses = courses

    def minutes_of(self, course: Course) -> list[str]:
        typed = self.typed.get(course.id, ([], ""))[0]
        return [*typed, *[""] * len(course.segments)][: len(course.segments)]

    def price_of(self, course: Course) -> str:
        return self.typed.get(course.id, ([], ""))[1]

    def in_words(self) -> str:
        names = {each.id: each.name for each in self.courses}
        return "、".join(names[each] for each in self.data if each in names) or "（なし）"


class AnywayField(BooleanField):
    """「それでも保存する」: shown once bookings would not fit any more."""

    def __init__(self, label: str = "これらの予約に「要調整」のしるしを付けて保存する", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)


def number(label: str, **kwargs: Any) -> IntegerField:
    """A whole number that may be left out."""
    return IntegerField(label, [Optional()], **kwargs)
