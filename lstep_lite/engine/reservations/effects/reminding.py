"""The goals of bookings: set, moved and taken away with them, and looked at again just before a message goes out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, memory
from lstep_lite.engine import agenda, locking, messages, reminders, settings
from lstep_lite.engine.pinning import Pins
from lstep_lite.engine.reminders import origins
from lstep_lite.engine.reservations.availability.days import instant
from lstep_lite.engine.reservations.effects import moments, rules, texts, wording
from lstep_lite.engine.reservations.transitions import counting, recording
from lstep_lite.engine.reservations.transitions.recording import Happened
from lstep_lite.models import (
    BookingCustomer,
    BookingRule,
    Countdown,
    CountdownState,
    EventSlot,
    Friend,
    Lane,
    ReminderMode,
    Reservation,
    ReservationEntry,
    ReservationState,
    RuleGoal,
    TimelineEntry,
)

PREFIX = "reservation:"
LATE = timedelta(hours=6)
"""So late a message about a booking still goes out, and so late a visit may be marked for what follows it."""
LAST_OF_DAY = 1439
CHUNK = 20
"""Bookings a unit, when a rule is new."""
OVER = "予約がなくなったか、ご来店になったため、止めました。"
VISIT_TAKEN_BACK = "来店済みの記録が変わったため、止めました。"
NOT_DUE = "次のご予約が入ったか、新しいご来店があったため、止めました。"
NO_RULE = "このリマインダを予約に合わせて送る設定がなくなったため、送りませんでした。"
NOT_STANDING = "予約が確定していないため、送りませんでした。"
BEGUN = "予約の時刻を過ぎたため、送りませんでした。"
NOT_VISITED = "来店済みの予約ではないため、送りませんでした。"
BOOKED_AGAIN = "次のご予約があるため、送りませんでした。"
NOT_WANTED = "お客様がこの案内を止めているため、送りませんでした。"


@recording.follows
def follow(session: Session, happened: Happened) -> None:
    if happened.transition not in moments.UNSEEN:
        sync(session, happened.reservation, now=happened.now, is_new=not happened.before)


def sync(session: Session, reservation: Reservation, *, now: datetime, is_new: bool = False) -> None:
    """The goals of *reservation*, whose friend is locked, are what the rules say of it as it is now."""
    with memory(session):
        cause = _cause(session, reservation)
        for rule in rules.every(session):
            _sync(session, rule, reservation, cause, now=now, is_new=is_new)


def _cause(session: Session, reservation: Reservation) -> TimelineEntry | None:
    return session.get(TimelineEntry, reservation.entry_id) if reservation.entry_id is not None else None


def _sync(
    session: Session,
    rule: BookingRule,
    reservation: Reservation,
    cause: TimelineEntry | None,
    *,
    now: datetime,
    is_new: bool,
) -> None:
    if rule.goal is RuleGoal.NEXT_VISIT:
        return _sync_next_visit(session, rule, reservation.friend, now=now)
    origin, goal_at = f"{PREFIX}{reservation.id}", _goal(session, rule, reservation, now)
    if goal_at is not None:
        since = now - LATE if rule.goal is RuleGoal.END else None
        reminders.set_goal(
            session, rule.reminder, reservation.friend, goal_at, origin=origin, now=now, cause=cause, since=since
        )
    elif not is_new:
        reason = OVER if rule.goal is RuleGoal.START else VISIT_TAKEN_BACK
        reminders.clear_goal(
            session, rule.reminder, reservation.friend, origin=origin, now=now, reason=reason, cause=cause
        )
    return None


def _goal(session: Session, rule: BookingRule, reservation: Reservation, now: datetime) -> datetime | None:
    """What the rule's steps count from; None where it is not for this booking.

    Days are counted by business date, which a booking after midnight keeps: its goal is then still on that date.
    """
    if not is_for(session, rule, reservation):
        return None
    is_clock, zone = rule.reminder.mode is ReminderMode.CLOCK, settings.zone(session)
    if rule.goal is RuleGoal.START:
        if reservation.state is not ReservationState.CONFIRMED or reservation.starts_at <= now:
            return None
        on_that_date = instant(reservation.business_date, LAST_OF_DAY, zone)
        return min(reservation.starts_at, on_that_date) if is_clock else reservation.starts_at
    if reservation.state is not ReservationState.COMPLETED:
        return None
    return instant(reservation.business_date, 0, zone) if is_clock else reservation.ends_at


def is_for(session: Session, rule: BookingRule, reservation: Reservation) -> bool:
    if rule.course_ids is None and rule.event_ids is None:
        return True
    if reservation.slot_id is None:
        return any(line.course_id in (rule.course_ids or ()) for line in reservation.lines)
    event_id = session.scalar(sa.select(EventSlot.event_id).where(EventSlot.id == reservation.slot_id))
    return event_id in (rule.event_ids or ())


def _sync_next_visit(session: Session, rule: BookingRule, friend: Friend, *, now: datetime) -> None:
    """One goal a friend: of the last visit, while no booking lies ahead."""
    visit = _last_visit(session, friend)
    customer = counting.customer(session, friend.id)
    wanted = None
    if visit is not None and customer.next_due_on is not None and is_for(session, rule, visit):
        wanted = f"{PREFIX}{visit.id}"
    for countdown in _active(session, rule, friend):
        if countdown.origin != wanted:
            reminders.clear_goal(session, rule.reminder, friend, origin=countdown.origin, now=now, reason=NOT_DUE)
    if wanted is not None and customer.next_due_on is not None:
        goal_at = instant(customer.next_due_on, 0, settings.zone(session))
        reminders.set_goal(session, rule.reminder, friend, goal_at, origin=wanted, now=now)


def _last_visit(session: Session, friend: Friend) -> Reservation | None:
    row = Reservation
    mine = sa.select(row).where(
        row.friend_id == friend.id, row.state == ReservationState.COMPLETED, row.slot_id.is_(None)
    )
    return session.scalar(mine.order_by(row.starts_at.desc(), row.id.desc()).limit(1))


def _active(session: Session, rule: BookingRule, friend: Friend) -> Sequence[Countdown]:
    mine = sa.select(Countdown).filter_by(
        reminder_id=rule.reminder_id, friend_id=friend.id, state=CountdownState.ACTIVE
    )
    return session.scalars(mine.where(Countdown.origin.startswith(PREFIX))).all()


# Just before a message goes out --------------------------------------------------------------------------------------


def _refusal(session: Session, countdown: Countdown, now: datetime) -> str | None:
    reservation = _booking(session, countdown)
    rule = session.get(BookingRule, countdown.reminder_id)
    if reservation is None or rule is None:
        return NO_RULE
    if rule.goal is RuleGoal.START:
        if reservation.state is not ReservationState.CONFIRMED:
            return NOT_STANDING
        return BEGUN if reservation.starts_at <= now else None
    if reservation.state is not ReservationState.COMPLETED:
        return NOT_VISITED
    customer = session.get(BookingCustomer, countdown.friend_id)
    if rule.goal is RuleGoal.NEXT_VISIT and customer is not None and not customer.takes_follow_ups:
        return NOT_WANTED
    return BOOKED_AGAIN if rule.unless_booked and is_booked(session, countdown.friend_id, now=now) else None


def is_booked(session: Session, friend_id: int, *, now: datetime) -> bool:
    """Whether they have a booking ahead."""
    row = Reservation
    ahead = sa.exists().where(row.friend_id == friend_id, row.state.in_(wording.AHEAD), row.starts_at > now)
    return bool(session.scalar(sa.select(ahead)))


def _blocks(session: Session, countdown: Countdown, blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The step's messages, speaking of this booking as it is now."""
    reservation = _booking(session, countdown)
    if reservation is None:
        return list(blocks)
    entry = wording.last_entry(session, reservation)
    own = [_own(session, block, entry) for block in blocks]
    return messages.pinned(session, own, wording.pins(entry))


def _own(session: Session, block: dict[str, Any], entry: ReservationEntry) -> dict[str, Any]:
    """A message of the shop's instead of its name."""
    return texts.block(session, block["message"], entry) if block["kind"] == texts.BLOCK else block


def _pins(session: Session, countdown: Countdown) -> Pins:
    reservation = _booking(session, countdown)
    return {} if reservation is None else wording.pins(wording.last_entry(session, reservation))


def _booking(session: Session, countdown: Countdown) -> Reservation | None:
    return session.get(Reservation, int(countdown.origin.removeprefix(PREFIX)))


origins.register(origins.Origin(PREFIX, LATE, _refusal, _blocks, _pins))


# New rules -----------------------------------------------------------------------------------------------------------


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists().where(BookingRule.synced_to_id.is_not(None)))
def catch_up(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Give the bookings that are there the goals of a new rule, a few a unit. True when there is more."""
    with database.read() as session:
        waiting = session.execute(_waiting().limit(1)).first()
        if waiting is None:
            return False
        ids = _unseen(session, waiting.synced_to_id, now)
    with database.unit() as session:
        bookings = _locked(session, ids)
        rule = session.get(BookingRule, waiting.reminder_id, with_for_update=True)
        if rule is None or rule.synced_to_id != waiting.synced_to_id:
            return True  # it was changed meanwhile: from the beginning
        with memory(session):
            for booking in bookings:
                _sync(session, rule, booking, _cause(session, booking), now=now, is_new=False)
        rule.synced_to_id = ids[-1] if ids else None
    return True


def _waiting() -> sa.Select[int, int | None]:
    rule = BookingRule
    return (
        sa.select(rule.reminder_id, rule.synced_to_id).where(rule.synced_to_id.is_not(None)).order_by(rule.reminder_id)
    )


def _unseen(session: Session, after_id: int | None, now: datetime) -> Sequence[int]:
    """Bookings that lie ahead, in the order of their ids; what is over sets nothing off any more."""
    row = Reservation
    ahead = sa.select(row.id).where(row.id > (after_id or 0), row.ends_at > now - LATE)
    return session.scalars(ahead.order_by(row.id).limit(CHUNK)).all()


def _locked(session: Session, ids: Sequence[int]) -> Sequence[Reservation]:
    """The bookings as they are once their friends are locked, in the order of the friends."""
    mine = sa.select(Reservation).where(Reservation.id.in_(ids)).order_by(Reservation.friend_id, Reservation.id)
    for booking in session.scalars(mine).all():
        locking.lock(session, booking.friend)
    return session.scalars(mine, execution_options={"populate_existing": True}).all()


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(session.scalar(sa.select(sa.func.count()).select_from(_waiting().subquery())) or 0)
