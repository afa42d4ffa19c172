"""Calendars outside are told of bookings: a row says which booking has to be looked at, and what is then written is
how the booking stands at that moment. Telling Google the same thing twice changes nothing there.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import settings as shop_settings
from lstep_lite.engine.reservations.calendars import content, pausing, telling, tokens
from lstep_lite.engine.reservations.calendars.google import GoogleError, Revoked
from lstep_lite.engine.reservations.calendars.pausing import LEASE, Here
from lstep_lite.engine.reservations.calendars.tokens import Key
from lstep_lite.engine.reservations.transitions import recording
from lstep_lite.engine.reservations.transitions.recording import Happened, Transition
from lstep_lite.errors import DomainError
from lstep_lite.models import BLOCKING, CalendarEvent, CalendarLink, LinkState, Reservation

log = logging.getLogger(__name__)

CHUNK = 200
LOOKS_THE_SAME = frozenset(
    {
        Transition.FLAGGED,
        Transition.UNFLAGGED,
        Transition.CHECKED_IN,
        Transition.COMPLETED,
        Transition.CHANGE_ASKED,
        Transition.CHANGE_DECLINED,
        Transition.CHANGE_EXPIRED,
        Transition.CHANGE_WITHDRAWN,
    }
)
"""What calendars outside don't show."""
_PAST = {"synchronize_session": False}


# A booking has to be looked at ---------------------------------------------------------------------------------------


@recording.follows
def follow(session: Session, happened: Happened) -> None:
    if happened.transition not in LOOKS_THE_SAME:
        look_at(session, happened.reservation)


def look_at(session: Session, reservation: Reservation) -> None:
    """Every calendar that has it, or should, is told how it stands; nothing without a calendar."""
    row = CalendarLink
    wanting = sa.select(row.id).where(row.state != LinkState.CHOOSING, _is_of(reservation.provider_id))
    known = sa.select(CalendarEvent.link_id).where(CalendarEvent.reservation_id == reservation.id)
    links = session.scalars(sa.union(wanting, known)).all()
    if links:
        _wish(session, [{"link_id": each, "reservation_id": reservation.id} for each in links])


def _is_of(provider_id: int | None) -> sa.ColumnElement[bool]:
    """The shop's calendar has all bookings, a provider's the own ones."""
    row = CalendarLink
    return sa.or_(row.provider_id.is_(None), row.provider_id == provider_id)


def _wish(session: Session, wishes: list[dict[str, Any]]) -> None:
    row = CalendarEvent
    session.execute(insert_new(session, row), [wish | {"revision": 0, "is_due": True} for wish in wishes])
    for link_id in {wish["link_id"] for wish in wishes}:
        mine = [wish["reservation_id"] for wish in wishes if wish["link_id"] == link_id]
        again = sa.update(row).where(row.link_id == link_id, row.reservation_id.in_(mine))
        values = {"revision": row.revision + 1, "is_due": True, "attempts": 0, "reason": None}
        session.execute(again.values(values), execution_options=_PAST)


def catch_up(here: Here) -> bool:
    """Of a calendar that was connected or changed: all bookings that lie ahead. False when there is none."""
    with here.database.read() as session:
        if session.scalar(catching_up()) is None:
            return False
    with here.database.unit() as session:
        link = session.scalars(
            sa.select(CalendarLink).where(CalendarLink.id.in_(catching_up())).with_for_update()
        ).one_or_none()
        if link is not None:
            _catch_up(session, link, now=here.now)
    return True


def catching_up() -> sa.Select[Any]:
    row = CalendarLink
    return sa.select(row.id).where(row.caught_up_to_id.is_not(None), row.state == LinkState.ACTIVE).limit(1)


def _catch_up(session: Session, link: CalendarLink, *, now: datetime) -> None:
    row = Reservation
    ahead = sa.select(row.id).where(row.id > (link.caught_up_to_id or 0), row.ends_at > now, row.state.in_(BLOCKING))
    if link.provider_id is not None:
        ahead = ahead.where(row.provider_id == link.provider_id)
    found = session.scalars(ahead.order_by(row.id).limit(CHUNK)).all()
    if found:
        _wish(session, [{"link_id": link.id, "reservation_id": each} for each in found])
    link.caught_up_to_id = found[-1] if len(found) == CHUNK else None


# Telling Google ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Job:
    event_row_id: int
    link_id: int
    revision: int
    until: datetime
    key: Key
    calendar_id: str
    google_id: str
    event: dict[str, Any] | None
    """None: it is to be taken away."""
    was_written: bool


def due(wall: Any) -> sa.Select[Any]:
    """The next row to be told of."""
    row = CalendarEvent
    link = CalendarLink
    ready = sa.or_(row.retry_at.is_(None), row.retry_at <= wall)
    rested = sa.or_(link.rests_until.is_(None), link.rests_until <= wall)
    query = sa.select(row.id).join(link, link.id == row.link_id)
    return query.where(row.is_due, ready, rested, link.state == LinkState.ACTIVE).order_by(row.id).limit(1)


def one(here: Here) -> bool:
    """Tell Google of one booking; False when there is none to tell of."""
    with here.database.read() as session:
        if session.scalar(due(here.wall)) is None:
            return False
    with here.database.unit() as session:
        job = _claim(session, here)
    if job is not None:
        error = _do(job, here)
        with here.database.unit() as session:
            _record(session, job, error, here)
    return True


def _claim(session: Session, here: Here) -> _Job | None:
    mine = sa.select(CalendarEvent).where(CalendarEvent.id.in_(due(here.wall)))
    row = session.scalars(mine.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    link, reservation = row.link, session.get_one(Reservation, row.reservation_id)
    is_wanted = reservation.state in content.SHOWN and link.provider_id in (None, reservation.provider_id)
    if not is_wanted and not row.may_exist:
        session.delete(row)
        return None
    if (key := telling.key_or_lose(session, link, here)) is None:
        return None
    row.retry_at, row.attempts = here.wall + LEASE, row.attempts + 1
    row.may_exist = True
    zone = shop_settings.zone(session)
    event = content.event(reservation, shows_names=link.shows_names, public_url=here.public_url, zone=zone)
    return _Job(
        event_row_id=row.id,
        link_id=link.id,
        revision=row.revision,
        until=row.retry_at,
        key=key,
        calendar_id=link.calendar_id or "",
        google_id=event["id"],
        event=event if is_wanted else None,
        was_written=row.written_at is not None,
    )


def _do(job: _Job, here: Here) -> DomainError | None:
    """No unit of work is open here."""
    try:
        job.key.call(here.google, lambda token: _tell(job, here, token), wall=here.wall)
    except DomainError as error:
        log.warning("calendar event %s: %s", job.event_row_id, error.message)
        return error
    return None


def _tell(job: _Job, here: Here, token: str) -> None:
    if job.event is None:
        return _delete(job, here, token)
    if job.was_written:
        try:
            return here.google.update(token, job.calendar_id, job.event)
        except GoogleError as error:
            if error.http_status not in (404, 410):
                raise
    try:
        here.google.insert(token, job.calendar_id, job.event)
    except GoogleError as error:
        if error.http_status != 409:  # it is there already, or was: an earlier answer got lost
            raise
        here.google.update(token, job.calendar_id, job.event)


def _delete(job: _Job, here: Here, token: str) -> None:
    try:
        here.google.delete(token, job.calendar_id, job.google_id)
    except GoogleError as error:
        if error.http_status not in (404, 410):
            raise


def _record(session: Session, job: _Job, error: DomainError | None, here: Here) -> None:
    link = session.get(CalendarLink, job.link_id, with_for_update=True)
    row = session.get(CalendarEvent, job.event_row_id, with_for_update=True)
    if link is None or row is None:
        return
    tokens.keep(link, job.key, here.vault)
    if row.retry_at != job.until:
        return  # somebody else took it over
    if error is not None:
        return _failed(session, link, row, job, error, here)
    row.attempts, row.retry_at, row.reason = 0, None, None
    row.written_at = here.now if job.event is not None else None
    if row.revision == job.revision:
        row.is_due = False
        if job.event is None:
            session.delete(row)
    return None


def _failed(
    session: Session, link: CalendarLink, row: CalendarEvent, job: _Job, error: DomainError, here: Here
) -> None:
    if isinstance(error, Revoked):
        row.retry_at = None  # it goes on when the calendar is connected again
        if link.state is LinkState.ACTIVE:
            telling.lose(session, link, now=here.now)
        return
    row.reason = error.message
    if pausing.is_final(error):
        row.retry_at, row.is_due = None, row.revision != job.revision
    else:
        # The other bookings wait as well: one after the other would find the same.
        row.retry_at = link.rests_until = here.wall + pausing.pause(row.attempts, error)
