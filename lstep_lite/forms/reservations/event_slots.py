"""The slots of an event, with their plans."""

import secrets
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, FileField, SelectField, StringField, TextAreaField

from lstep_lite.engine.reservations.events.slots import LONGEST_PLACE, LONGEST_REASON, Notice, SlotDraft
from lstep_lite.engine.reservations.events.tickets import TicketDraft
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.base import EditForm, Form, at_most, options
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.forms.reservations.fields import number

EVERY = {"7": "毎週", "14": "2週間ごと", "28": "4週間ごと", "1": "毎日"}
NUMBERS = {"price": ("料金", 0, 9_999_999), "seats": ("使う席", 1, 50), "cap": ("上限", 1, 5000)}


class TicketsField(Field):
    """Plans, one row each: a row's key is `t<id>` for one that is stored."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.errors, self.process_errors = (), []
        stored: Sequence[TicketDraft] = data or ()
        self.rows = rows.read(formdata or _as_posted(self.name, stored), self.name)
        self.data = [(row.key, *(row.one(name) for name in ("name", *NUMBERS))) for row in self.rows]

    def drafts(self) -> list[TicketDraft]:
        """Raises DomainError for what is no number. Rows that were left empty count for nothing."""
        filled = [row for row in self.rows if any(row.one(name).strip() for name in ("name", "price", "cap"))]
        return [_draft(row) for row in filled]

    def in_words(self) -> str:
        return "、".join(row.one("name") for row in self.rows if row.one("name")) or "（なし）"


def _draft(row: rows.Row) -> TicketDraft:
    try:
        values = {name: _number(row, name) for name in NUMBERS}
    except DomainError as error:
        raise DomainError(f"プラン「{row.one('name')}」の{error.message}", "tickets") from error
    price, seats, cap = values["price"], values["seats"], values["cap"]
    ticket_id = _stored_id(row.key)
    return TicketDraft(row.one("name"), price or 0, 1 if seats is None else seats, cap, ticket_id)


def _number(row: rows.Row, name: str) -> int | None:
    label, least, most = NUMBERS[name]
    return row.values.number(name, label, least=least, most=most) if row.one(name).strip() else None


def _stored_id(key: str) -> int | None:
    is_stored = key[:1] == "t" and key[1:].isascii() and key[1:].isdigit() and len(key) < 16
    return int(key[1:]) if is_stored else None


def _as_posted(path: str, stored: Sequence[TicketDraft]) -> rows.Posted:
    posted: rows.Posted = MultiDict()
    for ticket in stored:
        key = f"t{ticket.ticket_id}" if ticket.ticket_id else f"new{secrets.token_hex(4)}"
        posted.add(path, key)
        texts = {"name": ticket.name, "price": ticket.price, "seats": ticket.seats, "cap": ticket.cap}
        for name, value in texts.items():
            posted.add(f"{path}.{key}.{name}", "" if value is None else str(value))
    return posted


class SlotForm(EditForm):
    """Moments are typed on the shop's clock."""

    starts_at = MomentField("開始")
    ends_at = MomentField("終了")
    capacity = number("定員（席）", default=10)
    place = StringField("場所", [at_most(LONGEST_PLACE)])
    opens_at = MomentField("受付の開始")
    closes_at = MomentField("受付の締め切り")
    limit_count = number("1人が予約できる回数")
    tickets = TicketsField("プラン")
    repeats = BooleanField("同じ内容で続けて作る")
    every_days = SelectField("くり返し", default="7", choices=options(EVERY))
    count = number("作る回数（1回目も数えます）", default=4)
    tells = BooleanField("日時が変わるとき、予約したお客様にLINEでお知らせする", default=True)

    @classmethod
    def of(cls, draft: SlotDraft, zone: ZoneInfo) -> "SlotForm":
        names = ("starts_at", "ends_at", "opens_at", "closes_at")
        data: dict[str, Any] = {name: on_clock(getattr(draft, name), zone) for name in names}
        data |= {"capacity": draft.capacity, "place": draft.place, "limit_count": draft.limit_count}
        return cls(data=data | {"tickets": draft.tickets})

    def draft(self, zone: ZoneInfo) -> SlotDraft:
        """Raises DomainError naming the field."""
        starts_at, ends_at = self.starts_at.moment(zone), self.ends_at.moment(zone)
        if starts_at is None:
            raise DomainError("開始の日時を入力してください。", "starts_at")
        if ends_at is None:
            raise DomainError("終了の日時を入力してください。", "ends_at")
        return SlotDraft(
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=self.capacity.data or 0,
            place=self.place.data or "",
            opens_at=self.opens_at.moment(zone),
            closes_at=self.closes_at.moment(zone),
            limit_count=self.limit_count.data,
            tickets=self.tickets.drafts(),
        )

    def notice(self, staff_id: int) -> Notice:
        return Notice(staff_id, self.tells.data)


class CancelSlotForm(Form):
    reason = TextAreaField("お客様に伝える理由（空でもかまいません）", [at_most(LONGEST_REASON)])
    tells = BooleanField("予約したお客様にLINEでお知らせする", default=True)

    def notice(self, staff_id: int) -> Notice:
        return Notice(staff_id, self.tells.data, self.reason.data or "")


class SlotFileForm(Form):
    file = FileField("回のCSV")
