"""A customer's own bookings, as they see them: what lies ahead, what was, and what they may still do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from lstep_lite.engine.reservations.availability import choosing, plans
from lstep_lite.engine.reservations.availability.days import clock, in_words, minute_on
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.availability.policies import Changing, LateCancel
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.customer.offering import Codes, Looking
from lstep_lite.engine.reservations.transitions import book, changing, refusals, states
from lstep_lite.engine.reservations.transitions.refusals import Refused, Start
from lstep_lite.engine.settings import zone
from lstep_lite.models import (
    BookingPage,
    ChangeRequest,
    Course,
    Event,
    EventSlot,
    Friend,
    Provider,
    Reservation,
    ReservationLine,
    ReservationState,
)

State = ReservationState
SHOWN = tuple(each for each in State if each is not State.HELD)
AHEAD = (State.REQUESTED, State.CONFIRMED, State.CHECKED_IN)
VISITED = (State.CONFIRMED, State.CHECKED_IN, State.COMPLETED)
MOST_PAST = 20
REASONS = ("予定が変わった", "体調不良", "間違えた", "その他")


@dataclass(frozen=True)
class Booked:
    """A booking with the names that belong to it."""

    reservation: Reservation
    what: str
    """「カット、トリートメント」, or the title of an event."""
    when: str
    """「3月5日(金) 10:00〜11:00ごろ」"""
    provider: str
    """Of the one who was asked for; nobody is promised to the others."""
    state: str
    is_ahead: bool
    shows_price: bool

    @property
    def total(self) -> str:
        """Empty where the shop does not show it, and for events that cost nothing here."""
        row = self.reservation
        if not self.shows_price or (row.slot_id is not None and not row.price):
            return ""
        if row.price is None:
            return "料金はお店で"
        return offering.yen(row.price) + ("〜" if row.has_open_price else "")


def ahead(session: Session, friend: Friend, *, now: datetime) -> list[Booked]:
    """What they have booked, the nearest first."""
    row = Reservation
    mine = _mine(friend).where(row.state.in_(AHEAD), row.ends_at > now)
    return _booked(session, mine.order_by(row.starts_at, row.id), now)


def past(session: Session, friend: Friend, *, now: datetime) -> list[Booked]:
    """What is over, or came to nothing: the last of them, the newest first."""
    row = Reservation
    over = sa.or_(row.state.not_in(AHEAD), row.ends_at <= now)
    mine = _mine(friend).where(row.state.in_(SHOWN), over)
    return _booked(session, mine.order_by(row.starts_at.desc(), row.id.desc()).limit(MOST_PAST), now)


def one(session: Session, friend: Friend, code: str, *, now: datetime) -> Booked:
    """Raises NotFound for anybody else's."""
    reservation = states.by_code(session, code, friend=friend)
    return _booked(session, _mine(friend).where(Reservation.id == reservation.id), now)[0]


def place(session: Session, reservation: Reservation) -> str:
    """Where it is: the slot's place, else the event's, else the shop's."""
    own = sa.select(EventSlot.place, Event.place).join(Event, Event.id == EventSlot.event_id)
    found = session.execute(own.where(EventSlot.id == reservation.slot_id)).all() if reservation.slot_id else []
    return next((each for row in found for each in row if each), book.settings(session).place)


def _mine(friend: Friend) -> sa.Select[Reservation]:
    return sa.select(Reservation).where(Reservation.friend_id == friend.id).options(selectinload(Reservation.lines))


def _booked(session: Session, query: sa.Select[Reservation], now: datetime) -> list[Booked]:
    rows = session.scalars(query).all()
    names, titles = _names(session, rows), _titles(session, rows)
    hidden = _without_price(session, rows)
    return [
        Booked(
            reservation=row,
            what=titles.get(row.slot_id or 0) or "、".join(line.name for line in row.lines),
            when=span_in_words(session, row, Start(row.business_date, row.start_minute, row.starts_at)),
            provider=names.get(row.provider_id or 0, "") if row.is_nominated else "",
            state=states.WORDS[row.state],
            is_ahead=row.state in AHEAD and row.ends_at > now,
            shows_price=row.id not in hidden,
        )
        for row in rows
    ]


def span_in_words(session: Session, reservation: Reservation, start: Start) -> str:
    """When it would be: 「3月6日(土) 14:00〜15:00ごろ」; events end when they say."""
    ends_at = start.starts_at + (reservation.ends_at - reservation.starts_at)
    end = clock(minute_on(start.day, ends_at, zone(session)))
    return f"{in_words(start.day, start.minute)}〜{end}{'ごろ' if reservation.slot_id is None else ''}"


def _names(session: Session, rows: Sequence[Reservation]) -> dict[int, str]:
    ids = {row.provider_id for row in rows if row.is_nominated and row.provider_id is not None}
    if not ids:
        return {}
    return dict(session.execute(sa.select(Provider.id, Provider.name).where(Provider.id.in_(ids))).all())


def _without_price(session: Session, rows: Sequence[Reservation]) -> set[int]:
    """The ids of those with a course whose price the shop does not show."""
    line = ReservationLine
    query = sa.select(line.reservation_id).join(Course, Course.id == line.course_id)
    query = query.where(line.reservation_id.in_([row.id for row in rows]), Course.shows_price.is_(False))
    return set(session.scalars(query))


def _titles(session: Session, rows: Sequence[Reservation]) -> dict[int, str]:
    ids = {row.slot_id for row in rows if row.slot_id is not None}
    if not ids:
        return {}
    query = sa.select(EventSlot.id, Event.title).join(Event, Event.id == EventSlot.event_id)
    return dict(session.execute(query.where(EventSlot.id.in_(ids))).all())


# The same once more --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Last:
    """What they had last time, as it can be booked again."""

    codes: Codes
    what: str
    provider: str
    soonest: Sequence[Start]


def last(session: Session, friend: Friend, page: BookingPage, *, now: datetime) -> Last | None:
    """None for who was never here, or when it is not offered any more."""
    row = Reservation
    mine = _mine(friend).where(row.state.in_(VISITED), row.slot_id.is_(None), row.starts_at <= now)
    reservation = session.scalar(mine.order_by(row.starts_at.desc(), row.id.desc()).limit(1))
    if reservation is None:
        return None
    found = _offered(session, reservation, friend, page, now)
    if found is None:
        return None
    wish, soonest = found
    names = _names(session, [reservation])
    return Last(offering.codes_of(session, wish), _what(reservation), names.get(wish.provider_id or 0, ""), soonest)


def again(session: Session, reservation: Reservation, friend: Friend, page: BookingPage, *, now: datetime) -> Codes:
    """What chooses the same once more. Raises Refused (CLOSED) in words when it is not offered any more."""
    found = _offered(session, reservation, friend, page, now)
    if found is None:
        gone = f"前回の「{_what(reservation)}」は、いま受け付けていません。下のメニューからお選びください。"
        raise refusals.closed(gone)
    codes = offering.codes_of(session, found[0])
    return Codes(codes.courses, codes.options, codes.staff or offering.ANYBODY)


def _what(reservation: Reservation) -> str:
    return "、".join(line.name for line in reservation.lines)


def _offered(
    session: Session, reservation: Reservation, friend: Friend, page: BookingPage, now: datetime
) -> tuple[Wish, Sequence[Start]] | None:
    """The same wish, as far as it can be had, and the next times for it."""
    for wish in _wishes(reservation):
        try:
            looking = offering.looking(session, page, friend, wish)
            return wish, offering.soonest(session, looking, 2, now=now)
        except Refused:
            continue
    return None


def _wishes(reservation: Reservation) -> list[Wish]:
    """With the same provider if one was asked for, and else with whoever is free."""
    courses = tuple(line.course_id for line in reservation.lines if line.course_id is not None)
    options = tuple(line.option_id for line in reservation.lines if line.option_id is not None)
    free = Wish(courses, options)
    if not courses:
        return []
    if reservation.is_nominated and reservation.provider_id is not None:
        return [Wish(courses, options, reservation.provider_id), free]
    return [free]


# What they may still do ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choices:
    """For each, why not; None when they may."""

    change: Refused | None
    cancel: Refused | None
    asks_to_change: bool
    """The shop decides on changes."""
    is_late: bool
    """Cancelling now is marked as late."""
    waiting: ChangeRequest | None
    """The change they have asked for."""


def choices(session: Session, reservation: Reservation, *, now: datetime) -> Choices:
    policy, phone = states.policy_of(session, reservation), book.settings(session).phone
    late = _refused_by_deadline(session, reservation, now)
    change = late
    is_event = reservation.slot_id is not None
    if policy.changing is Changing.NO or (is_event and policy.changing is Changing.ASK):
        change = refusals.not_online("変更", phone)
    if reservation.state is not State.CONFIRMED:
        change = refusals.version_conflict("このご予約の日時は、ここでは変更できません。")
    cancel, is_late = late, False
    if policy.late_cancel is LateCancel.ALLOW_MARKED and late is not None and now < reservation.starts_at:
        cancel, is_late = None, True
    if not policy.cancelling:
        cancel = refusals.not_online("キャンセル", phone)
    if reservation.state is State.REQUESTED:
        cancel, is_late = None, False
    elif reservation.state is not State.CONFIRMED:
        cancel = refusals.version_conflict(f"このご予約は{states.WORDS[reservation.state]}です。")
    waiting = changing.open_request(session, reservation)
    return Choices(change, cancel, policy.changing is Changing.ASK, is_late and cancel is None, waiting)


def _refused_by_deadline(session: Session, reservation: Reservation, now: datetime) -> Refused | None:
    try:
        states.check_deadline(session, reservation, now=now)
    except Refused as refusal:
        return refusal
    return None


def looking(session: Session, reservation: Reservation) -> Looking:
    """For another time of the same: its own place counts as free. Staff who booked it bind it to no page."""
    plan, policy = plans.of_reservation(session, reservation), states.policy_of(session, reservation)
    page = session.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None
    return Looking(plan, policy, page, reservation.friend_id, reservation.id)


def check_change(session: Session, reservation: Reservation, start: Start, *, now: datetime) -> None:
    """Raises Refused now for what would be refused on changing."""
    found = looking(session, reservation)
    wanted = choosing.Wanted(
        found.plan, start.day, start.minute, found.policy, found.page, found.friend_id, found.except_id
    )
    choosing.candidates(session, choosing.scene_of(session, wanted, now=now), wanted)
