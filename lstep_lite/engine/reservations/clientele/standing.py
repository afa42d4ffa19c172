"""How a customer may book online, and what staff should know of them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import locking, triggers
from lstep_lite.engine.reservations.keeping import words
from lstep_lite.engine.reservations.transitions import counting
from lstep_lite.errors import DomainError
from lstep_lite.models import BookingCustomer, Friend

ONLINE = {
    "ok": "ネット予約できる",
    "approval_only": "お店の確認後に確定",
    "phone_only": "お電話でのみ受け付ける",
}
STRICTNESS = tuple(ONLINE)
LONGEST_CAUTION = 500
triggers.labels["booking.standing"] = "ネット予約の受け付け方を変えた"
triggers.labels["booking.limited"] = "ネット予約を自動で制限した"


@dataclass(frozen=True)
class StandingDraft:
    online: str
    is_careful: bool = False
    caution: str = ""


def update(session: Session, friend: Friend, draft: StandingDraft, *, staff_id: int, now: datetime) -> BookingCustomer:
    """By hand. Who is let freer than before begins anew: what they missed until now counts as forgiven."""
    locking.lock(session, friend)
    customer = counting.customer_anew(session, friend.id)
    if draft.online not in ONLINE:
        raise DomainError("ネット予約の受け付け方を選んでください。", "online")
    customer.caution = words.told(draft.caution, LONGEST_CAUTION, "caution")
    customer.is_careful = draft.is_careful
    if draft.online != customer.online:
        if STRICTNESS.index(draft.online) < STRICTNESS.index(customer.online):
            customer.strikes_from = now
        customer.online = draft.online
        label = ONLINE[draft.online]
        triggers.record(session, "booking.standing", friend, now=now, label=label, staff_id=staff_id)
    return customer
