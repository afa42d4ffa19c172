"""A booking by phone or at the counter, as staff write it down."""

import secrets
from datetime import date
from typing import Any, cast

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.reservations.availability.days import LAST_MINUTE, parse_day
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.desk.taking import Caller, Choice
from lstep_lite.engine.reservations.transitions.booking import Visit
from lstep_lite.forms.base import LARGEST_ID, Form, at_most, options, required, row_id
from lstep_lite.forms.reservations.acts import whole_number
from lstep_lite.forms.reservations.fields import ClockField, DayField, IdsField, number
from lstep_lite.models import BookedBy

WAYS = {BookedBy.PHONE.value: "電話", BookedBy.WALK_IN.value: "店頭", BookedBy.WEB.value: "そのほか"}
NOBODY = "0"
MOST_CHOSEN, MOST_PARTY = 20, 50


class PhoneBookingForm(Form):
    """*friend_id* is 0 for a new customer, of whom a name and a phone number are written down."""

    q = StringField("お客様をさがす", [at_most(100)])
    friend_id = SelectField("お客様", coerce=row_id, default=NOBODY, validate_choice=False)
    real_name = StringField("お名前", [at_most(100)])
    kana = StringField("フリガナ（任意）", [at_most(100)])
    phone = StringField("電話番号", [at_most(32)])
    is_other = BooleanField("別のお客様として登録する")
    day = DayField("日付", [InputRequired("日付を選んでください。")])
    start = ClockField("開始時刻")
    courses = IdsField("メニュー", validators=[required("メニューを1つ以上選んでください。")])
    extras = IdsField("追加メニュー")
    provider_id = SelectField("担当", coerce=row_id, default=NOBODY, validate_choice=False)
    is_nominated = BooleanField("お客様のご指名（指名料がかかります）")
    party = number("人数", default=1)
    booked_by = SelectField("受付の方法", default=BookedBy.PHONE.value, choices=options(WAYS))
    note = TextAreaField("お客様のご要望", [at_most(200), Optional()])
    staff_note = TextAreaField("お店のメモ", [at_most(500), Optional()])
    tells = BooleanField("お客様のLINEに確認メッセージを送る", default=True)
    tells_shown = HiddenField()
    force = BooleanField("それでも登録する")
    key = HiddenField(validators=[at_most(40)])

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.key.data = self.key.data or secrets.token_urlsafe(12)
        if formdata and not self.tells_shown.data:
            self.tells.data = True  # it is asked only once the customer is known, and then it is on

    def validate_start(self, field: ClockField) -> None:
        if field.data is None:
            raise ValidationError("開始時刻を選ぶか、「18:00」のように入力してください。")

    def pick(self, picked: str) -> None:
        """A button for a time, 「2026-03-06 600」, or for a provider, 「p3」, was pressed."""
        if picked.startswith("p") and 0 <= (provider_id := whole_number(picked[1:])) < LARGEST_ID:
            self.provider_id.data = provider_id
            return
        day, _, typed = picked.partition(" ")
        minute = whole_number(typed)
        if (chosen := parse_day(day)) is not None and 0 <= minute < LAST_MINUTE:
            self.day.data = chosen
            self.start.process(None, minute)

    def choice(self, today: date) -> Choice:
        """What has been chosen so far, right or wrong."""
        return Choice(self.wish(), self.day.data or today, self.start.data, bool(self.is_nominated.data))

    def wish(self) -> Wish:
        party = min(max(self.party.data or 1, 1), MOST_PARTY)
        courses, more = (tuple((field.data or [])[:MOST_CHOSEN]) for field in (self.courses, self.extras))
        return Wish(courses, more, self.provider_id.data or None, party)

    def visit(self) -> Visit:
        """Of a valid form."""
        return Visit(
            wish=self.wish(),
            day=cast(date, self.day.data),
            minute=self.start.data,
            is_nominated=bool(self.is_nominated.data and self.provider_id.data),
            booked_by=BookedBy(self.booked_by.data),
            note=self.note.data or "",
            staff_note=self.staff_note.data or "",
            key=self.key.data,
        )

    def caller(self) -> Caller:
        draft = FriendDraft(real_name=self.real_name.data or "", kana=self.kana.data or "", phone=self.phone.data or "")
        return Caller(self.friend_id.data or 0, draft, is_other=bool(self.is_other.data))
