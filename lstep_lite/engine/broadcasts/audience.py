"""Who gets a broadcast: everybody in its segment who can receive, or so many of them by lot; and who had enough."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments, sending_rules
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.segments.chance import PRIME
from lstep_lite.models import (
    Broadcast,
    BroadcastVariant,
    Delivery,
    DeliveryState,
    Friend,
    Recipient,
    RecipientState,
)

REACHED = (
    DeliveryState.WAITING,
    DeliveryState.HELD,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.UNKNOWN,
)
"""What counts for how often a friend is written to: what arrived, or still may."""


def condition(session: Session, broadcast: Broadcast, *, now: datetime) -> sa.ColumnElement[bool]:
    """Its segment as of *now*, as SQL over Friend; nobody who can't get a message is in it."""
    return segments.within(session, broadcast.tree, Reach.SEND, now=now, occurrence=occurrence(broadcast))


def lot(broadcast: Broadcast) -> sa.ColumnElement[int]:
    """A friend's place in the draw for 「人数をくじで限る」; the lowest win."""
    return segments.draw(Friend.lot_number.expression, occurrence(broadcast), "", sides=PRIME)


def version_of(broadcast: Broadcast, lot_number: int) -> BroadcastVariant | None:
    """The version a friend gets; None for those who wait for the winner. The same however often it is asked."""
    if len(broadcast.variants) == 1:
        return broadcast.variants[0]
    place = segments.draw(lot_number, occurrence(broadcast), "version", sides=100)
    for variant in broadcast.variants:
        place -= variant.percent
        if place < 0:
            return variant
    return None


def occurrence(broadcast: Broadcast) -> str:
    """What lots are drawn for: who gets one again gets the same version."""
    return f"broadcasts:{broadcast.resent_from_id or broadcast.id}"


def had_enough(session: Session, broadcast: Broadcast, *, now: datetime) -> sa.ColumnElement[bool] | None:
    """Who has had as many broadcasts as the shop allows, as SQL over Friend; None when nobody is left out for it."""
    rules = sending_rules.rules(session)
    if not broadcast.keeps_frequency or rules.frequency_most is None:
        return None
    return written_to(rules.frequency_most, rules.frequency_days, besides=broadcast.id, now=now)


def written_to(times: int, days: int, *, besides: int, now: datetime) -> sa.ColumnElement[bool]:
    """Who got at least so many broadcasts in the last *days* days, the one with the id *besides* not counted."""
    return Friend.id.in_(_written_to(times, days, besides, now))


def enough_among(session: Session, broadcast: Broadcast, friend_ids: Collection[int], *, now: datetime) -> set[int]:
    """Which of these friends have had enough."""
    rules = sending_rules.rules(session)
    if not broadcast.keeps_frequency or rules.frequency_most is None:
        return set()
    query = _written_to(rules.frequency_most, rules.frequency_days, broadcast.id, now)
    return set(session.scalars(query.where(Recipient.friend_id.in_(friend_ids))))


def _written_to(times: int, days: int, besides: int, now: datetime) -> sa.Select[int]:
    return (
        sa.select(Recipient.friend_id)
        .join(Broadcast, Broadcast.id == Recipient.broadcast_id)
        .join(Delivery, Delivery.id == Recipient.delivery_id)
        .where(
            Broadcast.started_at > now - timedelta(days=days),
            Broadcast.id != besides,
            Recipient.state == RecipientState.PUT,
            Delivery.state.in_(REACHED),
        )
        .group_by(Recipient.friend_id)
        .having(sa.func.count() >= times)
    )
