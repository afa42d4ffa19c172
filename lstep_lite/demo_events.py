"""The demo salon's event: four dates, the first one full with somebody who waits. Demo mode only."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import by_staff, events, waiting
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.events import EventDraft, slots
from lstep_lite.engine.reservations.events.slots import SlotDraft
from lstep_lite.engine.reservations.events.tickets import TicketDraft
from lstep_lite.engine.reservations.transitions import event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.settings import zone
from lstep_lite.models import EventSlot, Friend, FriendLimit

EVENT = EventDraft(
    name="ヘアアレンジ講習会",
    title="はじめてのヘアアレンジ講習会",
    text="ご自宅でできる簡単なまとめ髪を、少人数でゆっくりお教えします。道具はお店で用意します。",
    place="本店2階",
    limit=FriendLimit.SLOT_ONCE,
    most_party=2,
    thanks_text="当日は開始の10分前にお越しください。",
)
PLANS = (TicketDraft("一般", 3300), TicketDraft("親子（2名）", 5500, seats=2, cap=2))
SATURDAY, BEGINS, ENDS, PLACES, DATES = 5, 840, 930, 4, 4
SOONEST = timedelta(days=3)


def tell(session: Session, *, now: datetime) -> None:
    """Add it to the salon that takes bookings already."""
    event = events.create(session, EVENT, now=now)
    events.switch(event, True, now=now)
    slots.create_series(session, event, _first_date(session, now), every_days=7, count=DATES, now=now)


def _first_date(session: Session, now: datetime) -> SlotDraft:
    of_shop = zone(session)
    day: date = (now + SOONEST).astimezone(of_shop).date()
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    starts_at, ends_at = (days.instant(day, minute, of_shop) for minute in (BEGINS, ENDS))
    return SlotDraft(starts_at, ends_at, PLACES, tickets=PLANS)


def fill(session: Session, *, now: datetime) -> None:
    """Sell its first date out, and let somebody wait; a unit after the one that made it."""
    slot = session.scalars(sa.select(EventSlot).order_by(EventSlot.starts_at).limit(1)).one()
    found = session.scalars(sa.select(Friend).order_by(Friend.id).limit(4)).all()
    single, pair = slot.tickets
    for friend, ticket in zip(found[:3], (single, single, pair), strict=False):
        order = SlotOrder(slot.id, "demo", tickets={ticket.id: 1})
        event_booking.write_down(session, friend, order, by=by_staff(None, tells=False), now=now)
    for friend in found[3:]:
        waiting.join_slot(session, friend, slot, party=1, ticket_id=single.id, now=now)
