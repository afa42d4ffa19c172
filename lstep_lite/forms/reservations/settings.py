"""The settings of the whole shop."""

from wtforms import BooleanField, SelectField, StringField, TextAreaField

from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.keeping.settings import LONGEST_PHONE, LONGEST_PLACE, SLOTS, SettingsDraft
from lstep_lite.forms.base import EditForm, at_most, options
from lstep_lite.forms.reservations.fields import number
from lstep_lite.forms.reservations.policies import PolicyForm
from lstep_lite.models import AssignPolicy, ReservationSettings, SlotAnchor

ANCHORS = {
    SlotAnchor.CLOCK: "時計の時刻から数える（10:00、10:30…）",
    SlotAnchor.OPENING: "開店の時刻から数える（10:15に開くなら10:15、10:45…）",
}
ASSIGNS = {
    AssignPolicy.BALANCED: "その日の予約が少ない人から（おすすめ）",
    AssignPolicy.PRIORITY: "スタッフの並び順に",
    AssignPolicy.SAVE_ALLROUNDERS: "できるメニューが少ない人から",
}
GRIDS = {str(each): f"{each}分ごと" for each in SLOTS}
STRIKES = {
    "approval_only": "予約を、お店の確認後に確定する",
    "phone_only": "ネット予約を止め、お電話でのみ受け付ける",
}
SAME = (
    "buffers_spill", "few_left", "phone", "place", "completes_itself",
    "strike_limit", "late_strike_limit", "late_strike_days", "strike_online",
)  # fmt: skip


class ReservationSettingsForm(EditForm, PolicyForm):
    slot_minutes = SelectField("予約を始められる間隔", coerce=int, choices=options(GRIDS))
    slot_anchor = SelectField("間隔の数え方", choices=options(ANCHORS))
    buffers_spill = BooleanField("準備・片づけは、営業時間や勤務時間の外にはみ出してもよい")
    assign_policy = SelectField("指名なしのお客様の担当", choices=options(ASSIGNS))
    few_left = number("空きがいくつ以下なら「△ 残りわずか」にするか", default=2)
    phone = StringField("お客様にお電話をお願いする番号", [at_most(LONGEST_PHONE)])
    place = TextAreaField("お店の場所（住所や地図のURL）", [at_most(LONGEST_PLACE)])
    completes_itself = BooleanField("来店の印がない予約は、営業が終わって2時間後に「来店済み」にする")
    strike_limit = number("無断キャンセルが何回あったら制限するか（空なら制限しない）")
    late_strike_limit = number("直前キャンセルが何回あったら制限するか（空なら制限しない）")
    late_strike_days = number("直前キャンセルを数える日数", default=90)
    strike_online = SelectField("制限のしかた", choices=options(STRIKES), default="approval_only")

    @classmethod
    def of(cls, settings: ReservationSettings) -> "ReservationSettingsForm":
        data = PolicyForm.typed(policies.parse(settings.policy))
        data |= {name: getattr(settings, name) for name in SAME}
        data |= {
            "slot_minutes": settings.slot_minutes,
            "slot_anchor": settings.slot_anchor.value,
            "assign_policy": settings.assign_policy.value,
        }
        return cls(data=data)

    def draft(self) -> SettingsDraft:
        """Raises DomainError naming the field."""
        return SettingsDraft(
            policy=self.policy(),
            slot_minutes=self.slot_minutes.data,
            slot_anchor=SlotAnchor(self.slot_anchor.data),
            assign_policy=AssignPolicy(self.assign_policy.data),
            **{name: self[name].data for name in SAME},
        )
