"""What a customer does with their own coupons on a page: looking, and using one."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.coupons import tickets
from lstep_lite.engine.coupons.tickets import By
from lstep_lite.errors import NotFound
from lstep_lite.models import ChangedBy, CouponTicket, Friend, TicketState

NOT_YOURS = "このクーポンは見つかりませんでした。受け取ったご本人のLINEからお開きください。"


def get(session: Session, friend: Friend, code: str) -> CouponTicket:
    """The friend's ticket with this code. Raises NotFound, for anybody else's as well."""
    ticket = tickets.find(session, code)
    if ticket is None or ticket.friend_id != friend.id or ticket.state is TicketState.LOST:
        raise NotFound(NOT_YOURS)
    return ticket


def use(session: Session, ticket: CouponTicket, *, token: str, now: datetime) -> bool:
    """Use it; *token* makes pressing twice one use (False). Raises DomainError when it can't be used."""
    by = By(ChangedBy.CUSTOMER, now, now, occurrence=f"page:{ticket.id}:{token}")
    used = tickets.use(session, ticket, by)
    if used is not None:
        tickets.follow_use(session, used, ticket, by)
    return used is not None
