"""How much may be sent: the monthly allowance and the rate of calls."""

import threading
import time
from datetime import datetime, timedelta, timezone

from .refusals import monthly_limit, too_many_calls
from .store import Store

LINE_ZONE = timezone(timedelta(hours=9))  # months of the allowance are counted in UTC+9
DEFAULT_MONTHLY_LIMIT = 200


def monthly_allowance(store: Store) -> int | None:
    """None means unlimited."""
    limit: int | None = store.setting("quota_limit", DEFAULT_MONTHLY_LIMIT)
    return limit


def used_this_month(store: Store, *, now: datetime) -> int:
    row = store.row("SELECT used FROM usage WHERE month = ?", _month(now))
    return 0 if row is None else row["used"]


def set_used(store: Store, used: int, *, now: datetime) -> None:
    store.write("INSERT OR REPLACE INTO usage VALUES (?, ?)", _month(now), used)


def spend(store: Store, count: int, *, now: datetime) -> None:
    """Count *count* recipients. Raises Refused when the month's allowance does not hold them all."""
    limit = monthly_allowance(store)
    used = used_this_month(store, now=now)
    if limit is not None and used + count > limit:
        raise monthly_limit()
    set_used(store, used + count, now=now)


def _month(now: datetime) -> str:
    local = now.astimezone(LINE_ZONE)
    return f"{local.year}-{local.month:02}"


class RateLimits:
    """A token bucket for each endpoint. Buckets live on the wall clock and start full."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, endpoint: str, calls: int, period_seconds: int) -> None:
        """Raises Refused when *endpoint* was called more than *calls* times in *period_seconds*."""
        wall = time.monotonic()
        with self._lock:
            level, filled_at = self._buckets.get(endpoint, (float(calls), wall))
            level = min(calls, level + (wall - filled_at) * calls / period_seconds)
            self._buckets[endpoint] = (level - 1 if level >= 1 else level, wall)
        if level < 1:
            raise too_many_calls()
