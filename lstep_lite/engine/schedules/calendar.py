"""When a schedule runs. Pure: a plan, a moment and the shop's zone give the next run.

A plan names days; on each it runs once, at its clock time. A time that the clocks skip when summer time begins is taken
an hour later, one that comes twice is taken the first time.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine.text import WEEKDAYS, day_in_words
from lstep_lite.models import Pattern

LAST = -1
NTHS = {1: "第1", 2: "第2", 3: "第3", 4: "第4", LAST: "最後の"}
LONGEST_GAP = 366
"""Days. Every plan that is not over has a day within so many."""


@dataclass(frozen=True)
class Plan:
    """*params* by pattern:

    once       {"on": "2026-03-05"}
    weekly     {"weekdays": [0, …]}
    monthly    {"by": "day", "day": 31} | {"by": "nth", "nth": 1…4 or -1, "weekday": 1} | {"by": "last"}
    yearly     {"month": 2, "day": 29}
    date_field {"target": "field:12" or "system:birthday", "days": -3, "yearly": true}: looked at every day
    """

    pattern: Pattern
    at_time: str
    params: dict[str, Any] = field(default_factory=dict)
    starts_on: date | None = None
    ends_on: date | None = None


def next_run(plan: Plan, after: datetime, zone: ZoneInfo) -> datetime | None:
    """The first run after a moment; None when there is none any more."""
    for day in _days(plan, after.astimezone(zone).date()):
        moment = _moment(plan, day, zone)
        if moment > after:
            return moment
    return None


def next_runs(plan: Plan, after: datetime, zone: ZoneInfo, *, count: int) -> list[datetime]:
    found: list[datetime] = []
    while len(found) < count and (moment := next_run(plan, found[-1] if found else after, zone)) is not None:
        found.append(moment)
    return found


def _days(plan: Plan, first: date) -> Iterator[date]:
    """The plan's days from *first* on, none before its period or after it."""
    first = max(first, plan.starts_on or first)
    if plan.pattern is Pattern.ONCE:
        first = max(first, date.fromisoformat(plan.params["on"]))
    for number in range(LONGEST_GAP + 1):
        day = first + timedelta(days=number)
        if plan.ends_on is not None and day > plan.ends_on:
            return
        if _fits(plan, day):
            yield day


def _fits(plan: Plan, day: date) -> bool:
    params = plan.params
    match plan.pattern:
        case Pattern.ONCE:
            return day == date.fromisoformat(params["on"])
        case Pattern.WEEKLY:
            return day.weekday() in params["weekdays"]
        case Pattern.MONTHLY:
            return _fits_month(params, day)
        case Pattern.YEARLY:
            return day == in_year(day.year, params["month"], params["day"])
        case _:  # daily; and friends' own days are looked for every day
            return True


def _fits_month(params: dict[str, Any], day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if params["by"] == "day":
        return day == in_year(day.year, day.month, params["day"])
    if params["by"] == "last":
        return day.day == last
    if day.weekday() != params["weekday"]:
        return False
    return day.day > last - 7 if params["nth"] == LAST else (day.day - 1) // 7 + 1 == params["nth"]


def in_year(year: int, month: int, day: int) -> date:
    """That day in *year*; a day that the month does not have is its last one."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def _moment(plan: Plan, day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(plan.at_time), tzinfo=zone).astimezone(UTC)


# In words ------------------------------------------------------------------------------------------------------------


def in_words(plan: Plan, target: str = "") -> str:
    """For example 「毎月第2火曜日の10:00」. *target* is the name of the date field, where there is one."""
    return f"{_days_in_words(plan, target)}の{plan.at_time}{_period_in_words(plan)}"


def _days_in_words(plan: Plan, target: str) -> str:
    params = plan.params
    match plan.pattern:
        case Pattern.ONCE:
            return day_in_words(date.fromisoformat(params["on"]))
        case Pattern.DAILY:
            return "毎日"
        case Pattern.WEEKLY:
            return "毎週" + "・".join(WEEKDAYS[day] for day in params["weekdays"]) + "曜日"
        case Pattern.MONTHLY:
            return f"毎月{_month_in_words(params)}"
        case Pattern.YEARLY:
            rare = "（2月29日がない年は28日）" if (params["month"], params["day"]) == (2, 29) else ""
            return f"毎年{params['month']}月{params['day']}日{rare}"
        case Pattern.DATE_FIELD:
            return f"「{target}」{'（毎年）' if params['yearly'] else ''}{_offset_in_words(params['days'])}"


def _month_in_words(params: dict[str, Any]) -> str:
    if params["by"] == "last":
        return "最後の日"
    if params["by"] == "nth":
        return f"{NTHS[params['nth']]}{WEEKDAYS[params['weekday']]}曜日"
    rare = f"（{params['day']}日がない月は最後の日）" if params["day"] > 28 else ""
    return f"{params['day']}日{rare}"


def _offset_in_words(days: int) -> str:
    if not days:
        return "の当日"
    return f"の{abs(days)}日{'前' if days < 0 else '後'}"


def _period_in_words(plan: Plan) -> str:
    if plan.starts_on is None and plan.ends_on is None:
        return ""
    starts = f"{day_in_words(plan.starts_on)}から" if plan.starts_on else ""
    ends = f"{day_in_words(plan.ends_on)}まで" if plan.ends_on else ""
    return f"（{starts}{ends}）"
