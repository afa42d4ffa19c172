"""Feeds that calendar programs subscribe to: whoever knows the address reads the bookings, so it is random and can be
taken back at any time.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar, Event
from sqlalchemy.orm import Session, joinedload, selectinload

from lstep_lite.engine import settings
from lstep_lite.engine.reservations.calendars import content, subjects
from lstep_lite.engine.reservations.calendars.subjects import Subject
from lstep_lite.errors import NotFound
from lstep_lite.models import BLOCKING, CalendarFeed, Provider, ProviderState, Reservation, ReservationState

PATH = "/calendar-feeds/{code}.ics"
PAST, AHEAD = timedelta(days=30), timedelta(days=180)
CANCELLED_FOR = timedelta(days=30)
"""So long a booking that was given up is told as cancelled, for programs that keep what they have once seen."""
REFRESH = timedelta(hours=1)
"""How often programs are asked to look; most do so when they like."""
SHOWN = (*BLOCKING, ReservationState.COMPLETED)
GIVEN_UP = (
    ReservationState.CANCELLED,
    ReservationState.DECLINED,
    ReservationState.EXPIRED,
    ReservationState.NO_SHOW,
)


@dataclass(frozen=True)
class Feed:
    data: bytes
    tag: str
    """Changes with the content."""


# Addresses -----------------------------------------------------------------------------------------------------------


def by_subject(session: Session) -> Mapping[str, CalendarFeed]:
    return {feed.subject: feed for feed in session.scalars(sa.select(CalendarFeed))}


def renew(session: Session, subject: str, *, now: datetime) -> CalendarFeed:
    """A new address; the one before is good no longer."""
    whose = subjects.get(session, subject)
    feed = session.get(CalendarFeed, whose.key)
    if feed is None:
        feed = CalendarFeed(subject=whose.key, provider_id=whose.provider_id)
        session.add(feed)
    feed.code, feed.made_at = secrets.token_urlsafe(32), now
    return feed


def close(session: Session, subject: str) -> None:
    session.delete(_get(session, subject))


def show_names(session: Session, subject: str, *, is_on: bool) -> None:
    _get(session, subject).shows_names = is_on


def _get(session: Session, subject: str) -> CalendarFeed:
    feed = session.get(CalendarFeed, subject)
    if feed is None:
        raise NotFound("このアドレスは、もう使われていません。必要なら、新しく作ってください。")
    return feed


# What they say -------------------------------------------------------------------------------------------------------


def read(session: Session, code: str, *, public_url: str, now: datetime) -> Feed:
    """Raises NotFound for an address that is not, or no longer, good."""
    feed = session.scalar(sa.select(CalendarFeed).where(CalendarFeed.code == code))
    if feed is None or _has_left(session, feed, now):
        raise NotFound
    calendar = _calendar(_name(session, feed))
    for reservation in _bookings(session, feed, now):
        calendar.add_component(_event(reservation, feed, public_url))
    data = calendar.to_ical()
    return Feed(data, hashlib.sha256(data).hexdigest()[:32])


def _has_left(session: Session, feed: CalendarFeed, now: datetime) -> bool:
    """Who does not work here any more reads nothing."""
    if feed.provider_id is None:
        return False
    provider = session.get_one(Provider, feed.provider_id)
    today = now.astimezone(settings.zone(session)).date()
    is_over = provider.retires_on is not None and provider.retires_on <= today
    return is_over or provider.state is ProviderState.RETIRED


def _name(session: Session, feed: CalendarFeed) -> str:
    if feed.provider_id is None:
        return "予約（お店全体）"
    return f"予約（{session.get_one(Provider, feed.provider_id).name}）"


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//lstep_lite//reservations//JA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    return calendar


def _bookings(session: Session, feed: CalendarFeed, now: datetime) -> Sequence[Reservation]:
    """Those of the time shown, and the ones given up lately; a booking moved to somebody else is simply gone."""
    row = Reservation
    is_near = row.starts_at.between(now - PAST, now + AHEAD)
    is_told = sa.or_(row.state.in_(SHOWN), sa.and_(row.state.in_(GIVEN_UP), row.updated_at > now - CANCELLED_FOR))
    query = sa.select(row).where(is_near, is_told)
    if feed.provider_id is not None:
        query = query.where(row.provider_id == feed.provider_id)
    loaded = query.options(joinedload(row.friend), selectinload(row.lines)).order_by(row.starts_at, row.id)
    return session.scalars(loaded).all()


def _event(reservation: Reservation, feed: CalendarFeed, public_url: str) -> Event:
    """A changed booking has the same UID and a higher SEQUENCE, so that programs move theirs."""
    event = Event()
    event.add("uid", f"{reservation.code}@lstep-lite")
    event.add("sequence", reservation.version - 1)
    event.add("dtstamp", _utc(reservation.updated_at))
    event.add("last-modified", _utc(reservation.updated_at))
    event.add("dtstart", _utc(reservation.starts_at))
    event.add("dtend", _utc(reservation.ends_at))
    event.add("summary", content.title(reservation, shows_names=feed.shows_names))
    event.add("description", content.description(reservation, public_url=public_url))
    event.add("status", _status(reservation))
    return event


def _status(reservation: Reservation) -> str:
    if reservation.state in GIVEN_UP:
        return "CANCELLED"
    is_open = reservation.state in (ReservationState.HELD, ReservationState.REQUESTED)
    return "TENTATIVE" if is_open else "CONFIRMED"


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def shown(session: Session) -> Sequence[tuple[Subject, CalendarFeed | None]]:
    """Everybody who has an address, or could have one."""
    found = by_subject(session)
    return [(each, found.get(each.key)) for each in subjects.all_of(session)]
