"""Connecting to LINE and the shop's own settings."""

import re
import unicodedata
from zoneinfo import available_timezones

from wtforms import BooleanField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from lstep_lite.engine.settings import ShopDraft
from lstep_lite.engine.settings.credentials import ConnectionDraft
from lstep_lite.forms.base import Form, at_most, required
from lstep_lite.models import DeadReply, Purpose

CHANNEL_ID = re.compile(r"[0-9]{10}")
CHANNEL_SECRET = re.compile(r"[0-9a-f]{32}")
PURPOSES = {
    Purpose.SALON: "美容室・サロン",
    Purpose.RESTAURANT: "飲食店",
    Purpose.CLINIC: "医院・治療院",
    Purpose.SCHOOL: "教室・スクール",
    Purpose.RETAIL: "小売店",
    Purpose.OTHER: "その他",
}
USUAL_ZONES = {
    "Asia/Tokyo": "日本（東京）",
    "Asia/Seoul": "韓国（ソウル）",
    "Asia/Taipei": "台湾（台北）",
    "Asia/Bangkok": "タイ（バンコク）",
    "Asia/Singapore": "シンガポール",
    "Pacific/Honolulu": "ハワイ（ホノルル）",
}


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


class ShopForm(Form):
    name = StringField("お店の名前", [required("お店の名前を入力してください。"), at_most(100)])
    purpose = RadioField("業種", choices=[(purpose.value, label) for purpose, label in PURPOSES.items()])
    time_zone = SelectField("お店の地域の時刻", choices=lambda: _zones())

    def draft(self) -> ShopDraft:
        return ShopDraft(
            name=self.name.data or "", time_zone=self.time_zone.data, purpose=Purpose(self.purpose.data),
        )


def _zones() -> dict[str, list[tuple[str, str]]]:
    others = sorted(zone for zone in available_timezones() - set(USUAL_ZONES) if "/" in zone)
    return {"よく使う地域": list(USUAL_ZONES.items()), "そのほかの地域": [(zone, zone) for zone in others]}


class DeadReplyForm(Form):
    dead_reply = RadioField("無料で返信できる時間を過ぎてしまったとき", choices=[
        (DeadReply.MISS.value, "送らない"),
        (DeadReply.PUSH.value, "1通として送る"),
    ])

    def choice(self) -> DeadReply:
        return DeadReply(self.dead_reply.data)
