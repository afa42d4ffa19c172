"""Business days (営業日・祝日): the weekly rest, the holidays of Japan, and single days that differ."""

from lstep_lite.engine.business_days.calendar import Calendar
from lstep_lite.engine.business_days.keeping import (
    LONGEST_NAME,
    YEARS,
    DayDraft,
    ListedDay,
    WeekDraft,
    calendar,
    composed,
    listed,
    put,
    remove,
    update_week,
    week_in_words,
)

__all__ = [
    "LONGEST_NAME",
    "YEARS",
    "Calendar",
    "DayDraft",
    "ListedDay",
    "WeekDraft",
    "calendar",
    "composed",
    "listed",
    "put",
    "remove",
    "update_week",
    "week_in_words",
]
