"""Looking a booking up, and the locks and checks with which every change of one begins."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import locking, settings
from lstep_lite.engine.reservations.availability import plans, policies
from lstep_lite.engine.reservations.availability.days import minute_on
from lstep_lite.engine.reservations.availability.policies import LateCancel, Policy
from lstep_lite.engine.reservations.transitions import book, occupying, refusals
from lstep_lite.errors import NotFound
from lstep_lite.models import (
    BookingPage,
    Event,
    EventSlot,
    Friend,
    Reservation,
    ReservationEntry,
    ReservationState,
    Staff,
)

WORDS = {
    ReservationState.HELD: "ご案内中",
    ReservationState.REQUESTED: "承認待ち",
    ReservationState.CONFIRMED: "確定済み",
    ReservationState.CHECKED_IN: "来店中",
    ReservationState.COMPLETED: "来店済み",
    ReservationState.NO_SHOW: "無断キャンセル",
    ReservationState.CANCELLED: "キャンセル済み",
    ReservationState.DECLINED: "お断り済み",
    ReservationState.EXPIRED: "期限切れ",
}

MERGED = "お客様の情報が統合されました。画面を開き直してください。"


def get(session: Session, reservation_id: int) -> Reservation:
    found = session.get(Reservation, reservation_id)
    if found is None:
        raise NotFound("この予約は見つかりませんでした。")
    return found


def by_code(session: Session, code: str, *, friend: Friend | None = None) -> Reservation:
    """By its name in addresses, of that *friend*. Raises NotFound for anybody else's."""
    found = session.scalar(sa.select(Reservation).where(Reservation.code == code))
    if found is None or (friend is not None and found.friend_id != friend.id):
        raise NotFound("この予約は見つかりませんでした。")
    return found


def lock(session: Session, reservation: Reservation, *, now: datetime) -> None:
    """The friend, then the book; *reservation* is what the database says from here on.

    Raises Refused when it has become somebody else's meanwhile, whom nobody has locked.
    """
    friend_id = reservation.friend_id
    locking.lock(session, reservation.friend)
    book.lock(session)
    session.refresh(reservation)
    if reservation.friend_id != friend_id:
        raise refusals.version_conflict(MERGED)
    occupying.release_expired(session, now=now)


def expect(
    session: Session, reservation: Reservation, states: Collection[ReservationState], version: int | None = None
) -> None:
    """Raises Refused (VERSION_CONFLICT) when it is in another state, or was changed since *version* was shown."""
    if reservation.state in states and version in (None, reservation.version):
        return
    if reservation.state in states:
        raise refusals.version_conflict()
    raise refusals.version_conflict(_who_was_first(session, reservation))


DONE = {
    "approved": "承認済みです",
    "declined": "お断り済みです",
    "cancelled": "キャンセル済みです",
    "cancelled_by_shop": "キャンセル済みです",
    "checked_in": "来店済みにしています",
    "completed": "会計済みにしています",
    "no_show": "無断キャンセルにしています",
}


def _who_was_first(session: Session, reservation: Reservation) -> str:
    """「鈴木さんが10:02に承認済みです。」"""
    row = ReservationEntry
    last = sa.select(row, Staff.name).outerjoin(Staff, Staff.id == row.staff_id)
    last = last.where(row.reservation_id == reservation.id).order_by(row.id.desc()).limit(1)
    found = session.execute(last).first()
    state = f"この予約は{WORDS[reservation.state]}になっています。画面を開き直してください。"
    if found is None or found[1] is None:
        return state
    local = found[0].at.astimezone(settings.zone(session))
    done = DONE.get(found[0].what)
    return f"{found[1]}さんが{local:%-H:%M}に{done}。" if done else f"{found[1]}さんが{local:%-H:%M}に操作し、{state}"


def policy_of(session: Session, reservation: Reservation) -> Policy:
    """The conditions of today: the event's, or those of its page and courses."""
    shop = book.settings(session).policy
    if reservation.slot_id is not None:
        event = sa.select(Event.policy).join(EventSlot, EventSlot.event_id == Event.id)
        return policies.merged(shop, {}, session.scalars(event.where(EventSlot.id == reservation.slot_id)).all())
    plan = plans.of_reservation(session, reservation)
    page = session.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None
    return policies.merged(shop, page.policy if page else {}, plan.policies)


def check_deadline(session: Session, reservation: Reservation, *, now: datetime) -> None:
    """Raises Refused (DEADLINE_PASSED) once the customer may not change or cancel any more."""
    if is_in_time(reservation, now=now):
        return
    may_cancel = policy_of(session, reservation).late_cancel is LateCancel.ALLOW_MARKED and now < reservation.starts_at
    zone = settings.zone(session)
    deadline = reservation.deadline_at or reservation.starts_at
    days = (reservation.business_date - deadline.astimezone(zone).date()).days
    day = {0: "当日", 1: "前日"}.get(days, f"{days}日前の")
    minute = minute_on(deadline.astimezone(zone).date(), deadline, zone)
    words = f"{day}{minute // 60}:{minute % 60:02d}"
    what = "日時の変更" if may_cancel else "変更・キャンセル"
    raise refusals.deadline_passed(words, book.settings(session).phone, what)


def is_in_time(reservation: Reservation, *, now: datetime) -> bool:
    return now <= (reservation.deadline_at or reservation.starts_at)
