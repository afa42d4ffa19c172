"""Telling staff of messages that did not go out."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.models import Delivery, DeliveryState

KIND = notifications.kind(
    "delivery.failed",
    label="送れなかったメッセージ",
    lead="お客様へのメッセージを送れなかったとき、届いたか確認できないときに知らせます。同じ原因のものは1時間に1回だけです。",
    icon="send-off",
    order=30,
)
TO_STAFF = "notifications"
"""The source of what is sent to staff; it is of no use later."""
TITLES = {
    DeliveryState.FAILED: "送れなかったメッセージがあります",
    DeliveryState.UNKNOWN: "届いたか確認できないメッセージがあります",
    DeliveryState.MISSED: "時間を過ぎて送らなかったメッセージがあります",
}


def tell(session: Session, ids: Sequence[int], state: DeliveryState, now: datetime) -> None:
    """These deliveries have ended as *state*. What goes wrong for hundreds at a time is told once an hour.

    Notifications themselves go out as deliveries too; about those nothing is told, or it would never end.
    """
    if state not in TITLES:
        return
    found = sa.select(Delivery.source, Delivery.source_label).where(Delivery.id.in_(ids)).distinct()
    for source, label in session.execute(found.where(Delivery.source != TO_STAFF)).all():
        notifications.notify(
            session,
            KIND.name,
            title=TITLES[state],
            body=label,
            href=f"/deliveries?state={state}",
            dedupe_key=f"{KIND.name}:{state}:{source}:{label}:{now:%Y%m%d%H}",
            now=now,
        )
