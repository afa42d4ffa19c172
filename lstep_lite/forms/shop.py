"""The shop's own settings."""

from typing import Any
from zoneinfo import available_timezones

from wtforms import RadioField, SelectField, StringField

from lstep_lite.engine.settings import ShopDraft
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.models import DeadReply, Purpose

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


class ShopForm(EditForm):
    name = StringField("お店の名前", [required("お店の名前を入力してください。"), at_most(100)])
    purpose = RadioField("業種", choices=options(PURPOSES))
    time_zone = SelectField("お店の地域の時刻", choices=lambda: _zones())

    def draft(self) -> ShopDraft:
        return ShopDraft(
            name=self.name.data or "",
            time_zone=self.time_zone.data,
            purpose=Purpose(self.purpose.data),
        )


def _zones() -> list[Any]:
    others = sorted(zone for zone in available_timezones() - set(USUAL_ZONES) if "/" in zone)
    return options(USUAL_ZONES, group="よく使う地域") + options(
        dict(zip(others, others, strict=True)), group="そのほかの地域"
    )


class DeadReplyForm(EditForm):
    dead_reply = RadioField(
        "無料で返信できる時間を過ぎてしまったとき",
        choices=options(
            {
                DeadReply.MISS: "送らない",
                DeadReply.PUSH: "1通として送る",
            }
        ),
    )

    def choice(self) -> DeadReply:
        return DeadReply(self.dead_reply.data)
