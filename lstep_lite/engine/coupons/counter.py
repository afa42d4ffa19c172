"""What staff do with a customer's coupon: handing it over, and using it at the counter. All of it names who did it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import settings
from lstep_lite.engine.coupons import sending, tickets
from lstep_lite.engine.coupons.tickets import By
from lstep_lite.engine.deliveries.claim import why_not
from lstep_lite.engine.studio import new_code
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Coupon, CouponTicket, CouponUse, Friend, Lane, TicketState

MOST_SHOWN = 30


@dataclass(frozen=True)
class Shown:
    """One ticket on the friend's page."""

    ticket: CouponTicket
    refusal: str
    """Why it can't be used now; empty when it can."""
    uses: Sequence[CouponUse]
    """Of today, and not taken back: these can be."""

    @property
    def is_held(self) -> bool:
        """Whether it was got, used up or not."""
        return self.ticket.state is not TicketState.LOST


def of_friend(session: Session, friend: Friend, *, now: datetime) -> list[Shown]:
    """The friend's tickets, the newest first."""
    mine = sa.select(CouponTicket).where(CouponTicket.friend_id == friend.id)
    query = mine.options(joinedload(CouponTicket.coupon)).order_by(CouponTicket.obtained_at.desc(), CouponTicket.id)
    return shown(session, session.scalars(query.limit(MOST_SHOWN)).all(), now=now)


def shown(session: Session, found: Sequence[CouponTicket], *, now: datetime) -> list[Shown]:
    """These tickets with what can be done with them now; one statement for all."""
    zone = settings.zone(session)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ids = [ticket.id for ticket in found]
    query = sa.select(CouponUse).where(
        CouponUse.ticket_id.in_(ids), CouponUse.at >= midnight, CouponUse.undone_at.is_(None)
    )
    today: dict[int, list[CouponUse]] = {}
    for each in session.scalars(query.order_by(CouponUse.id)):
        today.setdefault(each.ticket_id, []).append(each)
    return [Shown(ticket, tickets.why_not_usable(ticket, now, zone), today.get(ticket.id, [])) for ticket in found]


def find_number(session: Session, typed: str) -> CouponTicket:
    """The ticket whose number a customer reads out. Raises DomainError for the field `number`."""
    number = re.sub(r"[^0-9A-Z]", "", typed.upper())
    ticket = session.scalar(sa.select(CouponTicket).where(CouponTicket.number == number)) if number else None
    if ticket is None:
        raise DomainError(
            "この番号のクーポンは見つかりません。お客様の画面の「クーポン番号」をもう一度確かめてください。", "number"
        )
    return ticket


def hand_over(session: Session, coupon: Coupon, friend: Friend, *, staff_id: int, now: datetime) -> str:
    """Give the coupon by hand and send it. Why nothing was sent, if it could not be; empty when it was."""
    by = By(ChangedBy.STAFF, now, now, occurrence=f"hand:{new_code()}", staff_id=staff_id)
    ticket = tickets.give(session, coupon, friend, by)
    entry = tickets.follow(session, ticket, by)
    reason = why_not(friend.line_user_id, friend.is_following, friend.is_blocked)
    if reason is None:
        told = By(ChangedBy.STAFF, now, now, occurrence=by.occurrence, cause=entry, staff_id=staff_id)
        sending.send(session, ticket, told, lane=Lane.CHAT)
    return reason or ""


def redeem(session: Session, ticket: CouponTicket, *, token: str, staff_id: int, now: datetime) -> CouponUse | None:
    """Use it at the counter; *token* makes pressing twice one use (None). Raises DomainError."""
    by = By(ChangedBy.STAFF, now, now, occurrence=f"staff:{ticket.id}:{token}", staff_id=staff_id)
    used = tickets.use(session, ticket, by)
    if used is not None:
        tickets.follow_use(session, used, ticket, by)
    return used
