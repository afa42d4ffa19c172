"""What becomes of an offer is told by its reservation; whoever books what they waited for waits no more."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.transitions import recording
from lstep_lite.engine.reservations.transitions.recording import Happened
from lstep_lite.models import OfferState, Reservation, ReservationState, WaitEntry, WaitOffer, WaitState

TAKEN = (ReservationState.CONFIRMED, ReservationState.REQUESTED)
OUTCOMES = {
    ReservationState.CONFIRMED: (OfferState.ACCEPTED, WaitState.ACCEPTED),
    ReservationState.REQUESTED: (OfferState.ACCEPTED, WaitState.ACCEPTED),
    ReservationState.EXPIRED: (OfferState.LAPSED, WaitState.LAPSED),
    ReservationState.CANCELLED: (OfferState.DECLINED, WaitState.WITHDRAWN),
}
_PAST: dict[str, Any] = {"execution_options": {"synchronize_session": "fetch"}}


@recording.follows
def follow(session: Session, happened: Happened) -> None:
    reservation = happened.reservation
    if happened.before.get("state") == ReservationState.HELD and reservation.state in OUTCOMES:
        _settle(session, reservation)
    elif not happened.before and reservation.state in TAKEN and reservation.slot_id is not None:
        _wait_no_more(session, reservation)


def _settle(session: Session, reservation: Reservation) -> None:
    offer_state, entry_state = OUTCOMES[reservation.state]
    row = WaitOffer
    mine = sa.update(row).where(row.reservation_id == reservation.id, row.state == OfferState.OPEN)
    entry_ids = session.scalars(mine.values(state=offer_state).returning(row.wait_entry_id), **_PAST).all()
    waits = sa.update(WaitEntry).where(WaitEntry.id.in_(entry_ids), WaitEntry.state == WaitState.OFFERED)
    session.execute(waits.values(state=entry_state), **_PAST)


def _wait_no_more(session: Session, reservation: Reservation) -> None:
    row = WaitEntry
    mine = sa.update(row).where(row.friend_id == reservation.friend_id, row.slot_id == reservation.slot_id)
    mine = mine.where(row.state == WaitState.WAITING)
    session.execute(mine.values(state=WaitState.ACCEPTED), **_PAST)
