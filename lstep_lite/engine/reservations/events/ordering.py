"""Booking a slot as customers do it: what they are asked, the last look, and sending it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import locking
from lstep_lite.engine.reservations.availability.policies import Changing, Policy
from lstep_lite.engine.reservations.customer import confirming, details
from lstep_lite.engine.reservations.events import listing
from lstep_lite.engine.reservations.transitions import event_booking, limits
from lstep_lite.engine.reservations.transitions.booking import Quote
from lstep_lite.engine.reservations.transitions.event_booking import Basket, SlotOrder
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import recording
from lstep_lite.engine.surveys.parsing import Refused as Unanswered
from lstep_lite.models import Event, EventSlot, Friend, Reservation


@dataclass(frozen=True)
class Proposal:
    """What a customer confirms."""

    basket: Basket
    policy: Policy
    quote: Quote
    when: str
    is_request: bool
    """Whether the shop decides on it."""
    rules: str
    """Until when it can be cancelled, in words."""


def document(event: Event) -> Data:
    """What is asked: who they are, the questions of the event, and what they wish."""
    return details.around(event.document)


def chosen(slot: EventSlot, party: int, counts: Mapping[str, int]) -> dict[int, int]:
    """How many of each ticket, by its id; *counts* are by the tickets' codes."""
    return {ticket.id: counts[ticket.code] for ticket in listing.tickets_of(slot) if counts.get(ticket.code, 0) > 0}


def propose(
    session: Session, event: Event, slot: EventSlot, friend: Friend, party: int, tickets: Mapping[int, int]
) -> Proposal:
    """What they are about to book, whether or not it is free. Raises Refused for tickets that are not sold."""
    policy = event_booking.policy_of(session, event)
    basket = event_booking.basket(session, slot, party, tickets)
    return Proposal(
        basket=basket,
        policy=policy,
        quote=event_booking.quote(session, friend, slot, basket, policy),
        when=listing.when(session, slot),
        is_request=limits.needs_approval(session, friend, policy),
        rules=rules_in_words(policy),
    )


def check(
    session: Session, event: Event, slot: EventSlot, friend: Friend, proposal: Proposal, *, now: datetime
) -> None:
    """Raises Refused now for what would be refused on booking; nobody is kept from being quicker meanwhile."""
    event_booking.check_open(session, event, slot, now=now)
    event_booking.check_left(session, slot, proposal.basket)
    event_booking.check_party(event, proposal.basket)
    event_booking.check_limit(session, friend, event, slot)
    limits.check_no_overlap(session, friend, slot.starts_at, slot.ends_at, slot_id=slot.id)


def rules_in_words(policy: Policy) -> str:
    """Another slot is another booking: there is nothing to change."""
    return confirming.rules_in_words(replace(policy, changing=Changing.NO))


def order(session: Session, event: Event, friend: Friend, order: SlotOrder, *, now: datetime) -> Reservation:
    """Book with what the customer has typed so far. Raises surveys' Refused for what is missing, and Refused."""
    locking.lock(session, friend)
    if _is_booked(session, friend, order.key):
        return event_booking.order(session, friend, order, now=now)
    asked = document(event)
    typed = details.typed(session, asked, friend)
    read = details.read(session, asked, friend, now=now)
    if read.errors:
        raise Unanswered(read.errors)
    details.write_down(session, friend, read, now=now)
    session.flush()  # what they said of themselves is known to all that follows
    said: Sequence[Any] = [value for value in recording.values(read, typed) if value["code"] not in details.OWN]
    whole = replace(order, note=details.note_of(read), values=said)
    return event_booking.order(session, friend, whole, now=now)


def _is_booked(session: Session, friend: Friend, key: str) -> bool:
    mine = sa.select(Reservation.id).where(Reservation.friend_id == friend.id, Reservation.idempotency_key == key)
    return session.scalar(mine) is not None
