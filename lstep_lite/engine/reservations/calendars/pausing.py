"""What all work at Google shares: what there is to work with, leases, and how long to wait after what went wrong."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lstep_lite.db import Database
from lstep_lite.engine.reservations.calendars.google import Google, GoogleError
from lstep_lite.engine.secrets import Vault
from lstep_lite.errors import DomainError

LEASE = timedelta(minutes=5)
"""Longer than all calls of one piece of work may take together."""
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Here:
    """What there is to work with."""

    database: Database
    google: Google
    vault: Vault
    public_url: str
    now: datetime
    wall: datetime


def is_final(error: DomainError) -> bool:
    """Whether trying again as it is won't help."""
    return isinstance(error, GoogleError) and error.permanent


def pause(attempts: int, error: DomainError) -> timedelta:
    """How long to wait after so many attempts that failed; longer where Google asks for it."""
    own = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(max(attempts, 1) - 1, 10)))
    asked = error.rest if isinstance(error, GoogleError) else None
    return max(own, asked or own)
