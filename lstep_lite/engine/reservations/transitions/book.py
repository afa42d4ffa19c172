"""The shop's book of reservations: its settings, and the lock under which what is taken or offered changes.

Order of locks everywhere: friends by their ids, then this one, then anything else. So a unit that holds it locks no
other friend: what a place that became free means for others is written down as a Vacancy, and taken up later.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lstep_lite.db import is_alone
from lstep_lite.engine import locking
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.errors import DomainError
from lstep_lite.models import ReservationSettings, Shop

PATIENCE = "3s"
LOCK_NOT_AVAILABLE = "55P03"
CLOSED = "予約の受付はまだ始まっていません。先に予約の設定をしてください。"


def settings(session: Session) -> ReservationSettings:
    """Raises DomainError before the shop takes bookings at all."""
    found = session.get(ReservationSettings, 1)
    if found is None:
        raise DomainError(CLOSED)
    session.info["reservation settings"] = found  # held, so that they are asked for once
    return found


def lock(session: Session) -> ReservationSettings:
    """Nobody else books, or changes what is offered, until this unit ends. On SQLite the unit itself sees to that.

    Must come before the availability is looked at. Raises Refused (BUSY) after three seconds.
    """
    if not is_alone(session):
        session.execute(sa.text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
    row = sa.select(ReservationSettings, Shop).outerjoin(Shop, sa.true()).where(ReservationSettings.id == 1)
    row = row.with_for_update(of=ReservationSettings)
    try:
        locking.turn(session, "reservations", 1)
        found = session.execute(row, execution_options={"populate_existing": True}).first()
    except OperationalError as failure:
        if getattr(failure.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            raise refusals.busy() from failure
        raise
    if found is None:
        raise DomainError(CLOSED)
    session.info["booking"] = found  # held, so that both are asked for once
    settings_row: ReservationSettings = found.ReservationSettings
    return settings_row


def changed(settings: ReservationSettings, *, now: datetime) -> None:
    """Something that can alter what is offered, or what it costs, was changed under the lock."""
    settings.version += 1
    settings.updated_at = now
