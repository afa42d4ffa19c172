"""Business days (営業日・祝日): the weekly rest, the holidays of Japan, and single days that differ."""

from lstep_lite.engine.business_days.calendar import WEEKDAYS, Calendar
from lstep_lite.engine.business_days.keeping import (
    YEARS,
    DayDraft,
    WeekDraft,
    calendar,
    listed,
    put,
    remove,
    update_week,
    week_in_words,
)

__all__ = [
    "WEEKDAYS",
    "YEARS",
    "Calendar",
    "DayDraft",
    "WeekDraft",
    "calendar",
    "listed",
    "put",
    "remove",
    "update_week",
    "week_in_words",
]
