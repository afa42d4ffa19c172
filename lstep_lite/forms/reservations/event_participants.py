"""Taking part in an event, as staff write it down."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from lstep_lite.engine.friends import FriendDraft
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.forms.base import Form, at_most, options, row_id
from lstep_lite.forms.reservations.acts import ActForm
from lstep_lite.forms.reservations.fields import number
from lstep_lite.models import BookedBy, EventSlot, EventTicket

WAYS = {BookedBy.PHONE.value: "電話", BookedBy.WALK_IN.value: "店頭", BookedBy.WEB.value: "そのほか"}
NOBODY = 0
TICKET = "ticket-"


class ParticipantForm(Form):
    """Somebody the shop knows, or a name and a phone number."""

    friend_id = SelectField("お客様", coerce=row_id, default=NOBODY, validate_choice=False)
    real_name = StringField("お名前", [at_most(100)])
    phone = StringField("電話番号", [at_most(32)])
    party = number("人数", default=1)
    booked_by = SelectField("受付の方法", default=BookedBy.PHONE.value, choices=options(WAYS))
    note = TextAreaField("ご要望・メモ", [at_most(500)])
    force = BooleanField("満席でも登録する")
    tells = BooleanField("お客様のLINEに確認メッセージを送る", default=True)
    key = HiddenField(validators=[at_most(40)])

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.counts = _counts(formdata or {})
        """How many of each ticket, by its code, as typed."""
        self.key.data = self.key.data or secrets.token_urlsafe(12)

    def order(self, slot: EventSlot, tickets: Sequence[EventTicket]) -> SlotOrder:
        chosen = {ticket.id: self.counts.get(ticket.code, 0) for ticket in tickets}
        return SlotOrder(
            slot_id=slot.id,
            key=self.key.data or "",
            party=self.party.data or 0,
            tickets={ticket_id: count for ticket_id, count in chosen.items() if count > 0},
            note=self.note.data or "",
        )

    def person(self) -> FriendDraft:
        """Of a customer the shop does not know yet."""
        return FriendDraft(real_name=self.real_name.data or "", phone=self.phone.data or "")


def _counts(formdata: Any) -> dict[str, int]:
    typed = {name.removeprefix(TICKET): formdata[name] for name in formdata if name.startswith(TICKET)}
    return {code: min(int(text), 50) for code, text in typed.items() if text.isascii() and text.isdigit()}


class EndForm(Form):
    """Cancelling or declining."""

    reason = StringField("理由", [at_most(200)])
    tells = BooleanField("お客様のLINEにお知らせする", default=True)
    for_customer = BooleanField("お客様からの連絡によるキャンセル")


class SlotForm(ActForm):
    """Another slot for a participant."""

    name = "slot"
    slot_id = SelectField("移す先の回", coerce=row_id, default=NOBODY, validate_choice=False)
    tells = BooleanField("お客様のLINEにお知らせする", default=True)
    force = BooleanField("満席でも移す")

    def offer(self, slots: Mapping[int, str]) -> "SlotForm":
        self.slot_id.choices = options({str(slot_id): words for slot_id, words in slots.items()})
        return self
