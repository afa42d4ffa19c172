"""Books of tickets: what is sold, selling one, and putting one right."""

from collections.abc import Mapping

from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import Optional

from lstep_lite.engine.reservations.ticket_books.books import LONGEST_NOTE, Correction
from lstep_lite.engine.reservations.ticket_books.kinds import LONGEST_NAME, KindDraft
from lstep_lite.forms.base import EditForm, Form, at_most, options, required, row_id
from lstep_lite.forms.reservations.fields import IdsField, number
from lstep_lite.models import TicketBook, TicketBookKind

SAME = ("name", "total", "price", "valid_days", "is_sold")


class KindForm(EditForm):
    name = StringField("名前", [required("名前を入力してください。"), at_most(LONGEST_NAME)])
    total = number("回数", default=10)
    price = number("販売価格（円・税込）", default=0)
    valid_days = number("有効な日数（空なら期限なし）")
    course_ids = IdsField("使えるメニュー（選ばなければ、すべて）")
    is_sold = BooleanField("販売する", default=True)

    @classmethod
    def of(cls, kind: TicketBookKind) -> "KindForm":
        return cls(data={name: getattr(kind, name) for name in SAME} | {"course_ids": kind.course_ids or []})

    def offer(self, courses: Mapping[int, str]) -> "KindForm":
        self.course_ids.offer(courses)
        return self

    def draft(self) -> KindDraft:
        return KindDraft(**{name: self[name].data for name in SAME}, course_ids=self.course_ids.data or [])


class SellForm(Form):
    kind_id = SelectField("販売する回数券", coerce=row_id, choices=[], validate_choice=False)
    token = HiddenField()

    def offer(self, kinds: Mapping[int, str]) -> "SellForm":
        self.kind_id.choices = options({str(key): words for key, words in kinds.items()})
        return self


class CorrectionForm(Form):
    left = IntegerField("残りの回数", [Optional()])
    expires_on = DateField("期限（この日まで使えます。空なら期限なし）", [Optional()])
    note = StringField("直した理由", [required("直した理由を入力してください。"), at_most(LONGEST_NOTE)])
    seen_left = HiddenField()

    @classmethod
    def of(cls, book: TicketBook) -> "CorrectionForm":
        return cls(data={"left": book.left, "expires_on": book.expires_on, "seen_left": str(book.left)})

    def draft(self) -> Correction:
        seen = self.seen_left.data or ""
        known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None
        return Correction(self.left.data, self.expires_on.data, self.note.data or "", known)
