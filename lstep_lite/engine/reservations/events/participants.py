"""Who takes part: the list of a slot, as staff see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from lstep_lite.engine.friends.search import named
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.reservations.events import listing, slots
from lstep_lite.engine.reservations.transitions import event_booking, states
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.text import normalise
from lstep_lite.errors import NotFound
from lstep_lite.models import EventSlot, Friend, Reservation, ReservationState

State = ReservationState
PAGE_SIZE, MOST_FOUND = 50, 20
COMING = (State.REQUESTED, State.CONFIRMED, State.CHECKED_IN, State.COMPLETED, State.NO_SHOW, State.HELD)
"""Those who have, or had, a place."""
FILTERS = {
    "coming": ("参加予定・参加", COMING),
    "requested": ("承認待ち", (State.REQUESTED,)),
    "checked_in": ("受付済み", (State.CHECKED_IN, State.COMPLETED)),
    "cancelled": ("キャンセル・お断り", (State.CANCELLED, State.DECLINED, State.EXPIRED)),
}
WORDS = states.WORDS | {State.CHECKED_IN: "受付済み", State.COMPLETED: "参加済み", State.NO_SHOW: "不参加"}


@dataclass(frozen=True)
class Page(Paged):
    reservations: Sequence[Reservation]
    counts: Mapping[str, int]
    """How many bookings each of FILTERS has."""
    taken: int
    """Places, of the slot's capacity."""
    checked_in: int
    """Places of those who are here."""


def page(session: Session, slot: EventSlot, *, show: str = "coming", text: str = "", number: int = 1) -> Page:
    """The bookings of one filter, with *text* in the name, the phone number or the booking's number."""
    row = Reservation
    wanted = sa.and_(row.slot_id == slot.id, row.state.in_(FILTERS.get(show, FILTERS["coming"])[1]))
    if key := normalise(text):
        has_name = Friend.search_text.contains(key, autoescape=True)
        has_number = row.number.contains(text.strip().upper(), autoescape=True)
        wanted = sa.and_(wanted, sa.or_(has_name, has_number))
    total = session.scalar(sa.select(sa.func.count()).select_from(row).join(row.friend).where(wanted)) or 0
    number = nearest(number, total, PAGE_SIZE)
    shown = sa.select(row.id).join(row.friend).where(wanted).order_by(row.created_at, row.id)
    shown = shown.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)  # the ids alone: whole rows are slow to sort
    query = sa.select(row).where(row.id.in_(shown)).options(joinedload(row.friend), selectinload(row.lines))
    found = session.scalars(query.order_by(row.created_at, row.id))
    counts, here = _counts(session, slot)
    return Page(
        found.all(),
        counts=counts,
        taken=event_booking.taken(session, [slot])[slot.id],
        checked_in=here,
        total_count=total,
        number=number,
        size=PAGE_SIZE,
    )


def _counts(session: Session, slot: EventSlot) -> tuple[dict[str, int], int]:
    row = Reservation
    by_state = sa.select(row.state, sa.func.count(), sa.func.sum(row.party)).where(row.slot_id == slot.id)
    found = {state: (count, places) for state, count, places in session.execute(by_state.group_by(row.state))}
    counts = {name: sum(found.get(state, (0, 0))[0] for state in of) for name, (_, of) in FILTERS.items()}
    return counts, sum(found.get(state, (0, 0))[1] for state in (State.CHECKED_IN, State.COMPLETED))


def find(session: Session, text: str) -> Reservation:
    """By the code in its QR code, or by the number a customer says. Raises NotFound for what is no event's booking."""
    row, typed = Reservation, text.strip()
    number = f"R-{normalise(typed).upper().removeprefix('R-')}"
    mine = sa.select(row).where(sa.or_(row.code == typed, row.number == number), row.slot_id.is_not(None))
    found = session.scalar(mine.options(joinedload(row.friend), selectinload(row.lines)).limit(1))
    if found is None:
        raise NotFound("この予約は見つかりませんでした。予約番号を確かめてください。")
    return found


def audience(slot: EventSlot, *, now: datetime) -> Tree:
    """Whom a broadcast about it is for: who has booked it, and once it has begun who came."""
    how = "ahead" if slot.starts_at > now else "visited"
    data = {"how": how, "days": None, "what": f"event_slots:{slot.id}"}
    return {"all": [{"id": "slot", "kind": "reservation", "data": data}], "any": []}


def candidates(session: Session, text: str) -> Sequence[Friend]:
    """Whom staff may mean by a name or a phone number, with LINE or without."""
    is_there = sa.and_(Friend.erased_at.is_(None), Friend.is_blocked.is_(False))
    found = sa.select(Friend).where(is_there, named(text)).order_by(Friend.followed_at.desc(), Friend.id.desc())
    return session.scalars(found.limit(MOST_FOUND)).all()


def places_to_move(session: Session, slot: EventSlot, *, now: datetime) -> dict[int, str]:
    """By slot: 「3月20日(金) 10:00〜11:30 残り2席」"""
    found = slots.others(session, slot, now=now)
    taken = event_booking.taken(session, found)
    return {each.id: f"{listing.when(session, each)} {_room(slots.left(each, taken[each.id]))}" for each in found}


def _room(left: int) -> str:
    return f"残り{left}席" if left > 0 else listing.FULL


def what(reservation: Reservation) -> str:
    """「大人 2名、子ども 1名」, 「ペア 1枚（2名）」 where a ticket is for several, or 「2名」"""
    lines, everybody = reservation.lines, f"{reservation.party}名"
    if not lines:
        return everybody
    if sum(line.quantity for line in lines) == reservation.party:
        return "、".join(f"{line.name} {line.quantity}名" for line in lines)
    return "、".join(f"{line.name} {line.quantity}枚" for line in lines) + f"（{everybody}）"
