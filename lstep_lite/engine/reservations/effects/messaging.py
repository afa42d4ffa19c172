"""What customers are told of their bookings: one message for each change, free where LINE lets us reply, else a push.

Where the customer did it on our page inside LINE, that page says a short word in their name (`word`): its webhook
brings the right to reply for free. Where none comes in time, the message is pushed. Whoever takes the word's `due_at`
away puts the message, in the same unit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import agenda, auto_replies, deliveries, locking, messages
from lstep_lite.engine.deliveries.claim import why_not
from lstep_lite.engine.reservations.availability import choosing, plans
from lstep_lite.engine.reservations.availability.choosing import Wanted
from lstep_lite.engine.reservations.effects import moments, texts
from lstep_lite.engine.reservations.effects.catalogue import MESSAGES
from lstep_lite.engine.reservations.transitions import recording, states
from lstep_lite.engine.reservations.transitions.recording import Happened
from lstep_lite.engine.text import normalise
from lstep_lite.engine.triggers import Happening
from lstep_lite.models import (
    BookedBy,
    BookingPage,
    BookingWord,
    ChangedBy,
    ChatMessage,
    Delivery,
    DeliveryState,
    EventState,
    Friend,
    Lane,
    Reservation,
    ReservationEntry,
    ReservationState,
    TimelineEntry,
    WebhookEvent,
)

SOURCE = "reservations"
WAIT = timedelta(seconds=5)
"""For the customer's word; then the message is pushed."""
SAID_WITHIN = timedelta(minutes=5)
"""So long before or after a change its word is taken for the page's, not for a question to the shop."""
CHUNK = 50
CANCELLED_LATE = "締め切り後のため、直前キャンセルとして承りました。"
LONGEST_POLICY = 600
"""Of the policy in a message; the booking's page has it whole."""


@recording.follows
def tell(session: Session, happened: Happened) -> None:
    """Tell the customer, or wait for their word; nothing where the shop has left it, and to who can't be reached."""
    kind, reservation = kind_of(happened), happened.reservation
    if kind is None or not happened.by.tells or unreachable(reservation.friend) is not None:
        return
    message = texts.get(session, kind)
    if not message.is_on:
        return
    if message.word and _is_on_our_page(happened):
        _wait(session, happened.entry, kind, message.word, now=happened.now)
    else:
        _put_waiting(session, reservation, happened.now)
        due_at = happened.now + happened.by.tells_after
        _put(session, reservation, happened.entry, kind, now=happened.now, due_at=due_at)


def take_back(session: Session, entry: ReservationEntry, kind: str, *, now: datetime) -> None:
    """Don't send what was put to tell of *entry*. Raises DomainError once it is on its way."""
    row = Delivery
    mine = sa.select(row).where(row.dedupe_key == _key(entry, kind), row.state != DeliveryState.CANCELLED)
    if (delivery := session.scalar(mine)) is not None:
        deliveries.cancel(session, delivery, now=now, reason="変更を元に戻したため、送りませんでした。")


def _key(entry: ReservationEntry, kind: str) -> str:
    return f"{SOURCE}:{entry.reservation_id}:{entry.version}:{kind}:{entry.id}"


def kind_of(happened: Happened) -> str | None:
    """Which message of the catalogue tells of it; None where customers are told nothing."""
    moment = moments.of(happened)
    if moment is None or moment.name not in MESSAGES:
        return None
    was_offer = happened.before.get("state") == ReservationState.HELD.value
    return None if was_offer and moment.name == "withdrawn" else moment.name


def unreachable(friend: Friend) -> str | None:
    """Why no message reaches them, if so: they are to be phoned."""
    return why_not(friend.line_user_id, friend.is_following, friend.is_blocked)


def _is_on_our_page(happened: Happened) -> bool:
    is_customer = happened.by.changed_by is ChangedBy.CUSTOMER
    return is_customer and happened.reservation.booked_by is not BookedBy.WEB


def word(session: Session, reservation: Reservation) -> str:
    """What the page is to say in the customer's name; empty when nothing waits for it (any more)."""
    row = BookingWord
    waiting = sa.select(row.word).where(row.reservation_id == reservation.id, row.due_at.is_not(None))
    return session.scalar(waiting.order_by(row.id.desc()).limit(1)) or ""


def _wait(session: Session, entry: ReservationEntry, kind: str, word: str, *, now: datetime) -> None:
    """Words that are over are forgotten with the next one of the same booking."""
    row = BookingWord
    session.execute(sa.delete(row).where(row.reservation_id == entry.reservation_id, row.due_at.is_(None)))
    values = {"reservation_entry_id": entry.id, "reservation_id": entry.reservation_id, "kind": kind, "word": word}
    session.add(row(**values, due_at=now + WAIT, made_at=now))


def _put_waiting(session: Session, reservation: Reservation, now: datetime) -> None:
    """What still waits for a word goes before what is told next: the talk tells things in their order."""
    locking.lock(session, reservation.friend)
    row = BookingWord
    waiting = sa.select(row).where(row.reservation_id == reservation.id, row.due_at.is_not(None)).order_by(row.id)
    for each in session.scalars(waiting).all():
        if _claim(session, each):
            _put_word(session, each, now=now)


# The customer's word -------------------------------------------------------------------------------------------------


@auto_replies.taker
def _take(session: Session, happening: Happening, message: ChatMessage) -> str | None:
    """Answer the word of a page; words that come too late are answered already."""
    said = [row for row in _lately(session, happening.friend, message.at) if _is_said(row, message)]
    if not said:
        return None
    locking.lock(session, happening.friend)
    waiting = next((row for row in said if row.due_at is not None), None)
    if waiting is None or not _claim(session, waiting):
        return "予約のお知らせは、もう用意してあります。"
    _put_word(session, waiting, now=happening.now, event=happening.event)
    return "予約のお知らせを、無料の返信で送ります。"


def _lately(session: Session, friend: Friend, at: datetime) -> Sequence[BookingWord]:
    """The words of the friend's bookings that may come now, newest first."""
    row = BookingWord
    mine = sa.select(row).join(Reservation, Reservation.id == row.reservation_id)
    near = row.made_at.between(at - SAID_WITHIN, at + SAID_WITHIN)
    return session.scalars(mine.where(Reservation.friend_id == friend.id, near).order_by(row.id.desc())).all()


def _is_said(row: BookingWord, message: ChatMessage) -> bool:
    return message.kind == "text" and normalise(message.text) == normalise(row.word)


# Without a word ------------------------------------------------------------------------------------------------------


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists().where(BookingWord.due_at <= now))
def push_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Push what waited for a word in vain. True when there may be more.

    Whose webhook has come and is not read yet may have said it in time.
    """
    unread = sa.exists().where(WebhookEvent.user_id == Friend.line_user_id, WebhookEvent.state == EventState.WAITING)
    due = sa.select(BookingWord.id).join(Reservation, Reservation.id == BookingWord.reservation_id)
    due = due.join(Friend, Friend.id == Reservation.friend_id).where(BookingWord.due_at <= now, ~unread)
    with database.read() as session:
        ids = session.scalars(due.order_by(BookingWord.due_at).limit(CHUNK)).all()
    for word_id in ids:
        with database.unit() as session:
            _push(session, word_id, now)
    return len(ids) == CHUNK


def _push(session: Session, word_id: int, now: datetime) -> None:
    row = session.get(BookingWord, word_id)
    if row is None:
        return
    locking.lock(session, session.get_one(Reservation, row.reservation_id).friend)  # before the word, as everywhere
    if _claim(session, row):
        _put_word(session, row, now=now)


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    """Those that still wait for a word count as well: it is a matter of seconds."""
    waiting = sa.select(sa.func.count()).where(BookingWord.due_at.is_not(None))
    return agenda.Pending(session.scalar(waiting) or 0)


# The message ---------------------------------------------------------------------------------------------------------


def _claim(session: Session, row: BookingWord) -> bool:
    """Whether it fell to this unit to send what waits for the word."""
    mine = sa.update(BookingWord).where(BookingWord.id == row.id, BookingWord.due_at.is_not(None))
    return session.scalar(mine.values(due_at=None).returning(BookingWord.id)) is not None


def _put_word(session: Session, row: BookingWord, *, now: datetime, event: WebhookEvent | None = None) -> None:
    entry = session.get_one(ReservationEntry, row.reservation_entry_id)
    reservation = session.get_one(Reservation, row.reservation_id)
    due_at = now if event is not None else min(now, row.made_at + WAIT)
    _put(session, reservation, entry, row.kind, now=now, due_at=due_at, event=event)


def _put(
    session: Session,
    reservation: Reservation,
    entry: ReservationEntry,
    kind: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    event: WebhookEvent | None = None,
) -> None:
    """One for each change and kind. An offer is not told any more once its time is over."""
    ends_at = reservation.expires_at if kind == "offered" else None
    more = _more(session, reservation, entry, kind, now)
    cause = session.get(TimelineEntry, reservation.entry_id) if reservation.entry_id is not None else None
    deliveries.put(
        session,
        reservation.friend,
        messages.freeze(session, [texts.block(session, kind, entry, more=more)], now=now),
        source=SOURCE,
        label=f"予約：{texts.get(session, kind).label}",
        dedupe_key=_key(entry, kind),
        lane=Lane.REPLY,
        due_at=due_at,
        event=event,
        cause=cause,
        now=now,
        tolerance=ends_at - now if ends_at is not None else None,
    )


def _more(session: Session, reservation: Reservation, entry: ReservationEntry, kind: str, now: datetime) -> str:
    """What stands below the shop's words: other times for who is declined, what was agreed for who cancels late."""
    if kind == "declined":
        return _other_times(session, reservation, entry, now)
    if kind == "cancelled" and entry.after["is_late"]:
        return "\n".join(part for part in (CANCELLED_LATE, _short(reservation.consent_text)) if part)
    return ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_POLICY else f"{text[:LONGEST_POLICY]}…"


def _other_times(session: Session, reservation: Reservation, entry: ReservationEntry, now: datetime) -> str:
    """What staff proposed, else what is free near by."""
    proposed = entry.after.get("proposed", ())
    if proposed:
        return "\n".join(("こちらの日時はいかがでしょうか。", *(f"・{each}" for each in proposed)))
    return _near(session, reservation, now)


def _near(session: Session, reservation: Reservation, now: datetime) -> str:
    """The free starts nearest to the one that was declined; empty for events, and where there is none."""
    if reservation.slot_id is not None:
        return ""
    plan, day = plans.of_reservation(session, reservation), reservation.business_date
    wanted = Wanted(
        plan if reservation.is_nominated else plan.without_provider(),
        day,
        reservation.start_minute,
        states.policy_of(session, reservation),
        session.get(BookingPage, reservation.page_id) if reservation.page_id is not None else None,
        reservation.friend_id,
    )
    near = choosing.nearest(session, wanted, now=now, most=choosing.ALTERNATIVES + 1)
    asked = (day, reservation.start_minute)
    found = [start for start in near if (start.day, start.minute) != asked][: choosing.ALTERNATIVES]
    return f"近い空き：{'／'.join(start.in_words(day) for start in found)}" if found else ""
