"""Time without new bookings."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.reasons import CLOSURES
from lstep_lite.engine.reservations.keeping.closures import LONGEST_NOTE, ClosureDraft
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, at_most, options
from lstep_lite.forms.reservations.fields import ClockField, minute
from lstep_lite.models import Closure, ClosureKind, Pool, Provider

KINDS = {kind: words for kind, words in CLOSURES.items() if kind is not ClosureKind.EXTERNAL}
SHOP = "shop"


class ClosureForm(Form):
    """Days and times on the shop's clock; a time may run past midnight, to 36:00 of its day."""

    subject = SelectField("だれの、何の", default=SHOP)
    kind = SelectField("理由", default=ClosureKind.OUT.value, choices=options(KINDS))
    first_day = DateField("始まりの日", [InputRequired("日付を選んでください。")])
    begins = ClockField("始まりの時刻")
    last_day = DateField("終わりの日（空なら同じ日）", [Optional()])
    ends = ClockField("終わりの時刻")
    note = StringField("メモ（なくてもかまいません）", [at_most(LONGEST_NOTE)])
    subjects: Mapping[str, str] = {}
    """By the value of `subject`: what it is called."""

    def offer(self, people: Sequence[Provider], pools: Sequence[Pool]) -> "ClosureForm":
        named = {f"provider-{each.id}": f"{each.name}さん" for each in people}
        self.subjects = {SHOP: "お店全体"} | named | {f"pool-{each.id}": each.name for each in pools}
        self.subject.choices = options(self.subjects)
        return self

    def draft(self, zone: ZoneInfo) -> ClosureDraft:
        """Raises DomainError naming the field. Without times: the whole of the days."""
        for field, known in ((self.subject, self.subjects), (self.kind, KINDS)):
            if field.data not in known:
                raise DomainError("一覧から選んでください。", field.short_name)
        first_day = self.first_day.data
        if first_day is None or not days.is_near(first_day):
            raise DomainError("日付を選んでください。", "first_day")
        last_day = self.last_day.data or first_day
        if not timedelta(0) <= last_day - first_day <= timedelta(days=366):
            raise DomainError("終わりの日は、始まりの日から1年以内の日を選んでください。", "last_day")
        begins, ends = self.begins.data or 0, days.DAY_MINUTES if self.ends.data is None else self.ends.data
        if begins % days.TICK_MINUTES or ends % days.TICK_MINUTES:
            raise DomainError("時刻は5分単位で入力してください。", "begins")
        if (last_day, ends) <= (first_day, begins):
            raise DomainError("終わりは、始まりより後の時刻を入力してください。", "ends")
        whose, _, row_id = self.subject.data.partition("-")
        return ClosureDraft(
            starts_at=days.instant(first_day, begins, zone),
            ends_at=days.instant(last_day, ends, zone),
            kind=ClosureKind(self.kind.data),
            note=self.note.data or "",
            provider_id=int(row_id) if whose == "provider" else None,
            pool_id=int(row_id) if whose == "pool" else None,
        )


def drawn(given: Mapping[str, str]) -> ClosureForm:
    """With what was drawn on a board: `date`, `start`, `end` as times of day, and `provider`."""
    whose = given.get("provider", "")
    data: dict[str, Any] = {
        "subject": f"provider-{whose}" if whose else SHOP,
        "kind": ClosureKind.BREAK.value,
        "first_day": days.parse_day(given.get("date", "")),
        "begins": _minute(given.get("start", "")),
        "ends": _minute(given.get("end", "")),
    }
    return ClosureForm(data=data)


def _minute(typed: str) -> int | None:
    try:
        return minute(typed)
    except ValueError:
        return None


def of(closure: Closure, zone: ZoneInfo) -> ClosureForm:
    """With what the closure has: on its first day, if it ends in that business day."""
    first_day = closure.starts_at.astimezone(zone).date()
    last_day = closure.ends_at.astimezone(zone).date()
    ends = days.minute_on(first_day, closure.ends_at, zone)
    is_one_day = ends <= days.LAST_MINUTE
    data: dict[str, Any] = {
        "subject": _subject(closure),
        "kind": closure.kind.value,
        "first_day": first_day,
        "begins": days.minute_on(first_day, closure.starts_at, zone),
        "last_day": None if is_one_day else last_day,
        "ends": ends if is_one_day else days.minute_on(last_day, closure.ends_at, zone),
        "note": closure.note,
    }
    return ClosureForm(data=data)


def _subject(closure: Closure) -> str:
    if closure.provider_id is not None:
        return f"provider-{closure.provider_id}"
    return f"pool-{closure.pool_id}" if closure.pool_id is not None else SHOP
