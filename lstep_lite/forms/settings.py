"""Connecting to LINE."""

import re
import unicodedata

from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import ValidationError

from lstep_lite.engine.settings.credentials import ConnectionDraft
from lstep_lite.forms.base import Form, required

CHANNEL_ID = re.compile(r"[0-9]{10}")
CHANNEL_SECRET = re.compile(r"[0-9a-f]{32}")


def pasted(text: str | None) -> str:
    """What a copy brings along is dropped: spaces, line ends, full width."""
    return "".join(unicodedata.normalize("NFKC", text or "").split())


class SecretField(PasswordField):
    """Never sent back to the browser; may stay empty where one is stored already (the engine decides)."""


def _channel_id(form: Form, field: StringField) -> None:
    if not CHANNEL_ID.fullmatch(field.data or ""):
        raise ValidationError("チャネルIDは10けたの数字です。コピーし直してください。")


def _secret(form: Form, field: SecretField) -> None:
    if field.data and not CHANNEL_SECRET.fullmatch(field.data):
        raise ValidationError("チャネルシークレットは、0〜9とa〜fだけの32文字です。コピーし直してください。")


class ConnectionForm(Form):
    messaging_channel_id = StringField("チャネルID", [required(), _channel_id], filters=[pasted])
    messaging_secret = SecretField("チャネルシークレット", [_secret], filters=[pasted])
    login_channel_id = StringField("チャネルID", [required(), _channel_id], filters=[pasted])
    login_secret = SecretField("チャネルシークレット", [_secret], filters=[pasted])
    accepts_other_account = BooleanField("別の公式アカウントに切り替える")

    def draft(self) -> ConnectionDraft:
        return ConnectionDraft(
            messaging_channel_id=self.messaging_channel_id.data or "",
            messaging_secret=self.messaging_secret.data or "",
            login_channel_id=self.login_channel_id.data or "",
            login_secret=self.login_secret.data or "",
            accepts_other_account=bool(self.accepts_other_account.data),
        )
