"""What happened to a booking: written down once, counted, and told to whoever follows bookings.

Messages, actions, reminders and calendars outside hang at `follows`; this package names none of them.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import memory, savepoint
from lstep_lite.engine import triggers
from lstep_lite.engine.reservations.transitions import counting
from lstep_lite.models import ChangedBy, Reservation, ReservationEntry

log = logging.getLogger(__name__)


class Transition(StrEnum):
    """T1 to T21 of the reservations study."""

    HELD = "held"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    """At once, or by taking an offer."""
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    CHANGE_ASKED = "change_asked"
    CHANGE_DECLINED = "change_declined"
    CHANGE_EXPIRED = "change_expired"
    CHANGE_WITHDRAWN = "change_withdrawn"
    CANCELLED = "cancelled"
    """By the customer; `is_late` says whether after the deadline."""
    CANCELLED_BY_SHOP = "cancelled_by_shop"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    REOPENED = "reopened"
    """Staff took back what they had marked: it is confirmed, or checked in, again."""
    RESTORED = "restored"
    FLAGGED = "flagged"
    """Hours, shifts or closures changed under it."""
    UNFLAGGED = "unflagged"


OF_REQUESTS = (
    Transition.CHANGE_ASKED,
    Transition.CHANGE_DECLINED,
    Transition.CHANGE_EXPIRED,
    Transition.CHANGE_WITHDRAWN,
)
"""They become of a wish for a change: the booking is as it was, and so is its version."""


@dataclass(frozen=True)
class By:
    """Who did it."""

    changed_by: ChangedBy
    staff_id: int | None = None
    tells: bool = True
    """Whether the customer is to be told; staff may leave it."""
    tells_after: timedelta = timedelta()
    """How long what the customer is told waits, so that staff can still take it back."""


CUSTOMER = By(ChangedBy.CUSTOMER)
AUTOMATION = By(ChangedBy.AUTOMATION)


def by_staff(staff_id: int | None, *, tells: bool = True) -> By:
    return By(ChangedBy.STAFF, staff_id, tells)


@dataclass(frozen=True)
class Happened:
    """One transition, as followers see it; *before* and `entry.after` are as `facts` has them."""

    reservation: Reservation
    transition: Transition
    before: dict[str, Any]
    entry: ReservationEntry
    by: By
    now: datetime


Follower = Callable[[Session, Happened], None]
_followers: list[Follower] = []


def follows(follower: Follower) -> Follower:
    """Register `follower(session, happened)`: called in the unit of each transition; what fails is undone alone."""
    _followers.append(follower)
    return follower


def write(
    session: Session,
    reservation: Reservation,
    transition: Transition,
    before: dict[str, Any],
    *,
    by: By,
    now: datetime,
    reason: str = "",
    said: Mapping[str, Any] | None = None,
) -> ReservationEntry:
    """Write down that *reservation* went through *transition*, from what `facts` said before. Calls the followers.

    *said* is what the shop said beside it, such as the times it proposed; it stands with what is so `after`.
    """
    if before and transition not in OF_REQUESTS:
        reservation.version += 1
    session.flush()  # the counts are asked of the database
    counting.recount(session, reservation.friend_id)
    return note(session, reservation, transition, before, by=by, now=now, reason=reason, said=said)


def note(
    session: Session,
    reservation: Reservation,
    transition: Transition,
    before: dict[str, Any],
    *,
    by: By,
    now: datetime,
    reason: str = "",
    said: Mapping[str, Any] | None = None,
) -> ReservationEntry:
    """`write` of what changes nothing that is the friend's: neither version nor counts."""
    reservation.updated_at = now
    entry = ReservationEntry(
        reservation_id=reservation.id,
        at=now,
        what=transition.value,
        changed_by=by.changed_by,
        staff_id=by.staff_id,
        version=reservation.version,
        before=before,
        after={**facts(reservation), **(said or {})},
        reason=reason,
    )
    session.add(entry)
    session.flush()  # whoever follows refers to its id
    happened = Happened(reservation, transition, before, entry, by, now)
    with memory(session), triggers.written_together(session):
        _call_all(session, happened)
    return entry


def _call_all(session: Session, happened: Happened) -> None:
    """In one savepoint, as nearly always none fails; when one does, each once more in a savepoint of its own."""
    try:
        with savepoint(session):
            for follower in _followers:
                follower(session, happened)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.info("reservation entry %s: followers are called one by one", happened.entry.id)
        for follower in _followers:
            _call(session, follower, happened)


def _call(session: Session, follower: Follower, happened: Happened) -> None:
    """One that fails is undone alone: the booking stands."""
    try:
        with savepoint(session):
            follower(session, happened)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.exception("reservation entry %s: %s failed", happened.entry.id, follower.__qualname__)


def facts(reservation: Reservation) -> dict[str, Any]:
    """What of a booking can change, as JSON."""
    return {
        "state": reservation.state.value,
        "version": reservation.version,
        "business_date": reservation.business_date.isoformat(),
        "start_minute": reservation.start_minute,
        "starts_at": reservation.starts_at.isoformat(),
        "ends_at": reservation.ends_at.isoformat(),
        "provider_id": reservation.provider_id,
        "is_nominated": reservation.is_nominated,
        "slot_id": reservation.slot_id,
        "party": reservation.party,
        "price": reservation.price,
        "fee": reservation.fee,
        "lines": [line.name for line in reservation.lines],
        "is_forced": reservation.is_forced,
        "is_outside": reservation.is_outside,
        "is_late": reservation.is_late,
        "needs_look": reservation.needs_look,
    }
