"""The waiting list (キャンセル待ち) as staff see it: who waits, offers by hand, and whom to phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from lstep_lite.engine import friends, locking
from lstep_lite.engine.friends.search import named
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.reservations import waiting
from lstep_lite.engine.reservations.availability import feasibility, plans, policies, scenes
from lstep_lite.engine.reservations.availability.days import clock, day_in_words, in_words
from lstep_lite.engine.reservations.desk import callers
from lstep_lite.engine.reservations.desk.taking import Caller
from lstep_lite.engine.reservations.transitions import book, booking, ending, event_booking, refusals
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.engine.reservations.waiting import offering, wishes
from lstep_lite.engine.reservations.waiting.entries import wish_of
from lstep_lite.engine.settings import zone
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    BookingPage,
    Event,
    EventSlot,
    EventTicket,
    Friend,
    OfferState,
    Provider,
    Reservation,
    ReservationState,
    WaitEntry,
    WaitOffer,
    WaitState,
)

PAGE_SIZE, MOST_SLOTS = 50, 200
LOOKED_AT = timedelta(days=30)
"""How far ahead free times are looked for at once."""
MOST_STARTS = 4
NOTHING_FREE = "いまはご案内できる空きがありません。"


class Show(StrEnum):
    OPEN = "open"
    CALL = "call"
    """Who can't be told by LINE: they are passed over, and staff phone them."""
    BOOKED = "booked"
    OVER = "over"


WORDS = {
    Show.OPEN: "お待ちの方",
    Show.CALL: "電話で連絡する方",
    Show.BOOKED: "予約になった方",
    Show.OVER: "終わったもの",
}

STATES = waiting.WORDS | {WaitState.WAITING: "空き待ち"}


@dataclass(frozen=True)
class Row:
    entry: WaitEntry
    what: str
    when: str
    provider: str
    turn: int | None
    """Whose turn it is in the list of a slot, from 1."""
    held: Reservation | None
    """What is kept for them, until its `expires_at`."""
    can_be_told: bool

    @property
    def held_words(self) -> str:
        """「3月5日(木) 24:30」"""
        return in_words(self.held.business_date, self.held.start_minute) if self.held is not None else ""


@dataclass(frozen=True)
class Page(Paged):
    rows: Sequence[Row]


@dataclass(frozen=True)
class FreeDay:
    day: date
    words: str
    starts: str
    """「10:00、10:30…」"""


# The list ------------------------------------------------------------------------------------------------------------


def page(session: Session, show: Show, *, text: str = "", number: int = 1, now: datetime) -> Page:
    """The longest wait first; what is over, the latest first."""
    row = WaitEntry
    query = sa.select(row).join(row.friend).outerjoin(EventSlot, EventSlot.id == row.slot_id)
    query = query.where(_shown(show, _today(session, now), now))
    if text.strip():
        query = query.where(named(text))
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    number = nearest(number, total, PAGE_SIZE)
    order = (row.created_at, row.id) if show in (Show.OPEN, Show.CALL) else (row.created_at.desc(), row.id.desc())
    query = query.order_by(*order).options(joinedload(row.friend)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    found = session.scalars(query).all()
    return Page(_rows(session, found), total_count=total, number=number, size=PAGE_SIZE)


def counts(session: Session, *, now: datetime) -> Mapping[Show, int]:
    """How many there are of those who still wait, and of those to phone."""
    today = _today(session, now)
    base = sa.select(sa.func.count()).select_from(WaitEntry).join(WaitEntry.friend)
    base = base.outerjoin(EventSlot, EventSlot.id == WaitEntry.slot_id)
    return {show: session.scalar(base.where(_shown(show, today, now))) or 0 for show in (Show.OPEN, Show.CALL)}


def _today(session: Session, now: datetime) -> date:
    return now.astimezone(zone(session)).date()


def _shown(show: Show, today: date, now: datetime) -> sa.ColumnElement[bool]:
    row = WaitEntry
    is_ahead = sa.case((row.slot_id.is_not(None), EventSlot.starts_at > now), else_=row.last_day >= today)
    is_open = sa.and_(row.state.in_(waiting.LISTED), is_ahead)
    match show:
        case Show.OPEN:
            return is_open
        case Show.CALL:
            return sa.and_(is_open, sa.not_(_can_be_told()))
        case Show.BOOKED:
            return row.state == WaitState.ACCEPTED
        case Show.OVER:
            return sa.and_(row.state != WaitState.ACCEPTED, sa.not_(is_open))


def _can_be_told() -> sa.ColumnElement[bool]:
    return sa.and_(Friend.line_user_id.is_not(None), Friend.is_following, Friend.is_blocked.is_(False))


def _rows(session: Session, found: Sequence[WaitEntry]) -> list[Row]:
    providers, turns, held = _providers(session, found), _turns(session, found), _held(session, found)
    return [
        Row(
            entry=each.entry,
            what=each.what,
            when=each.when,
            provider=providers.get(each.entry.wish.get("provider_id"), ""),
            turn=turns.get(each.entry.id),
            held=held.get(each.entry.id),
            can_be_told=each.entry.friend.can_receive,
        )
        for each in wishes.described(session, found)
    ]


def _providers(session: Session, found: Sequence[WaitEntry]) -> dict[int | None, str]:
    ids = {entry.wish["provider_id"] for entry in found if entry.wish.get("provider_id")}
    rows = session.execute(sa.select(Provider.id, Provider.name).where(Provider.id.in_(ids))) if ids else ()
    return {row.id: row.name for row in rows}


def _turns(session: Session, found: Sequence[WaitEntry]) -> dict[int, int]:
    slot_ids = {entry.slot_id for entry in found if entry.slot_id is not None}
    if not slot_ids:
        return {}
    row = WaitEntry
    turn = sa.func.row_number().over(partition_by=row.slot_id, order_by=(row.created_at, row.id))
    queue = sa.select(row.id, turn).where(row.slot_id.in_(slot_ids), row.state.in_(waiting.LISTED))
    return dict(session.execute(queue).all())


def _held(session: Session, found: Sequence[WaitEntry]) -> dict[int, Reservation]:
    row, offer = Reservation, WaitOffer
    query = sa.select(offer.wait_entry_id, row).join(row, row.id == offer.reservation_id)
    mine = query.where(offer.wait_entry_id.in_([each.id for each in found]), offer.state == OfferState.OPEN)
    return dict(session.execute(mine.where(row.state == ReservationState.HELD)).all())


def row_of(session: Session, entry: WaitEntry) -> Row:
    return _rows(session, [entry])[0]


# Offers by hand ------------------------------------------------------------------------------------------------------


def free_days(session: Session, entry: WaitEntry, *, now: datetime) -> list[FreeDay]:
    """The next days that hold what they wish for. Raises Refused for courses that are not offered any more."""
    wish = wish_of(entry)
    if wish is None:
        return []
    today = _today(session, now)
    first = max(wish.first_day, today)
    last = min(wish.last_day, first + LOOKED_AT)
    if last < first:
        return []
    booking_page = session.get(BookingPage, entry.page_id) if entry.page_id is not None else None
    plan = booking.plan_for(session, wish.visit, booking_page)
    scene = scenes.load(session, first, last, now=now, page=booking_page, friend_id=entry.friend_id)
    policy = booking.policy_of(book.settings(session), booking_page, plan)
    found = []
    for day in scene.days():
        if day.weekday() in wish.weekdays and (words := _starts(scene, plan, day, wish, policy)):
            found.append(FreeDay(day, day_in_words(day), words))
    return found


def _starts(scene: scenes.Scene, plan: plans.Plan, day: date, wish: waiting.Wish, policy: policies.Policy) -> str:
    found = feasibility.starts(scene, plan, day, wish.provider_id, policy=policy)
    minutes = [each.minute for each in found if wish.from_minute <= each.minute <= wish.to_minute]
    return "、".join(clock(each) for each in minutes[:MOST_STARTS]) + ("…" if len(minutes) > MOST_STARTS else "")


def left(session: Session, entry: WaitEntry) -> int | None:
    """Places left in the slot somebody waits for; None for courses."""
    if entry.slot_id is None:
        return None
    return event_booking.left(session, session.get_one(EventSlot, entry.slot_id))


def offer(session: Session, entry: WaitEntry, day: date | None, *, now: datetime) -> Reservation:
    """Keep a place for one who waits, whoever's turn it is: in their slot, or the first start of *day*.

    Raises Refused when nothing is free. Whom LINE reaches is told; twice is once.
    """
    locking.lock(session, entry.friend)
    book.lock(session)
    session.refresh(entry)
    if entry.state is WaitState.OFFERED and (held := waiting.held_for(session, entry)) is not None:
        return held
    if entry.state is not WaitState.WAITING:
        raise refusals.version_conflict("このキャンセル待ちはもう終わっています。")
    if entry.slot_id is not None:
        offering.offer_slot(session, entry, now=now)
    elif day is not None:
        offering.offer_day(session, entry, day, now=now)
    held = waiting.held_for(session, entry)
    if held is None:
        raise refusals.Refused(refusals.Code.SLOT_TAKEN, NOTHING_FREE)
    return held


def accept(session: Session, entry: WaitEntry, *, by: By, now: datetime) -> Reservation:
    """What was offered is taken, as the customer said on the phone; the shop needs no approval of its own.

    Raises Refused when the offer is over.
    """
    locking.lock(session, entry.friend)
    held = waiting.held_for(session, entry)
    if held is None:
        raise refusals.version_conflict("ご案内の期限が過ぎました。もう一度ご案内してください。")
    ending.accept(session, held, consents=True, by=by, now=now)
    if held.state is ReservationState.REQUESTED:
        ending.approve(session, held, by=by, now=now)
    return held


# Adding by hand ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Draft:
    """A slot, or one of its tickets, for so many; or courses on some days."""

    slot_id: int | None = None
    ticket_id: int | None = None
    party: int = 1
    wish: waiting.Wish | None = None


def add(session: Session, caller: Caller, draft: Draft, *, by: By, now: datetime) -> WaitEntry:
    """Write down that somebody waits, a new customer too. Raises Refused, and DomainError naming a field."""
    friend = friends.get(session, caller.friend_id) if caller.friend_id else _new(session, caller, now)
    if draft.slot_id is not None:
        slot = session.get(EventSlot, draft.slot_id)
        if slot is None:
            raise NotFound("この回は見つかりませんでした。")
        return waiting.join_slot(session, friend, slot, party=draft.party, ticket_id=draft.ticket_id, by=by, now=now)
    if draft.wish is None or not draft.wish.course_ids:
        raise DomainError("待つメニューを1つ以上選ぶか、イベントの回を選んでください。", "courses")
    if draft.wish.party < 1:
        raise DomainError("人数は1名以上で入力してください。", "party")
    booking.plan_for(session, draft.wish.visit, None)  # such a visit exists
    return waiting.join_courses(session, friend, draft.wish, page=None, by=by, now=now)


def _new(session: Session, caller: Caller, now: datetime) -> Friend:
    return callers.add(session, caller.draft, is_other=caller.is_other, now=now)


def slots(session: Session, *, now: datetime) -> Mapping[tuple[int, int | None], str]:
    """Slots ahead that somebody can wait for, each ticket of its own, in words."""
    row, ticket = EventSlot, EventTicket
    query = sa.select(row, Event.title, ticket.id, ticket.name).join(Event, Event.id == row.event_id)
    query = query.outerjoin(ticket, ticket.slot_id == row.id)
    query = query.where(row.starts_at > now, row.cancelled_at.is_(None), Event.is_open, Event.takes_waiting)
    query = query.order_by(row.starts_at, row.id, ticket.position, ticket.id).limit(MOST_SLOTS)
    found: dict[tuple[int, int | None], str] = {}
    for slot, title, ticket_id, ticket_name in session.execute(query):
        words = f"{title} {in_words(slot.business_date, slot.start_minute)}"
        found[slot.id, ticket_id] = words if ticket_id is None else f"{words} {ticket_name}"
    return found
