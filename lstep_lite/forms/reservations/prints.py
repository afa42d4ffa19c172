"""How a day goes on paper."""

from wtforms import BooleanField, SelectField

from lstep_lite.forms.base import options
from lstep_lite.forms.reservations.looks import LookForm

ORDERS = {"both": "時間順とスタッフ別", "time": "時間順だけ", "people": "スタッフ別だけ"}


class PrintForm(LookForm):
    order = SelectField("並べ方", default="both", choices=options(ORDERS))
    initials = BooleanField("お名前をカナの頭文字にする")
    notes = BooleanField("メモを載せる")
