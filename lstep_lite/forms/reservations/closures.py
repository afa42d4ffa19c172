"""Time without new bookings."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.reasons import CLOSURES
from lstep_lite.engine.reservations.keeping.closures import LONGEST_NOTE, ClosureDraft
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, at_most, options
from lstep_lite.forms.reservations.fields import ClockField
from lstep_lite.models import ClosureKind, Pool, Provider

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
        first_day = self.first_day.data or date.min
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
