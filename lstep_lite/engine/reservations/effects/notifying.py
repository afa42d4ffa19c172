"""What staff are told of bookings: those of the rule, and whoever serves the customer."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.engine.notifications import Recipients
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.effects import desk
from lstep_lite.engine.reservations.transitions import recording
from lstep_lite.engine.reservations.transitions.recording import Happened, Transition
from lstep_lite.models import ChangedBy, Provider, Reservation, Staff

BOOKED = notifications.kind(
    "reservation.booked",
    label="新しい予約",
    lead="お客様の予約が確定したときに知らせます。",
    icon="calendar",
    order=12,
)
REQUESTED = notifications.kind(
    "reservation.requested",
    label="承認待ちの予約",
    lead="お店の返事を待つ申し込みや、変更の申し込みがあったときに知らせます。",
    icon="calendar",
    order=11,
)
CHANGED = notifications.kind(
    "reservation.changed",
    label="予約の変更・キャンセル",
    lead="お客様が予約を変更・キャンセルしたときに知らせます。",
    icon="calendar",
    order=13,
)
MISFIT = notifications.kind(
    "reservation.misfit",
    label="調整がいる予約",
    lead="営業時間やシフトを変えて、受けている予約が合わなくなったときに知らせます。",
    icon="calendar",
    order=14,
)
EXPIRED = notifications.kind(
    "reservation.expired",
    label="返事の期限が切れた申し込み",
    lead="承認待ちのまま期限が過ぎ、申し込みが取り消されたときに知らせます。",
    icon="calendar",
    order=15,
)
TITLES = {
    Transition.CONFIRMED: (BOOKED, "新しい予約が入りました"),
    Transition.REQUESTED: (REQUESTED, "承認待ちの予約があります"),
    Transition.CHANGE_ASKED: (REQUESTED, "予約の変更の申し込みがあります"),
    Transition.CHANGED: (CHANGED, "予約が変更されました"),
    Transition.CANCELLED: (CHANGED, "予約がキャンセルされました"),
    Transition.WITHDRAWN: (CHANGED, "予約の申し込みが取り下げられました"),
    Transition.CHANGE_WITHDRAWN: (CHANGED, "予約の変更の申し込みが取り下げられました"),
    Transition.EXPIRED: (EXPIRED, "予約の申し込みの期限が切れました"),
    Transition.CHANGE_EXPIRED: (EXPIRED, "予約の変更の申し込みの期限が切れました"),
}


@recording.follows
def tell(session: Session, happened: Happened) -> None:
    if happened.transition is Transition.FLAGGED:
        return _tell_misfit(session, happened)
    if happened.transition not in TITLES or _is_offer_over(happened):
        return None
    kind, title = TITLES[happened.transition]
    if happened.transition is Transition.CANCELLED and happened.reservation.is_late:
        title = "直前キャンセルがありました"
    if (recipients := _recipients(session, happened, kind.name)) is not None:
        notifications.notify(
            session,
            kind.name,
            title=title,
            body=_body(happened),
            href=desk.page(happened.reservation),
            dedupe_key=f"{kind.name}:{happened.entry.id}",
            friend=happened.reservation.friend,
            recipients=recipients,
            now=happened.now,
        )
    return None


def _is_offer_over(happened: Happened) -> bool:
    """An offer to who waits that came to nothing is no news."""
    return happened.before.get("state") == "held" and happened.transition is not Transition.CONFIRMED


def _recipients(session: Session, happened: Happened, kind: str) -> Recipients | None:
    """Those of the rule and whoever serves; of what staff did themselves, the others.

    None when nobody is left, for trials, and for a slot that staff move with all its bookings.
    """
    serving = _serving(session, happened.reservation)
    chosen = notifications.rule(session, notifications.kinds[kind]).recipients
    if serving is not None and serving not in chosen.staff_ids:
        chosen = Recipients(chosen.roles, (*chosen.staff_ids, serving))
    if happened.by.changed_by is not ChangedBy.STAFF:
        return chosen
    is_moved_with_slot = happened.reservation.slot_id is not None and happened.transition is Transition.CHANGED
    if is_moved_with_slot or happened.by.staff_id is None:
        return None
    return _others(session, chosen, happened.by.staff_id)


def _others(session: Session, chosen: Recipients, staff_id: int) -> Recipients | None:
    is_told = sa.or_(Staff.role.in_(chosen.roles), Staff.id.in_(chosen.staff_ids))
    others = session.scalars(sa.select(Staff.id).where(Staff.is_active, is_told, Staff.id != staff_id)).all()
    return Recipients(staff_ids=tuple(others)) if others else None


def _serving(session: Session, reservation: Reservation) -> int | None:
    """The member of staff who signs in as the provider."""
    if reservation.provider_id is None:
        return None
    return session.get_one(Provider, reservation.provider_id).staff_id


def _body(happened: Happened) -> str:
    reservation = happened.reservation
    when = in_words(reservation.business_date, reservation.start_minute)
    menu = "・".join(line.name for line in reservation.lines)
    return " ".join(part for part in (reservation.friend.desk_name, when, menu, happened.entry.reason) if part)


def _tell_misfit(session: Session, happened: Happened) -> None:
    """Once for each change of hours or shifts, however many bookings it touches."""
    moment: datetime = happened.now
    notifications.notify(
        session,
        MISFIT.name,
        title="営業時間・シフト・外部カレンダーの変更で、調整がいる予約があります",
        body="予約は取り消していません。予約の画面の「要調整」で確かめてください。",
        href=desk.MISFITS,
        dedupe_key=f"{MISFIT.name}:{moment.isoformat()}",
        now=moment,
    )
