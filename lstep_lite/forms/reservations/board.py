"""What is dropped on the board: another time, provider or length for a booking."""

from collections.abc import Sequence

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from lstep_lite.engine.reservations.desk import moving
from lstep_lite.engine.reservations.transitions.changing import Change
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import LARGEST_ID, Form, row_id
from lstep_lite.forms.reservations.fields import ClockField
from lstep_lite.models import Provider, Reservation

LONGEST = 720
SAME = 0
"""Nobody in particular: who has it keeps it."""


class MoveForm(Form):
    date = DateField("日付", [InputRequired("日付を選んでください。")])
    start = ClockField("開始")
    provider = SelectField("担当", coerce=row_id, default=SAME)
    minutes = IntegerField("長さ（分）", [Optional(), NumberRange(5, LONGEST, f"5〜{LONGEST}分で入力してください。")])
    version = HiddenField()
    tells = BooleanField("お客様に変更をお知らせする")
    force = HiddenField()

    def offer(self, people: Sequence[Provider], reservation: Reservation) -> "MoveForm":
        nobody = [(SAME, "未割当")] if reservation.provider_id is None else []
        self.provider.choices = [*nobody, *((each.id, f"{each.name}さん") for each in people)]
        return self

    def change(self) -> Change:
        """Raises DomainError naming the field."""
        if self.date.data is None or self.start.data is None:
            raise DomainError("開始の時刻を入力してください。", "start")
        return Change(
            self.date.data, self.start.data, provider_id=self.provider.data or None, minutes=self.minutes.data
        )

    def seen_version(self) -> int | None:
        typed = self.version.data or ""
        return min(int(typed), LARGEST_ID) if typed.isascii() and typed.isdecimal() else None


def of(reservation: Reservation) -> MoveForm:
    """With what the booking has."""
    return MoveForm(
        data={
            "date": reservation.business_date,
            "start": reservation.start_minute,
            "provider": reservation.provider_id or SAME,
            "minutes": moving.length(reservation),
            "version": str(reservation.version),
        }
    )
