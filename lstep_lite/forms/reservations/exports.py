"""Which bookings are taken out as a file."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import DateField, RadioField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from lstep_lite.engine.reservations import WORDS
from lstep_lite.engine.reservations.desk.files import Taken
from lstep_lite.forms.base import options
from lstep_lite.forms.reservations.looks import LookForm
from lstep_lite.models import Encoding, ReservationState

KINDS = {"xlsx": "Excel", "csv": "CSV（UTF-8）", "sjis": "CSV（Shift_JIS・古い表計算ソフト向け）"}
USUAL = [ReservationState.CONFIRMED, ReservationState.CHECKED_IN, ReservationState.COMPLETED]
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


class ExportForm(LookForm):
    first = DateField("いつから", [InputRequired("日付を選んでください。")])
    last = DateField("いつまで", [InputRequired("日付を選んでください。")])
    states = SelectMultipleField(
        "状態", choices=options(WORDS), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    kind = RadioField("ファイルの形", default="xlsx", choices=options(KINDS))

    def validate_last(self, field: Any) -> None:
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError("「いつから」より後の日付を選んでください。")

    def validate_first(self, field: Any) -> None:
        if field.data and not EARLIEST <= field.data <= LATEST:
            raise ValidationError("2000年から2199年までの日付を選んでください。")

    def validate_states(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("書き出す状態を1つ以上選んでください。")

    def taken(self, zone: ZoneInfo) -> Taken:
        states = [ReservationState(each) for each in self.states.data or ()]
        return Taken(self.first.data or EARLIEST, self.last.data or LATEST, self.look(), states, zone)

    @property
    def encoding(self) -> Encoding:
        return Encoding.CP932 if self.kind.data == "sjis" else Encoding.UTF8
