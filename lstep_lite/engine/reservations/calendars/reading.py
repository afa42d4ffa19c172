"""When calendars outside are busy, nothing is booked. Only the times are kept, never what they are about.

All is read once a day, and in between what Google says has changed. What was booked before stays: where it lies in a
busy time it gets the mark 要調整.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import settings as shop_settings
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.calendars import content, pausing, telling, tokens
from lstep_lite.engine.reservations.calendars.google import GoogleError, Revoked
from lstep_lite.engine.reservations.calendars.pausing import LEASE, Here
from lstep_lite.engine.reservations.calendars.tokens import Key
from lstep_lite.engine.reservations.transitions import book, looking_over, places
from lstep_lite.engine.reservations.transitions.recording import AUTOMATION
from lstep_lite.errors import DomainError
from lstep_lite.models import BLOCKING, CalendarLink, ExternalBusy, LinkState, Reservation

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=3)
WHOLE_EVERY = timedelta(hours=24)
"""All is read anew, so that the days looked at move on and nothing missed stays missed."""
BACK, AHEAD = timedelta(days=1), timedelta(days=400)
MOST_PAGES = 20
CHUNK = 300
"""Rows of one unit."""
MOST_VACANCIES = 60
FREE_KINDS = frozenset({"workingLocation", "birthday"})
TOO_MANY = "Googleカレンダーの予定が多すぎて、読み込めませんでした。予定の少ない、予約用のカレンダーを選んでください。"
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class _Job:
    link_id: int
    until: datetime
    key: Key
    calendar_id: str
    sync_token: str | None
    zone: tzinfo


@dataclass
class _Found:
    """What Google said: by its id of an event, when it is busy, or None where it is not (any more)."""

    is_whole: bool
    spans: dict[str, Span | None] = field(default_factory=dict)
    sync_token: str | None = None


def due(wall: Any) -> sa.Select[Any]:
    row = CalendarLink
    query = sa.select(row.id).where(row.due_at <= wall, row.state == LinkState.ACTIVE, row.takes_busy)
    return query.order_by(row.due_at, row.id).limit(1)


def one(here: Here) -> bool:
    """Read one calendar; False when none is due."""
    with here.database.read() as session:
        if session.scalar(due(here.wall)) is None:
            return False
    with here.database.unit() as session:
        job = _claim(session, here)
    if job is not None:
        _work(job, here)
    return True


def _claim(session: Session, here: Here) -> _Job | None:
    mine = sa.select(CalendarLink).where(CalendarLink.id.in_(due(here.wall)))
    link = session.scalars(mine.with_for_update(skip_locked=True)).one_or_none()
    if link is None:
        return None
    if (key := telling.key_or_lose(session, link, here)) is None:
        return None
    link.due_at, link.attempts = here.wall + LEASE, link.attempts + 1
    is_old = link.read_whole_at is None or here.now - link.read_whole_at >= WHOLE_EVERY
    return _Job(
        link.id,
        link.due_at,
        key,
        link.calendar_id or "",
        None if is_old else link.sync_token,
        shop_settings.zone(session),
    )


def _work(job: _Job, here: Here) -> None:
    try:
        found = job.key.call(here.google, lambda token: _read(job, here, token), wall=here.wall)
        _take_over(job, found, here)
    except DomainError as error:
        log.warning("calendar %s: %s", job.link_id, error.message)
        with here.database.unit() as session:
            _failed(session, job, error, here)


# Asking Google -------------------------------------------------------------------------------------------------------


def _read(job: _Job, here: Here, token: str) -> _Found:
    if job.sync_token is not None:
        try:
            return _pages(job, here, token, {"syncToken": job.sync_token}, is_whole=False)
        except GoogleError as error:
            if error.http_status != 410:  # Google has forgotten where we were
                raise
    window = {"timeMin": _stamp(here.now - BACK), "timeMax": _stamp(here.now + AHEAD)}
    return _pages(job, here, token, window, is_whole=True)


def _pages(job: _Job, here: Here, token: str, query: Mapping[str, str], *, is_whole: bool) -> _Found:
    found, wanted = _Found(is_whole), dict(query)
    for _ in range(MOST_PAGES):
        answer = here.google.events(token, job.calendar_id, wanted)
        found.spans |= {str(item.get("id", "")): span(item, job.zone) for item in answer.items}
        found.sync_token = answer.sync_token
        if not answer.next_page:
            return found
        wanted["pageToken"] = answer.next_page
    raise GoogleError(TOO_MANY, permanent=True)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(item: Mapping[str, Any], zone: tzinfo) -> Span | None:
    """When an event makes its owner busy; None when it does not. What we wrote ourselves is in our own book."""
    if item.get("status") == "cancelled" or item.get("transparency") == "transparent":
        return None
    if content.is_ours(str(item.get("id", ""))) or item.get("eventType") in FREE_KINDS or _is_declined(item):
        return None
    starts_at, ends_at = _moment(item.get("start"), zone), _moment(item.get("end"), zone)
    if starts_at is None or ends_at is None or starts_at >= ends_at:
        return None
    return starts_at, ends_at


def _is_declined(item: Mapping[str, Any]) -> bool:
    return any(each.get("self") and each.get("responseStatus") == "declined" for each in item.get("attendees", ()))


def _moment(given: Any, zone: tzinfo) -> datetime | None:
    """A whole day begins at midnight on the shop's clock."""
    try:
        if "dateTime" in given:
            found = datetime.fromisoformat(given["dateTime"])
            return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        return days.instant(date.fromisoformat(given["date"]), 0, zone)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


# Taking it over ------------------------------------------------------------------------------------------------------


def _take_over(job: _Job, found: _Found, here: Here) -> None:
    """In units of few rows; where Google's list goes on is kept with the last, so that a kill repeats it all."""
    with here.database.read() as session:
        known = _known(session, job, found)
    wanted = {key: _near(each, here.now) for key, each in found.spans.items()}
    gone = [key for key in known if wanted.get(key) is None and (found.is_whole or key in wanted)]
    changes = {key: each for key, each in wanted.items() if each is not None and known.get(key) != each}
    todo: list[tuple[str, Span | None]] = [*((key, None) for key in gone), *changes.items()]
    touched = [*(known[key] for key in [*gone, *changes] if key in known), *changes.values()]
    freed = [known[key] for key in [*gone, *changes] if key in known]
    for first in range(0, len(todo), CHUNK):
        with here.database.unit() as session:
            if not _apply(session, job, todo[first : first + CHUNK], here):
                return
    with here.database.unit() as session:
        _finish(session, job, found, touched, freed, here)


def _near(stretch: Span | None, now: datetime) -> Span | None:
    """What is long past, or too far ahead to be booked, is not kept."""
    return stretch if stretch and stretch[1] > now - BACK and stretch[0] < now + AHEAD else None


def _known(session: Session, job: _Job, found: _Found) -> dict[str, Span]:
    row = ExternalBusy
    query = sa.select(row.event_id, row.starts_at, row.ends_at).where(row.link_id == job.link_id)
    rows = session.execute(query).all()
    return {key: (start, end) for key, start, end in rows if found.is_whole or key in found.spans}


def _apply(session: Session, job: _Job, changes: list[tuple[str, Span | None]], here: Here) -> bool:
    """False when the calendar is somebody else's work by now, or gone."""
    settings = book.lock(session)
    if _mine(session, job) is None:
        return False
    row, keys = ExternalBusy, [key for key, _ in changes]
    session.execute(sa.delete(row).where(row.link_id == job.link_id, row.event_id.in_(keys)))
    rows = [
        {"link_id": job.link_id, "event_id": key, "starts_at": each[0], "ends_at": each[1]}
        for key, each in changes
        if each is not None
    ]
    if rows:
        session.execute(insert_new(session, row), rows)
    book.changed(settings, now=here.now)
    return True


def _finish(session: Session, job: _Job, found: _Found, touched: list[Span], freed: list[Span], here: Here) -> None:
    if touched:
        book.lock(session)
    link = _mine(session, job)
    if link is None:
        return
    tokens.keep(link, job.key, here.vault)
    link.sync_token, link.read_at, link.attempts, link.reason = found.sync_token, here.now, 0, None
    link.due_at = here.wall + EVERY
    if found.is_whole:
        link.read_whole_at = here.now
    if touched:
        _look_over(session, touched, job.zone, here.now)
        _free(session, freed, job.zone, here.now)


def _mine(session: Session, job: _Job) -> CalendarLink | None:
    """The row, while our lease is the one that counts."""
    link = session.get(CalendarLink, job.link_id, with_for_update=True, populate_existing=True)
    return link if link is not None and link.due_at == job.until else None


def _look_over(session: Session, touched: list[Span], zone: tzinfo, now: datetime) -> None:
    """Flag the bookings that lie in busy time now, and take the flag off those that fit again."""
    row = Reservation
    ahead = sa.select(sa.func.min(row.business_date), sa.func.max(row.business_date)).where(
        row.state.in_(BLOCKING), row.slot_id.is_(None), row.ends_at > now
    )
    first, last = session.execute(ahead).one()
    if first is None:
        return
    begins = min(start for start, _ in touched).astimezone(zone).date() - timedelta(days=1)  # its day may run on
    ends = max(end for _, end in touched).astimezone(zone).date()
    if (begins := max(first, begins)) <= (ends := min(last, ends)):
        looking_over.look_over(session, begins, ends, by=AUTOMATION, now=now)


def _free(session: Session, freed: list[Span], zone: tzinfo, now: datetime) -> None:
    """Somebody who waits may fit where a busy time went."""
    today = now.astimezone(zone).date()
    found = {
        day for start, end in freed for day in days.span(start.astimezone(zone).date(), end.astimezone(zone).date())
    }
    for day in sorted(each for each in found if each >= today)[:MOST_VACANCIES]:
        places.free(session, day, None, now=now, reason="外部カレンダーの予定の変更")


def _failed(session: Session, job: _Job, error: DomainError, here: Here) -> None:
    link = _mine(session, job)
    if link is None:
        return
    tokens.keep(link, job.key, here.vault)
    if isinstance(error, Revoked):
        return telling.lose(session, link, now=here.now)
    link.reason = error.message
    pause = pausing.LONGEST_PAUSE if pausing.is_final(error) else pausing.pause(link.attempts, error)
    link.due_at = here.wall + pause
