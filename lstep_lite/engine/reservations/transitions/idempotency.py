"""The same request of a customer once more gets the same answer: a double tap, a reload, a network that tries again."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.models import BookingAnswer, Friend, Reservation

KEPT = timedelta(hours=24)
OTHER = "この画面からのお手続きは完了しています。「予約の確認」から内容をご確認ください。"


def digest(*request: Any) -> str:
    """What tells one request from another; of anything JSON, dates and data classes."""
    plain = json.dumps(request, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def answered(session: Session, friend: Friend, key: str, request: str) -> Reservation | None:
    """What the same request was answered with. Raises Refused when it was another one: a page used twice."""
    found = session.get(BookingAnswer, (friend.id, key), populate_existing=True)
    if found is None:
        return None
    if found.request_hash != request or found.reservation_id is None:
        raise refusals.version_conflict(OTHER)
    return session.get_one(Reservation, found.reservation_id, populate_existing=True)


def booked(session: Session, friend: Friend, key: str, request: str) -> Reservation | None:
    """The booking that was made with *key*, however long ago. Raises Refused when another was asked for."""
    mine = sa.select(Reservation).where(Reservation.friend_id == friend.id, Reservation.idempotency_key == key)
    found = session.scalar(mine, execution_options={"populate_existing": True})
    if found is not None:
        answered(session, friend, key, request)
    return found


def keep(session: Session, reservation: Reservation, key: str, request: str, *, now: datetime) -> None:
    answer = BookingAnswer(
        friend_id=reservation.friend_id, key=key, request_hash=request, reservation_id=reservation.id, made_at=now
    )
    session.add(answer)
    session.flush()  # a second request in the same unit finds it


def forget_old(session: Session, *, now: datetime) -> None:
    """A booking keeps its own key for good; other answers for a day."""
    session.execute(sa.delete(BookingAnswer).where(BookingAnswer.made_at < now - KEPT))
