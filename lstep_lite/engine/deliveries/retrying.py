"""Sending by hand what did not go out."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.deliveries import holding
from lstep_lite.engine.deliveries.claim import SHARED_LANES
from lstep_lite.engine.deliveries.outbox import put
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, DeliveryState, Lane

RETRYABLE = (
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.MISSED,
    DeliveryState.SKIPPED,
    DeliveryState.UNKNOWN,
)


def retry(
    session: Session, delivery: Delivery, *, staff_id: int | None, now: datetime, even_if_unknown: bool = False
) -> Delivery:
    """Send *delivery* again as a new message; pressing twice makes one. What was never tried just goes on.

    One whose outcome is unknown may arrive twice that way, so it needs *even_if_unknown*. Raises DomainError.
    """
    if delivery.state not in RETRYABLE:
        raise DomainError("送り直せるのは、送信できなかったメッセージだけです。")
    if delivery.state is DeliveryState.UNKNOWN and not even_if_unknown:
        raise DomainError(
            "届いている可能性があります。送り直すと同じメッセージが2通届くかもしれません。トークを確認してから、もう一度操作してください。"
        )
    if _can_go_on(delivery):
        holding.send(session, sa.and_(Delivery.id == delivery.id, Delivery.state == delivery.state), now=now)
        session.refresh(delivery)
        return delivery
    return _again(session, delivery, staff_id, now)


def _can_go_on(delivery: Delivery) -> bool:
    """What waits to be decided as a group must not be sent once more beside it."""
    is_missed = delivery.state is DeliveryState.MISSED and delivery.lane in SHARED_LANES
    return delivery.state is DeliveryState.HELD or is_missed


def _again(session: Session, delivery: Delivery, staff_id: int | None, now: datetime) -> Delivery:
    again = put(
        session,
        delivery.friend,
        delivery.content,
        source=delivery.source,
        label=delivery.source_label,
        dedupe_key=f"retry:{delivery.id}",
        lane=Lane.CHAT,
        cause=delivery.cause,
        staff_id=staff_id,
        now=now,
    )
    if again is None:
        raise DomainError("このメッセージは、すでに送り直しています。")
    again.content_from, again.content_to = delivery.content_from, delivery.content_to
    return again
