"""Looking up, adding and editing friends."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import DateField, EmailField, HiddenField, SearchField, StringField, TelField, TextAreaField
from wtforms.validators import Optional

from lstep_lite.engine import segments
from lstep_lite.engine.friends import Audience, FriendDraft, FriendState
from lstep_lite.engine.friends.editing import LONGEST_MEMO, LONGEST_NAME
from lstep_lite.engine.segments.trees import BLOCKS
from lstep_lite.forms.base import EditForm, Form, at_most, required
from lstep_lite.forms.segments import SegmentField, spread
from lstep_lite.models import Friend

LONGEST_ID = 12
"""Digits."""


class FriendSearchForm(Form):
    """The friend list's filters, from its address; anything unknown falls back to the first tab."""

    q = SearchField("名前・電話番号・メールでさがす", [at_most(100)])
    state = HiddenField()
    segment = SegmentField("条件", name=segments.PATH)

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_with_saved(formdata), *args, **kwargs)

    def audience(self, session: Session) -> Audience:
        """Whom the list shows. Raises DomainError when a condition is not filled in; it is said at the condition."""
        state = FriendState(self.state.data) if self.state.data in list(FriendState) else FriendState.FRIENDS
        return Audience(self.segment.draft(session), state, (self.q.data or "")[:100])

    @property
    def is_narrowed(self) -> bool:
        """Whether any conditions are picked."""
        return any(self.segment.conditions.blocks.values())


def _with_saved(formdata: Any) -> Any:
    """`?saved=<id>` stands for the one condition that this saved search matches."""
    saved = formdata.get("saved", "")[:LONGEST_ID] if formdata else ""
    if not (saved.isascii() and saved.isdigit()) or any(f"{segments.PATH}.{block}" in formdata for block in BLOCKS):
        return formdata
    posted = formdata.copy()
    for name, text in spread(segments.asking(int(saved)), segments.PATH):
        posted.add(name, text)
    return posted


class FriendForm(EditForm):
    system_name = StringField("システム表示名", [at_most(LONGEST_NAME)])
    real_name = StringField("本名", [at_most(LONGEST_NAME)])
    kana = StringField("ふりがな", [at_most(LONGEST_NAME)])
    phone = TelField("電話番号")
    email = EmailField("メールアドレス")
    birthday = DateField("誕生日", [Optional()])
    memo = TextAreaField("メモ", [at_most(LONGEST_MEMO)])

    def draft(self) -> FriendDraft:
        return FriendDraft(
            system_name=self.system_name.data or "",
            real_name=self.real_name.data or "",
            kana=self.kana.data or "",
            phone=self.phone.data or "",
            email=self.email.data or "",
            birthday=self.birthday.data,
            memo=self.memo.data or "",
        )


class MemoForm(EditForm):
    memo = TextAreaField("メモ", [at_most(LONGEST_MEMO)])

    def draft(self, friend: Friend) -> FriendDraft:
        """Everything as it is, with the new memo."""
        return FriendDraft(
            system_name=friend.system_name or "",
            real_name=friend.real_name or "",
            kana=friend.kana or "",
            phone=friend.phone or "",
            email=friend.email or "",
            birthday=friend.birthday,
            memo=self.memo.data or "",
        )


class EraseForm(Form):
    """The name, typed to be sure."""

    name = StringField("お名前", [required("お名前を入力してください。")])
