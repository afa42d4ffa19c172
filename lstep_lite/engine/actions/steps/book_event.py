"""Book places of an event's slot for the friend, or cancel what they have booked of it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.reservations import AUTOMATION, Refused
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.transitions import ending, event_booking
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError
from lstep_lite.models import BookedBy, Event, EventSlot, EventTicket, Reservation, ReservationState

SLOTS = "event_slots"
"""What the feature calls what it mentions."""
WAYS = {"book": "予約する", "cancel": "予約を取り消す"}
MOST_PEOPLE = 100
MOST_SLOTS = 1000
OPEN = (ReservationState.HELD, ReservationState.CONFIRMED)


@action
class BookEventStep(ActionKind):
    name = "book_event"
    label = "イベント予約"
    icon = "calendar-event"
    group = "予約"
    order = 10

    def parse(self, session: Session, values: Values) -> Data:
        way = values.chosen("way", WAYS, "予約するか、取り消すかを選んでください。")
        slot_id, ticket_id = _chosen(session, values.one("what"))
        party = values.number("party", "人数", least=1, most=MOST_PEOPLE) if way == "book" else 1
        if way == "book" and ticket_id is None and _has_tickets(session, slot_id):
            raise DomainError("この回はプランを選んで予約します。プランの付いたものを選んでください。", "what")
        return {"way": way, "slot_id": slot_id, "ticket_id": ticket_id, "party": party}

    def values(self, data: Data) -> dict[str, list[str]]:
        what = f"{data['slot_id']}:{data['ticket_id'] or ''}"
        return super().values({"way": data["way"], "what": what, "party": data["party"]})

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, SLOTS, [data["slot_id"]])[str(data["slot_id"])]
        people = f"{data['party']}名で" if data["way"] == "book" else ""
        return f"イベント{name}を{people}{WAYS[data['way']]}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"ways": WAYS, "slots": _offered(session)}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(SLOTS, data["slot_id"])]

    def run(self, running: Running, data: Data) -> str:
        try:
            return _book(running, data) if data["way"] == "book" else _cancel(running, data)
        except Refused as refused:
            raise Skipped(f"予約しませんでした：{refused.message}") from refused


def _book(running: Running, data: Data) -> str:
    session, friend = running.session, running.friend
    if _booked(session, friend.id, data["slot_id"]):
        raise Skipped("この回は、もう予約しています。")
    tickets = {} if data["ticket_id"] is None else {data["ticket_id"]: data["party"]}
    order = SlotOrder(data["slot_id"], running.key, data["party"], tickets)
    made = event_booking.write_down(
        session, friend, order, by=AUTOMATION, now=running.now, booked_by=BookedBy.AUTOMATION
    )
    return f"イベントを予約しました（{made.number}）。"


def _cancel(running: Running, data: Data) -> str:
    """A request that waits for the shop is withdrawn, as the customer would."""
    session, now = running.session, running.now
    found = _booked(session, running.friend.id, data["slot_id"])
    if not found:
        raise Skipped("この回の予約はありません。")
    for each in found:
        if each.state is ReservationState.REQUESTED:
            ending.decline(session, each, by=AUTOMATION, now=now)
        else:
            ending.cancel_by_staff(session, each, by=AUTOMATION, now=now, for_customer=True)
    return f"イベントの予約を取り消しました（{'、'.join(each.number for each in found)}）。"


def _booked(session: Session, friend_id: int, slot_id: int) -> Sequence[Reservation]:
    row = Reservation
    mine = sa.select(row).where(
        row.friend_id == friend_id, row.slot_id == slot_id, row.state.in_((*OPEN, ReservationState.REQUESTED))
    )
    return session.scalars(mine.order_by(row.id)).all()


# What can be chosen --------------------------------------------------------------------------------------------------


def _chosen(session: Session, what: str) -> tuple[int, int | None]:
    """The slot and, of one that is sold as tickets, the ticket. Raises DomainError."""
    slot, _, ticket = what.partition(":")
    if slot.isascii() and slot.isdigit() and len(slot) <= 12 and session.get(EventSlot, int(slot)) is not None:
        if not ticket:
            return int(slot), None
        is_id = ticket.isascii() and ticket.isdigit() and len(ticket) <= 12
        found = session.get(EventTicket, int(ticket)) if is_id else None
        if found is not None and found.slot_id == int(slot):
            return int(slot), found.id
    raise DomainError("イベントの回を選んでください。", "what")


def _has_tickets(session: Session, slot_id: int) -> bool:
    mine = sa.exists().where(EventTicket.slot_id == slot_id, EventTicket.is_active)
    return bool(session.scalar(sa.select(mine)))


def _offered(session: Session) -> list[tuple[str, str]]:
    """The newest slots that are not cancelled, those with tickets once for each."""
    slots = sa.select(EventSlot, Event.name).join(Event, Event.id == EventSlot.event_id)
    slots = slots.where(EventSlot.cancelled_at.is_(None)).order_by(EventSlot.starts_at.desc(), EventSlot.id)
    rows = session.execute(slots.limit(MOST_SLOTS)).all()
    tickets = sa.select(EventTicket).where(EventTicket.slot_id.in_([slot.id for slot, _ in rows]))
    by_slot: dict[int, list[EventTicket]] = {}
    for ticket in session.scalars(tickets.where(EventTicket.is_active).order_by(EventTicket.position)):
        by_slot.setdefault(ticket.slot_id, []).append(ticket)
    found: list[tuple[str, str]] = []
    for slot, name in rows:
        words = _label(slot, name)
        plain = [] if slot.id in by_slot else [(f"{slot.id}:", words)]
        found += [*plain, *((f"{slot.id}:{each.id}", f"{words}：{each.name}") for each in by_slot.get(slot.id, ()))]
    return found


def _label(slot: EventSlot, name: str) -> str:
    return f"「{name}」{in_words(slot.business_date, slot.start_minute)}"


@mentions.target(SLOTS)
def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    query = sa.select(EventSlot, Event.name).join(Event, Event.id == EventSlot.event_id)
    rows = session.execute(query.where(EventSlot.id.in_([int(row_id) for row_id in ids])))
    return {str(slot.id): _label(slot, name) for slot, name in rows}
