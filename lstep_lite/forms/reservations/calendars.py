"""Connecting calendars outside."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired

from lstep_lite.engine.reservations.calendars.google import CalendarAtGoogle
from lstep_lite.engine.reservations.calendars.keeping import ClientDraft, LinkDraft
from lstep_lite.forms.base import Form, at_most, required
from lstep_lite.forms.settings import SecretField, pasted
from lstep_lite.models import CalendarLink, GoogleClient

LONGEST = 300


class ClientForm(Form):
    client_id = StringField("クライアントID", [required(), at_most(LONGEST)], filters=[pasted])
    client_secret = SecretField("クライアントシークレット", [at_most(LONGEST)], filters=[pasted])

    @classmethod
    def of(cls, client: GoogleClient | None) -> "ClientForm":
        return cls(client_id=client.client_id if client else "")

    def draft(self) -> ClientDraft:
        return ClientDraft(self.client_id.data or "", self.client_secret.data or "")


class LinkForm(Form):
    calendar_id = RadioField("使うカレンダー", [InputRequired("カレンダーを選んでください。")])
    takes_busy = BooleanField("このカレンダーに予定がある時間は、予約を受けない")
    shows_names = BooleanField("お客様のお名前を書き込む（オフのときは、イニシャルだけ）")
    names: Mapping[str, str] = {}
    """By the value of `calendar_id`: what it is called."""

    @classmethod
    def of(cls, link: CalendarLink) -> "LinkForm":
        return cls(calendar_id=link.calendar_id, takes_busy=link.takes_busy, shows_names=link.shows_names)

    def offer(self, calendars: Sequence[CalendarAtGoogle]) -> "LinkForm":
        self.names = {each.id: each.name for each in calendars}
        self.calendar_id.choices = list(self.names.items())
        return self

    def draft(self) -> LinkDraft:
        return LinkDraft(
            self.calendar_id.data,
            self.names[self.calendar_id.data],
            bool(self.takes_busy.data),
            bool(self.shows_names.data),
        )
