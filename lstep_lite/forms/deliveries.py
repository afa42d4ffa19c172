"""The filters of the log of sends."""

from collections.abc import Sequence

from wtforms import SearchField, SelectField

from lstep_lite.engine.deliveries import Filters
from lstep_lite.forms.base import Form, at_most, options
from lstep_lite.models import DeliveryState

STATE_LABELS = {
    DeliveryState.SENT: "送信済み",
    DeliveryState.WAITING: "送信待ち",
    DeliveryState.HELD: "残しています",
    DeliveryState.SENDING: "送信中",
    DeliveryState.FAILED: "送信できませんでした",
    DeliveryState.UNKNOWN: "届いたか確認できません",
    DeliveryState.MISSED: "未送信",
    DeliveryState.SKIPPED: "送りませんでした",
    DeliveryState.CANCELLED: "取り消し",
}
SOURCE_LABELS = {
    "greetings": "友だち追加時設定",
    "auto_replies": "自動応答",
    "chat": "個別トーク",
    "test": "テスト送信",
    "actions": "アクション",
    "broadcasts": "一斉配信",
    "scenarios": "シナリオ",
    "reminders": "リマインダ",
    "surveys": "回答フォーム",
    "notifications": "スタッフへのお知らせ",
}
COST_LABELS = {"free": "無料返信", "counted": "通数がかかったもの"}
COSTS = {"free": False, "counted": True}
ALL = {"": "すべて"}


class DeliverySearchForm(Form):
    state = SelectField("状態", choices=options(ALL | STATE_LABELS))
    source = SelectField("送ったもの", validate_choice=False)
    cost = SelectField("通数", choices=options(ALL | COST_LABELS))
    name = SearchField("お客様の名前", [at_most(100)])

    def offer(self, sources: Sequence[str]) -> None:
        """Let the features that have sent something be chosen."""
        self.source.choices = options(ALL | {source: SOURCE_LABELS.get(source, source) for source in sources})

    def filters(self, friend_id: int | None) -> Filters:
        """Anything unknown in the address is passed over."""
        return Filters(
            state=DeliveryState(self.state.data) if self.state.data in STATE_LABELS else None,
            source=self.source.data or None,
            is_counted=COSTS.get(self.cost.data or ""),
            friend_id=friend_id,
            name=(self.name.data or "")[:100],
        )
