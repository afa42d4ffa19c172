"""Who stays away, or cancels too late, too often is limited from then on: by the shop's settings, and once.

It happens with the visit or cancellation that makes the number full. Staff can take it back; what was before is
forgiven then.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import notifications, triggers
from lstep_lite.engine.reservations.clientele.standing import ONLINE, STRICTNESS
from lstep_lite.engine.reservations.transitions import book, counting, recording
from lstep_lite.engine.reservations.transitions.recording import Happened, Transition
from lstep_lite.models import (
    BookingCustomer,
    CancelledBy,
    Reservation,
    ReservationEntry,
    ReservationSettings,
    ReservationState,
)

LIMITED = notifications.kind(
    "reservation.limited",
    label="ネット予約を制限したお客様",
    lead="無断キャンセルや直前キャンセルが続き、ネット予約を自動で制限したときに知らせます。",
    icon="alert-triangle",
    order=16,
)


@recording.follows
def count(session: Session, happened: Happened) -> None:
    late = happened.transition is Transition.CANCELLED and happened.reservation.is_late
    if not late and happened.transition is not Transition.NO_SHOW:
        return
    settings = book.settings(session)
    customer = counting.customer(session, happened.reservation.friend_id)
    why = _why(session, settings, customer, happened.now)
    if why and STRICTNESS.index(customer.online) < STRICTNESS.index(settings.strike_online):
        customer.online = settings.strike_online
        _tell(session, happened, customer, why)


def _why(session: Session, settings: ReservationSettings, customer: BookingCustomer, now: datetime) -> str:
    """Which limit is reached, in words; empty for none."""
    if settings.strike_limit is not None:
        missed = _no_shows(session, customer)
        if missed >= settings.strike_limit:
            return f"無断キャンセルが{missed}回になりました"
    if settings.late_strike_limit is not None:
        since = now - timedelta(days=settings.late_strike_days)
        late = _late(session, customer, since)
        if late >= settings.late_strike_limit:
            return f"直前キャンセルが{settings.late_strike_days}日以内に{late}回になりました"
    return ""


def _no_shows(session: Session, customer: BookingCustomer) -> int:
    """What staff have forgiven does not count, though it was marked before and not after."""
    if customer.strikes_from is None:
        return customer.no_shows
    entry, row = ReservationEntry, Reservation
    marked = sa.select(sa.func.max(entry.at)).where(
        entry.reservation_id == row.id, entry.what == Transition.NO_SHOW.value
    )
    query = sa.select(sa.func.count()).where(
        row.friend_id == customer.friend_id,
        row.state == ReservationState.NO_SHOW,
        marked.correlate(row).scalar_subquery() > customer.strikes_from,
    )
    return session.scalar(query) or 0


def _late(session: Session, customer: BookingCustomer, since: datetime) -> int:
    row = Reservation
    query = sa.select(sa.func.count()).where(
        row.friend_id == customer.friend_id,
        row.state == ReservationState.CANCELLED,
        row.cancelled_by == CancelledBy.CUSTOMER,
        row.is_late,
        row.cancelled_at > max(since, customer.strikes_from or since),
    )
    return session.scalar(query) or 0


def _tell(session: Session, happened: Happened, customer: BookingCustomer, why: str) -> None:
    friend, words = happened.reservation.friend, ONLINE[customer.online]
    triggers.record(session, "booking.limited", friend, now=happened.now, label=f"{why}（{words}）")
    notifications.notify(
        session,
        LIMITED.name,
        title="ネット予約を制限したお客様がいます",
        body=f"{friend.desk_name} {why}。これからは「{words}」になります。お客様のページの「予約」で、元に戻せます。",
        href=f"/reservations/customers/{friend.id}",
        dedupe_key=f"{LIMITED.name}:{happened.entry.id}",
        friend=friend,
        now=happened.now,
    )
