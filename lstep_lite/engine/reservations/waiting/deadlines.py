"""Until when an offer is kept: two hours, less when the start is near, and at night from eight in the morning."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

USUAL = timedelta(hours=2)
LEAST = timedelta(minutes=15)
NIGHT, MORNING = time(21), time(8)


def ends_at(now: datetime, last: datetime, zone: ZoneInfo) -> datetime:
    """*last*: until when it can be booked at all. At most half of what is left, so that others may follow."""
    begins = _awake(now, zone)
    if begins >= last:
        return last
    kept = min(USUAL, max(LEAST, (last - begins) / 2))
    return min(_whole(begins + kept), last)


def _awake(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    if MORNING <= local.time() < NIGHT:
        return now
    day = local.date() + timedelta(days=1) if local.time() >= NIGHT else local.date()
    return datetime.combine(day, MORNING, zone)


def _whole(moment: datetime) -> datetime:
    """「15:00」 is said to customers, not 15:00:07."""
    return moment.replace(second=0, microsecond=0)
