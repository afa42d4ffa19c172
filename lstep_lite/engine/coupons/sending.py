"""Sending coupons: the blocks of their messages, and laying them into the outbox."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, messages
from lstep_lite.engine.coupons.tickets import By
from lstep_lite.models import CouponTicket, Delivery, Friend, Lane, TicketState

SOURCE = "coupons"
TICKET = "coupon_ticket"
"""The kind of block that shows a ticket (messages/kinds/coupon_ticket.py)."""
Blocks = Sequence[dict[str, Any]]


def ticket_blocks(ticket: CouponTicket) -> Blocks:
    """The ticket as it is when the message is sent; who lost is told so."""
    if ticket.state is TicketState.LOST:
        return losing_blocks(ticket)
    return [{"kind": TICKET, "ticket_id": ticket.id, "question": ""}]


def question_blocks(ticket: CouponTicket, question: str) -> Blocks:
    return [{"kind": TICKET, "ticket_id": ticket.id, "question": question}]


def losing_blocks(ticket: CouponTicket) -> Blocks:
    coupon = ticket.coupon
    picture = [{"kind": "image", "media_id": coupon.losing_media_id}] if coupon.losing_media_id else []
    return [*picture, *text_blocks(coupon.losing_text)]


def text_blocks(text: str) -> Blocks:
    return [{"kind": "text", "text": text}]


def send(session: Session, ticket: CouponTicket, by: By, *, lane: Lane) -> Delivery | None:
    """The ticket itself."""
    return put(session, ticket.friend, ticket_blocks(ticket), ticket.coupon.name, by, lane=lane)


def put(session: Session, friend: Friend, blocks: Blocks, label: str, by: By, *, lane: Lane) -> Delivery | None:
    """Lay a message about a coupon into the outbox; what answers a webhook event goes out as a free reply."""
    return deliveries.put(
        session,
        friend,
        messages.freeze(session, blocks, now=by.now),
        source=SOURCE,
        label=label,
        dedupe_key=f"{SOURCE}:{by.occurrence}",
        lane=lane,
        event=by.event,
        cause=by.cause,
        staff_id=by.staff_id,
        now=by.now,
    )
