"""What staff read of bookings: times, states, and everything that happened to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability.days import full_clock, in_words, minute_on
from lstep_lite.engine.reservations.transitions.recording import Transition
from lstep_lite.models import BookedBy, ChangedBy, Provider, Reservation, ReservationEntry, Staff

WAYS = {
    BookedBy.LINE: "LINE",
    BookedBy.PHONE: "電話",
    BookedBy.WALK_IN: "店頭",
    BookedBy.WEB: "そのほか",
    BookedBy.AUTOMATION: "自動",
}
DID = {
    Transition.HELD: "空きをご案内しました",
    Transition.REQUESTED: "申し込みがありました",
    Transition.CONFIRMED: "予約が確定しました",
    Transition.APPROVED: "申し込みを承認しました",
    Transition.DECLINED: "申し込みをお断りしました",
    Transition.EXPIRED: "期限が切れました",
    Transition.WITHDRAWN: "申し込みを取り下げました",
    Transition.CHANGED: "予約を変更しました",
    Transition.CHANGE_ASKED: "変更の申し込みがありました",
    Transition.CHANGE_DECLINED: "変更の申し込みをお断りしました",
    Transition.CHANGE_EXPIRED: "変更の申し込みの期限が切れました",
    Transition.CHANGE_WITHDRAWN: "変更の申し込みを取り下げました",
    Transition.CANCELLED: "お客様のキャンセルです",
    Transition.CANCELLED_BY_SHOP: "お店の都合でキャンセルしました",
    Transition.CHECKED_IN: "来店しました",
    Transition.COMPLETED: "来店済みにしました",
    Transition.NO_SHOW: "無断キャンセルにしました",
    Transition.REOPENED: "来店の記録を取り消しました",
    Transition.RESTORED: "予約を元に戻しました",
    Transition.FLAGGED: "「要調整」のしるしが付きました",
    Transition.UNFLAGGED: "「要調整」のしるしを外しました",
}
BY = {
    ChangedBy.CUSTOMER: "お客様",
    ChangedBy.STAFF: "スタッフ",
    ChangedBy.AUTOMATION: "自動",
    ChangedBy.IMPORT: "取り込み",
}


@dataclass(frozen=True)
class Did:
    """One line of a booking's history."""

    at: datetime
    who: str
    what: str
    details: Sequence[str]
    """「3月5日(金) 10:00 → 3月6日(土) 14:00」 and so on."""


def when(reservation: Reservation, of_shop: tzinfo, today: date) -> str:
    """「3月5日(金) 24:30(翌0:30)〜25:30(翌1:30)」, with the year when it is not this one."""
    day = reservation.business_date
    year = "" if day.year == today.year else f"{day.year}年"
    ends = full_clock(minute_on(day, reservation.ends_at, of_shop))
    return f"{year}{in_words(day, reservation.start_minute)}〜{ends}"


def yen(price: int | None) -> str:
    return "料金はお店で" if price is None else f"{price:,}円"


def history(session: Session, reservation: Reservation) -> list[Did]:
    """Everything that happened to it, the latest first."""
    row = ReservationEntry
    mine = sa.select(row, Staff.name).outerjoin(Staff, Staff.id == row.staff_id)
    found = session.execute(mine.where(row.reservation_id == reservation.id).order_by(row.id.desc())).all()
    names = dict(session.execute(sa.select(Provider.id, Provider.name)).all())
    return [_did(entry, staff, names) for entry, staff in found]


def _did(entry: ReservationEntry, staff: str | None, names: Mapping[int, str]) -> Did:
    details = list(_changes(entry.before, entry.after, names)) if entry.before else [_time(entry.after)]
    if "asked" in entry.after:
        details.append(f"ご希望：{entry.after['asked']}")
    details += [f"ご提案：{each}" for each in entry.after.get("proposed", ())]
    if entry.reason:
        details.append(f"理由：{entry.reason}")
    who = f"{staff}さん" if staff else BY[entry.changed_by]
    return Did(entry.at, who, DID[Transition(entry.what)], details)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[int, str]) -> Sequence[str]:
    pairs = [
        ("", _time(before), _time(after)),
        ("担当 ", _provider(before, names), _provider(after, names)),
        ("メニュー ", "、".join(before["lines"]), "、".join(after["lines"])),
        ("人数 ", f"{before['party']}名", f"{after['party']}名"),
        ("料金 ", yen(before["price"]), yen(after["price"])),
    ]
    found = [f"{label}{old} → {new}" for label, old, new in pairs if old != new]
    if after["is_forced"] and not before["is_forced"]:
        found.append("ほかの予約に重ねて登録しました")
    if after["is_late"] and not before["is_late"]:
        found.append("期限を過ぎたキャンセル（直前キャンセル）")
    return found


def _time(facts: Mapping[str, Any]) -> str:
    return in_words(date.fromisoformat(facts["business_date"]), facts["start_minute"])


def _provider(facts: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if facts["provider_id"] is None:
        return "未定"
    return names.get(facts["provider_id"], "退職した担当者") + ("（ご指名）" if facts["is_nominated"] else "")
