"""The first run's questions."""

from wtforms import StringField

from lstep_lite.engine.setup import SetupDraft
from lstep_lite.forms.base import at_most, required
from lstep_lite.forms.shop import ShopForm
from lstep_lite.forms.staff import email_field, new_password_field, repeated_password_field


class SetupForm(ShopForm):
    code = StringField("設定コード", [required("設定コードを入力してください。"), at_most(40)])
    owner_name = StringField("お名前", [required("お名前を入力してください。"), at_most(100)])
    email = email_field()
    password = new_password_field()
    repeated_password = repeated_password_field()

    def setup_draft(self) -> SetupDraft:
        return SetupDraft(owner_name=self.owner_name.data or "", email=self.email.data or "", shop=self.draft())
