"""Broadcasts to begin with. The shop fills in its own facts where 「○」 stands."""

from dataclasses import dataclass

from lstep_lite.engine.broadcasts.checking import VariantDraft
from lstep_lite.engine.broadcasts.keeping import BroadcastDraft


@dataclass(frozen=True)
class Sample:
    key: str
    name: str
    icon: str
    text: str

    def draft(self) -> BroadcastDraft:
        return BroadcastDraft(name=self.name, variants=[VariantDraft([{"kind": "text", "text": self.text}])])


_NEWS = """[name]さん、いつもありがとうございます。

○月のおすすめは「○○○○」です。
期間：○月○日〜○月○日
料金：○,○○○円

ご予約は、このトークからどうぞ。"""
_CLOSED = """臨時休業のお知らせです。

○月○日（○）は、お休みをいただきます。
ご不便をおかけしますが、よろしくお願いいたします。"""
_OPENING = """本日の空き状況です。

○時〜、○時〜 に空きがございます。
ご希望の方は、このトークに時間をお送りください。先着順です。"""
_GIFT = """[name]さんへ、感謝をこめて。

○月○日までの期間、○○○○を○○円引きでご利用いただけます。
ご来店のときに、このメッセージをお見せください。"""

SAMPLES = (
    Sample("news", "季節のおすすめ", "sparkles", _NEWS),
    Sample("closed", "臨時休業のお知らせ", "calendar-off", _CLOSED),
    Sample("opening", "当日の空き状況", "clock", _OPENING),
    Sample("gift", "期間限定の特典", "gift", _GIFT),
)


def find(key: str) -> Sample | None:
    return next((sample for sample in SAMPLES if sample.key == key), None)
