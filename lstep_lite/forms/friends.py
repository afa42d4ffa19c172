"""Looking up, adding and editing friends."""

from wtforms import DateField, EmailField, HiddenField, SearchField, StringField, TelField, TextAreaField
from wtforms.validators import Optional

from lstep_lite.engine.friends import Filters, FriendDraft, FriendState
from lstep_lite.engine.friends.editing import LONGEST_MEMO, LONGEST_NAME
from lstep_lite.forms.base import EditForm, Form, at_most
from lstep_lite.models import Friend


class FriendSearchForm(Form):
    """The friend list's filters, from its address; anything unknown falls back to the first tab."""

    q = SearchField("名前・電話番号・メールでさがす", [at_most(100)])
    state = HiddenField()

    def filters(self) -> Filters:
        state = FriendState(self.state.data) if self.state.data in list(FriendState) else FriendState.FRIENDS
        return Filters(text=(self.q.data or "")[:100], state=state)


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


class MemoForm(Form):
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
