"""The conditions of bookings: the shop's, and what a page or a course has instead."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, TextAreaField

from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.policies import (
    Approval,
    Changing,
    Cut,
    CutKind,
    LateCancel,
    Opens,
    OpensKind,
    Policy,
)
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import Form, at_most, options
from lstep_lite.forms.reservations.fields import ClockField, number

OPENS = {OpensKind.DAYS: "○日前から", OpensKind.MONTHLY: "毎月決まった日に、先の月の分をまとめて"}
APPROVALS = {
    Approval.NONE: "すぐに確定する（おすすめ）",
    Approval.NEW: "初めての方だけ、お店が確認してから確定する",
    Approval.ALL: "すべて、お店が確認してから確定する",
}
DEADLINES = {
    "day_before": "○日前の決まった時刻まで",
    "minutes": "予約の○分前まで",
    "none": "予約の時刻まで",
}
CHANGES = {
    Changing.YES: "お客様が自分で変えられる",
    Changing.ASK: "お客様の希望を受け、お店が確認して変える",
    Changing.NO: "お客様は変えられない（お電話で）",
}
LATE = {
    LateCancel.REFUSE: "受け付けない（お電話をお願いする）",
    LateCancel.ALLOW_MARKED: "受け付けて「直前キャンセル」と記録する",
}
SHOPS = ""
"""The shop's holds."""


class PolicyForm(Form):
    """A whole policy."""

    opens_kind = SelectField("受付の開始", default=OpensKind.DAYS.value, choices=options(OPENS))
    opens_days = number("何日前から", default=60)
    opens_at = ClockField("何時から（空なら、その日の始まりから）")
    opens_day = number("毎月何日に", default=1)
    opens_months = number("何か月先の分を", default=1)
    close_minutes = number("予約の何分前まで受け付けるか", default=120)
    close_days = number("何日前に締め切るか（空なら、締め切らない）")
    close_at = ClockField("その日の何時に")
    deadline = SelectField("変更・キャンセルの締切", default="day_before", choices=options(DEADLINES))
    deadline_days = number("何日前", default=1)
    deadline_at = ClockField("何時まで", default=1080)
    deadline_minutes = number("何分前まで", default=120)
    changing = SelectField("日時の変更", default=Changing.YES.value, choices=options(CHANGES))
    cancelling = BooleanField("お客様が自分でキャンセルできる", default=True)
    late_cancel = SelectField("締切を過ぎたキャンセル", default=LateCancel.REFUSE.value, choices=options(LATE))
    max_open = number("お一人が同時に持てる予約の数（空なら制限なし）", default=2)
    max_per_day = number("お一人が同じ日に取れる予約の数（空なら制限なし）")
    approval = RadioField("予約の確定", default=Approval.NONE.value, choices=options(APPROVALS))
    request_hours = number("お店の返事を待つ時間（時間）", default=24)
    hold_minutes = number("入力中の時間を取り置く分数（空なら取り置かない）", default=10)
    consent_text = TextAreaField("キャンセルポリシー", [at_most(policies.LONGEST_CONSENT)])

    @staticmethod
    def typed(policy: Policy) -> dict[str, Any]:
        """What the fields hold of a stored policy."""
        minutes = [each.minutes for each in policy.closes if each.kind is CutKind.MINUTES]
        days = next((each for each in policy.closes if each.kind is CutKind.DAY_BEFORE), None)
        cut, opens = policy.deadline, policy.opens
        return {
            "opens_kind": opens.kind.value,
            "opens_days": opens.days,
            "opens_at": opens.at,
            "opens_day": opens.day,
            "opens_months": opens.months,
            "close_minutes": max(minutes, default=0),
            "close_days": days and days.days,
            "close_at": days and days.at,
            "deadline": cut.kind.value if cut else "none",
            "deadline_days": cut.days if cut and cut.kind is CutKind.DAY_BEFORE else 1,
            "deadline_at": cut.at if cut and cut.kind is CutKind.DAY_BEFORE else 1080,
            "deadline_minutes": cut.minutes if cut and cut.kind is CutKind.MINUTES else 120,
            "changing": policy.changing.value,
            "cancelling": policy.cancelling,
            "late_cancel": policy.late_cancel.value,
            "max_open": policy.max_open,
            "max_per_day": policy.max_per_day,
            "approval": policy.approval.value,
            "hold_minutes": policy.hold_minutes,
            "request_hours": max(1, policy.request_minutes // 60),
            "consent_text": policy.consent_text,
        }

    def policy(self) -> Policy:
        """Raises DomainError naming the field."""
        return Policy(
            opens=self._opens(),
            closes=tuple(self._closes()),
            deadline=self._deadline(),
            changing=Changing(self.changing.data),
            cancelling=self.cancelling.data,
            late_cancel=LateCancel(self.late_cancel.data),
            max_open=_count(self.max_open.data, "max_open"),
            max_per_day=_count(self.max_per_day.data, "max_per_day"),
            approval=Approval(self.approval.data),
            hold_minutes=_hold(self.hold_minutes.data),
            request_minutes=_within(self.request_hours.data, "request_hours", 1, 720) * 60,
            consent_text=(self.consent_text.data or "").strip(),
        )

    def _opens(self) -> Opens:
        if self.opens_kind.data == OpensKind.MONTHLY.value:
            day = _within(self.opens_day.data, "opens_day", 1, 31)
            months = _within(self.opens_months.data, "opens_months", 0, 24)
            return Opens(OpensKind.MONTHLY, at=self.opens_at.data or 0, day=day, months=months)
        return Opens(days=_within(self.opens_days.data, "opens_days", 0, policies.MOST_DAYS), at=self.opens_at.data)

    def _closes(self) -> list[Cut]:
        cuts = [Cut(minutes=_within(self.close_minutes.data or 0, "close_minutes", 0, policies.MOST_MINUTES))]
        if self.close_days.data is not None:
            days = _within(self.close_days.data, "close_days", 0, policies.MOST_DAYS)
            cuts.append(Cut(CutKind.DAY_BEFORE, days=days, at=_time(self.close_at.data, "close_at")))
        return cuts

    def _deadline(self) -> Cut | None:
        if self.deadline.data == "none":
            return None
        if self.deadline.data == CutKind.MINUTES.value:
            return Cut(minutes=_within(self.deadline_minutes.data, "deadline_minutes", 0, policies.MOST_MINUTES))
        days = _within(self.deadline_days.data, "deadline_days", 0, policies.MOST_DAYS)
        return Cut(CutKind.DAY_BEFORE, days=days, at=_time(self.deadline_at.data, "deadline_at"))


class OwnPolicyForm(Form):
    """What a booking page or a course has instead of the shop's; empty: the shop's holds."""

    own_opens_days = number("何日前から受け付けるか")
    own_close_minutes = number("予約の何分前まで受け付けるか")
    own_deadline = SelectField(
        "変更・キャンセルの締切", default=SHOPS, choices=options({SHOPS: "お店の決まりと同じ", **DEADLINES})
    )
    own_deadline_days = number("何日前", default=1)
    own_deadline_at = ClockField("何時まで", default=1080)
    own_deadline_minutes = number("何分前まで", default=120)
    own_approval = SelectField("予約の確定", default=SHOPS, choices=options({SHOPS: "お店の決まりと同じ", **APPROVALS}))
    own_consent_text = TextAreaField("キャンセルポリシー（空なら、お店の決まりと同じ）")

    @staticmethod
    def own_typed(stored: Mapping[str, Any]) -> dict[str, Any]:
        policy = policies.parse(stored)
        whole = PolicyForm.typed(policy)
        typed: dict[str, Any] = {}
        if "opens" in stored:
            typed["own_opens_days"] = policy.opens.days
        if "closes" in stored:
            typed["own_close_minutes"] = whole["close_minutes"]
        if "deadline" in stored:
            typed |= {f"own_{name}": whole[name] for name in whole if name.startswith("deadline")}
        if "approval" in stored:
            typed["own_approval"] = policy.approval.value
        return typed | {"own_consent_text": stored.get("consent_text", "")}

    def own_policy(self) -> dict[str, Any]:
        """As stored: what differs alone. Raises DomainError naming the field."""
        found: dict[str, Any] = {}
        if self.own_opens_days.data is not None:
            days = _within(self.own_opens_days.data, "own_opens_days", 0, policies.MOST_DAYS)
            found["opens"] = {"kind": "days", "days": days, "at": None}
        if self.own_close_minutes.data is not None:
            minutes = _within(self.own_close_minutes.data, "own_close_minutes", 0, policies.MOST_MINUTES)
            found["closes"] = [{"kind": "minutes", "minutes": minutes}]
        if self.own_deadline.data:
            found["deadline"] = self._own_deadline()
        if self.own_approval.data:
            found["approval"] = self.own_approval.data
        if text := (self.own_consent_text.data or "").strip():
            found["consent_text"] = text
        return found

    def _own_deadline(self) -> dict[str, Any] | None:
        if self.own_deadline.data == "none":
            return None
        if self.own_deadline.data == CutKind.MINUTES.value:
            minutes = _within(self.own_deadline_minutes.data, "own_deadline_minutes", 0, policies.MOST_MINUTES)
            return {"kind": "minutes", "minutes": minutes}
        days = _within(self.own_deadline_days.data, "own_deadline_days", 0, policies.MOST_DAYS)
        return {"kind": "day_before", "days": days, "at": _time(self.own_deadline_at.data, "own_deadline_at")}


def _within(value: int | None, field: str, least: int, most: int) -> int:
    if value is None or not least <= value <= most:
        raise DomainError(f"{least}〜{most:,}の数字で入力してください。", field)
    return value


def _count(value: int | None, field: str) -> int | None:
    return None if value is None else _within(value, field, 1, policies.MOST_COUNT)


def _hold(value: int | None) -> int | None:
    return None if value is None else _within(value, "hold_minutes", 1, policies.LONGEST_HOLD)


def _time(value: int | None, field: str) -> int:
    if value is None:
        raise DomainError("時刻を入力してください（例：18:00）。", field)
    return value
