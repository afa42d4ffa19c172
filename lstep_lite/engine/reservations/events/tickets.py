"""The plans (プラン) of a slot: what they cost, how many places they use, and how many there are of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.studio import new_code
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError
from lstep_lite.models import EventSlot, EventTicket, ReservationLine, WaitEntry

MOST = 20
LONGEST_NAME = 40
LARGEST_PRICE = 9_999_999
LARGEST_CAP = 5000
MOST_SEATS = 50


@dataclass(frozen=True)
class TicketDraft:
    name: str
    price: int = 0
    seats: int = 1
    cap: int | None = None
    ticket_id: int | None = None
    """Which one it changes; None for a new one."""


def draft_of(ticket: EventTicket) -> TicketDraft:
    return TicketDraft(ticket.name, ticket.price, ticket.seats, ticket.cap, ticket.id)


def keep(session: Session, slot: EventSlot, drafts: Sequence[TicketDraft]) -> bool:
    """Make the slot's plans what *drafts* say, in their order. Whether there is room that was not there before.

    One that was booked and is not among them is not offered any more. Raises DomainError naming the field.
    """
    _check(drafts)
    mine = sa.select(EventTicket).where(EventTicket.slot_id == slot.id).order_by(EventTicket.position)
    known = {row.id: row for row in session.scalars(mine, execution_options={"populate_existing": True})}
    kept = [known.pop(draft.ticket_id, None) if draft.ticket_id else None for draft in drafts]
    rooms = [_write(session, slot, row, drafts[at], at + 1) for at, row in enumerate(kept)]
    for row in known.values():
        _retire(session, row)
    session.flush()
    session.expire(slot, ["tickets"])
    return any(rooms)


def _write(session: Session, slot: EventSlot, row: EventTicket | None, draft: TicketDraft, position: int) -> bool:
    is_new = row is None
    if row is None:
        row = EventTicket(code=new_code(), slot_id=slot.id, taken=0)
        session.add(row)
    before = 0 if is_new or not row.is_active else row.cap
    row.name, row.price, row.seats = storable(draft.name).strip(), draft.price, draft.seats
    row.cap, row.position, row.is_active = draft.cap, position, True
    return before is not None and (draft.cap is None or draft.cap > before)


def _retire(session: Session, row: EventTicket) -> None:
    is_used = sa.or_(
        sa.exists().where(ReservationLine.ticket_id == row.id), sa.exists().where(WaitEntry.ticket_id == row.id)
    )
    if session.scalar(sa.select(is_used)):
        row.is_active = False
    else:
        session.delete(row)


def _check(drafts: Sequence[TicketDraft]) -> None:
    if len(drafts) > MOST:
        raise DomainError(f"プランは{MOST}個までです。", "tickets")
    for place, draft in enumerate(drafts, start=1):
        if not draft.name.strip():
            raise DomainError(f"{place}番目のプランの名前を入力してください。", "tickets")
        _check_one(draft)
    names = [draft.name.strip() for draft in drafts]
    if len(set(names)) < len(names):
        raise DomainError("同じ名前のプランがあります。見分けられる名前にしてください。", "tickets")


def _check_one(draft: TicketDraft) -> None:
    name = draft.name.strip()
    if len(name) > LONGEST_NAME:
        raise DomainError(f"プランの名前は{LONGEST_NAME}文字以内で入力してください。", "tickets")
    if not 0 <= draft.price <= LARGEST_PRICE:
        raise DomainError(f"「{name}」の料金は0〜{LARGEST_PRICE:,}円の数字で入力してください。", "tickets")
    if not 1 <= draft.seats <= MOST_SEATS:
        raise DomainError(f"「{name}」の使う席は1〜{MOST_SEATS}の数字で入力してください。", "tickets")
    if draft.cap is not None and not 1 <= draft.cap <= LARGEST_CAP:
        raise DomainError(f"「{name}」の上限は1〜{LARGEST_CAP:,}の数字で入力してください。", "tickets")
