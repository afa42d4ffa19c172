"""When the steps of a scenario or a reminder may go out."""

import unicodedata
from datetime import datetime
from typing import Any

from wtforms import BooleanField, Field
from wtforms.validators import StopValidation

from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.moments import Holidays, Window
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.forms.base import Form

KINDS = {"any": "いつでも送る", "chosen": "曜日と時間帯を決める"}
DAYS = dict(enumerate(WEEKDAYS))
HOLIDAYS = {
    Holidays.SEND.value: "祝日や定休日でも送る",
    Holidays.NEXT_BUSINESS_DAY.value: "祝日と定休日には送らず、翌営業日に送る",
}
USUAL = {"weekdays": [], "starts_at": "10:00", "ends_at": "20:00", "holidays": Holidays.SEND.value}
"""What a new window begins with."""


class WindowField(Field):
    """A window, drawn by sequences/_window.html. Its data is what is stored: a dict, or None for at any time."""

    kinds, weekdays, holidays = KINDS, DAYS, HOLIDAYS

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self.typed: dict[str, Any] = {"kind": "chosen" if self.data else "any", **(self.data or USUAL)}
        if formdata:
            self.typed = self._read(formdata)
            self.data = self._stored()

    def _read(self, formdata: Any) -> dict[str, Any]:
        """What was typed, whether or not it holds together."""
        days = [int(day) for day in formdata.getlist(f"{self.name}-weekdays") if day in map(str, DAYS)]
        holidays = formdata.get(f"{self.name}-holidays")
        return {
            "kind": "chosen" if formdata.get(f"{self.name}-kind") == "chosen" else "any",
            "weekdays": sorted(set(days)),
            "starts_at": _clock_time(formdata.get(f"{self.name}-starts_at", "")),
            "ends_at": _clock_time(formdata.get(f"{self.name}-ends_at", "")),
            "holidays": holidays if holidays in HOLIDAYS else Holidays.SEND.value,
        }

    def _stored(self) -> dict[str, Any] | None:
        if self.typed["kind"] == "any":
            return None
        return Window.from_json(self.typed).to_json()

    def pre_validate(self, form: Any) -> None:
        if self.data and not (self.data["starts_at"] and self.data["ends_at"]):
            raise StopValidation("時間帯の始まりと終わりを入力してください（例：10:00〜20:00）。")

    def in_words(self) -> str:
        return moments.in_words(self.data)


class WindowForm(Form):
    """The part of a form that says when steps may go out."""

    window = WindowField("送ってよい曜日と時間帯")
    is_quiet = BooleanField("「配信のきまり」の送らない時間帯を守る", default=True)


def _clock_time(typed: str) -> str:
    """As it is stored; empty for what is no time."""
    try:
        return datetime.strptime(unicodedata.normalize("NFKC", typed)[:5], "%H:%M").strftime("%H:%M")  # noqa: DTZ007
    except ValueError:
        return ""
