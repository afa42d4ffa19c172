"""Telling: one notification, a receipt for each recipient, and what goes out besides the bell."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new, known_row
from lstep_lite.engine import settings
from lstep_lite.engine.notifications import hours, rules
from lstep_lite.engine.notifications.kinds import Recipients, Rule, kinds
from lstep_lite.models import (
    Dispatch,
    DispatchState,
    Friend,
    Notification,
    NotificationChannel,
    Receipt,
    Role,
    Staff,
    StaffLink,
)

log = logging.getLogger(__name__)


def notify(
    session: Session,
    kind: str,
    *,
    title: str,
    href: str,
    dedupe_key: str,
    now: datetime,
    body: str = "",
    friend: Friend | None = None,
    recipients: Recipients | None = None,
) -> Notification | None:
    """Tell staff of something by the rule of *kind*; None when that is off, or *dedupe_key* was told before.

    *title* holds no personal data, *body* may; *href* is the path of the page to go to; *recipients* are told instead
    of the rule's. Whatever goes wrong is logged and kept from the caller, whose business matters more.
    """
    chosen = rules.rule(session, kinds[kind])
    if not chosen.is_on:
        return None
    session.flush()  # what fails here is the caller's own
    row = {"kind": kind, "title": title, "body": body, "href": href, "dedupe_key": dedupe_key, "created_at": now}
    row["friend_id"] = friend.id if friend else None
    try:
        with session.begin_nested():
            return _tell(session, row, chosen, recipients or chosen.recipients, now)
    except OperationalError:
        raise  # a lost connection or lock: the whole unit is tried again
    except Exception:
        log.exception("notification %s could not be made", dedupe_key)
        return None


def _tell(
    session: Session, row: dict[str, Any], chosen: Rule, recipients: Recipients, now: datetime
) -> Notification | None:
    notification_id = session.scalar(insert_new(session, Notification).values(row).returning(Notification.id))
    if notification_id is None:
        return None
    people = _people(session, recipients)
    rows = [{"notification_id": notification_id, "staff_id": person.id} for person in people]
    if rows:
        session.execute(insert_new(session, Receipt), rows)
    for channel in chosen.channels:
        _send_later(session, notification_id, row["kind"], channel, people, chosen, now)
    return known_row(session, Notification(id=notification_id, **row))


def _people(session: Session, recipients: Recipients) -> Sequence[Any]:
    """(id, has LINE) of everybody to tell; the owners, when nobody of those chosen is left."""
    query = sa.select(Staff.id, StaffLink.staff_id.is_not(None).label("has_line")).outerjoin(StaffLink)
    chosen = sa.or_(Staff.role.in_(recipients.roles), Staff.id.in_(recipients.staff_ids))
    found = session.execute(query.where(Staff.is_active, chosen).order_by(Staff.id)).all()
    return found or session.execute(query.where(Staff.is_active, Staff.role == Role.OWNER)).all()


def _send_later(
    session: Session,
    notification_id: int,
    kind: str,
    channel: NotificationChannel,
    people: Sequence[Any],
    chosen: Rule,
    now: datetime,
) -> None:
    wanted = [person.id for person in people if channel is NotificationChannel.EMAIL or person.has_line]
    if not wanted:
        return
    latest = _latest(session, kind, channel, wanted) if chosen.bundle_minutes else {}
    zone = settings.zone(session)
    session.execute(
        sa.insert(Dispatch),
        [
            {
                "notification_id": notification_id,
                "staff_id": staff_id,
                "channel": channel,
                "kind": kind,
                "due_at": hours.after_quiet(_bundled(latest.get(staff_id), chosen, now), chosen.quiet, zone),
                "state": DispatchState.WAITING,
            }
            for staff_id in wanted
        ],
    )


def _latest(session: Session, kind: str, channel: NotificationChannel, staff_ids: list[int]) -> dict[int, datetime]:
    """When each was last told of this kind that way, or will be next."""
    of_kind = (Dispatch.staff_id == Staff.id, Dispatch.channel == channel, Dispatch.kind == kind)
    # One look into the index a person; a MAX by groups would read all they were ever told.
    newest = sa.select(Dispatch.due_at).where(*of_kind).order_by(Dispatch.due_at.desc()).limit(1).scalar_subquery()
    query = sa.select(Staff.id, newest).where(Staff.id.in_(staff_ids), newest.is_not(None))
    return dict(session.execute(query).all())


def _bundled(latest: datetime | None, chosen: Rule, now: datetime) -> datetime:
    """The first of a kind leaves at once; what follows within the interval leaves together at its end."""
    if latest is None:
        return now
    return latest if latest > now else max(now, latest + timedelta(minutes=chosen.bundle_minutes))
