"""Keeping senders."""

from typing import Any

from wtforms import BooleanField, StringField

from lstep_lite.engine.messages.senders import LONGEST_NAME, SenderDraft
from lstep_lite.forms.base import EditForm, at_most, required
from lstep_lite.models import Sender


class SenderForm(EditForm):
    """The picture comes as a file beside it (`picture`)."""

    name = StringField("送信者の名前", [required("送信者の名前を入力してください。"), at_most(10 * LONGEST_NAME)])
    drops_picture = BooleanField("写真を外す")

    @classmethod
    def of(cls, sender: Sender) -> "SenderForm":
        return cls(data={"name": sender.name})

    def draft(self, media_id: Any = None) -> SenderDraft:
        return SenderDraft(self.name.data or "", media_id)
