"""Writing to a friend, and looking through the talks."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import HiddenInput

from lstep_lite.engine.chat import TalkFilters
from lstep_lite.engine.text import utf16_length
from lstep_lite.forms.base import Form, at_most, options
from lstep_lite.models import Sender, TalkMark

MARK_LABELS = {TalkMark.OPEN: "要対応", TalkMark.WORKING: "対応中", TalkMark.DONE: "済", TalkMark.NONE: "なし"}
LONGEST_TEXT = 5000
BOTH_NEEDED = "あとで送るときは、日付と時刻の両方を入れてください。"


class TalkSearchForm(Form):
    """The filters of the talk list, from its address; anything unknown means all."""

    q = SearchField("名前でさがす", [at_most(100)])
    mark = SelectField("対応マーク", choices=options({"": "すべての対応マーク", **MARK_LABELS}))
    unread = BooleanField("未読だけ")

    def filters(self) -> TalkFilters:
        known = {mark.value for mark in TalkMark}
        mark = TalkMark(self.mark.data) if self.mark.data in known else None
        return TalkFilters(text=(self.q.data or "")[:100], unread_only=bool(self.unread.data), mark=mark)


@dataclass(frozen=True)
class MessageDraft:
    text: str
    sticker: tuple[str, str] | None
    template_id: int | None
    sender_id: int | None
    form_token: str
    due_at: datetime | None

    def blocks(self, media_id: int | None) -> list[dict[str, Any]]:
        """Text, picture, template and sticker in this order; they leave as one message, under one name."""
        blocks: list[dict[str, Any]] = []
        if self.text:
            blocks.append({"kind": "text", "text": self.text})
        if media_id is not None:
            blocks.append({"kind": "image", "media_id": media_id})
        if self.template_id is not None:
            blocks.append({"kind": "template", "template_id": self.template_id})
        if self.sticker:
            blocks.append({"kind": "sticker", "package_id": self.sticker[0], "sticker_id": self.sticker[1]})
        return [block | {"sender_id": self.sender_id} for block in blocks] if self.sender_id else blocks


class MessageForm(Form):
    text = TextAreaField("メッセージ")
    sticker = StringField("スタンプ", [Optional()])
    template_id = IntegerField("テンプレート", [Optional()], widget=HiddenInput())
    sender_id = SelectField("送信者", coerce=int, default=0, choices=options({"0": "アカウントの名前"}))
    due_on = DateField("送る日", [Optional()])
    due_at = TimeField("送る時刻", [Optional()])
    form_token = HiddenField(default=lambda: secrets.token_urlsafe(12))

    def offer(self, senders: Sequence[Sender]) -> "MessageForm":
        own = {"0": "アカウントの名前"}
        self.sender_id.choices = options(own | {str(sender.id): sender.name for sender in senders})
        return self

    def validate_text(self, field: TextAreaField) -> None:
        length = utf16_length(field.data or "")
        if length > LONGEST_TEXT:
            raise ValidationError(f"{LONGEST_TEXT:,}文字まで送れます（いま{length:,}文字）。分けて送ってください。")

    def validate_sticker(self, field: StringField) -> None:
        if len((field.data or "").split(":")) != 2:
            raise ValidationError("スタンプを選び直してください。")

    # An empty field is not validated at all, so each of the two looks after the other.

    def validate_due_on(self, _field: DateField) -> None:
        if self.due_at.data is None:
            raise ValidationError(BOTH_NEEDED)

    def validate_due_at(self, _field: TimeField) -> None:
        if self.due_on.data is None:
            raise ValidationError(BOTH_NEEDED)

    def draft(self, zone: ZoneInfo) -> MessageDraft:
        package_id, _, sticker_id = (self.sticker.data or "").partition(":")
        return MessageDraft(
            text=self.text.data or "",
            sticker=(package_id, sticker_id) if sticker_id else None,
            template_id=self.template_id.data,
            sender_id=self.sender_id.data or None,
            form_token=(self.form_token.data or "")[:64],
            due_at=_moment(self.due_on.data, self.due_at.data, zone),
        )


def _moment(day: date | None, clock: time | None, zone: ZoneInfo) -> datetime | None:
    if day is None or clock is None:
        return None
    return datetime.combine(day, clock, zone)
