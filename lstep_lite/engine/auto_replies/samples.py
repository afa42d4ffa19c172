"""Rules to begin with: the five questions every shop is asked. The shop fills in its own facts where 「○」 stands."""

from dataclasses import dataclass

from lstep_lite.engine.auto_replies.rules import AutoReplyDraft, Keyword
from lstep_lite.models import Matching


@dataclass(frozen=True)
class Sample:
    key: str
    name: str
    icon: str
    keywords: tuple[str, ...]
    text: str

    def draft(self) -> AutoReplyDraft:
        return AutoReplyDraft(
            name=self.name,
            matching=Matching.KEYWORDS,
            keywords=[Keyword(word) for word in self.keywords],
            blocks=[{"kind": "text", "text": self.text}],
        )


_HOURS = """お問い合わせありがとうございます。
営業時間は ○○:○○〜○○:○○、定休日は毎週○曜日です。
ご来店をお待ちしています。"""
_PRICES = """料金のご案内です。

・○○○○　○,○○○円
・○○○○　○,○○○円

くわしくはお気軽におたずねください。"""
_ACCESS = """お店の場所のご案内です。

住所：○○県○○市○○1-2-3
○○駅から歩いて○分
駐車場：○台

迷われたときは、このトークでお知らせください。"""
_BOOKING = """ご予約ありがとうございます。
ご希望の日時とメニューを、このトークでお知らせください。
空きを確認して、スタッフからお返事します。"""
_CANCELLATION = """ご予約の変更・キャンセルですね。
お名前とご予約の日時を、このトークでお知らせください。
スタッフが確認してお返事します。"""

SAMPLES = (
    Sample("hours", "営業時間", "clock", ("営業時間", "何時", "定休日", "休み"), _HOURS),
    Sample("prices", "料金", "cash", ("料金", "値段", "いくら", "価格"), _PRICES),
    Sample("access", "アクセス", "map-pin", ("アクセス", "場所", "住所", "行き方", "駐車場"), _ACCESS),
    Sample("booking", "予約", "calendar-event", ("予約", "空き", "空いて"), _BOOKING),
    Sample("cancellation", "キャンセル", "calendar-off", ("キャンセル", "取り消し", "変更"), _CANCELLATION),
)


def find(key: str) -> Sample | None:
    return next((sample for sample in SAMPLES if sample.key == key), None)
