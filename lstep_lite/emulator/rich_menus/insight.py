"""How often a menu was seen and its areas were tapped, as LINE tells it: by day of UTC+9, and only of days gone by.

Nothing is told of a period in which fewer than twenty people tapped.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..calls import Answer, Call
from ..limits import LINE_ZONE
from ..refusals import refusal
from ..store import Store
from . import menus

if TYPE_CHECKING:
    from ..platform import Emulator

SEEN = -1  # stands for an area: the whole menu was shown open
FEWEST_PEOPLE = 20
SUMMARY_DAYS, DAILY_DAYS = 396, 99
YEARS_BACK = 3


def note(store: Store, rich_menu_id: str, area: int, user_id: str, *, now: datetime) -> None:
    """Count one view (*area* is SEEN) or one tap."""
    store.write(
        "INSERT INTO rich_menu_use VALUES (?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
        rich_menu_id,
        f"{now.astimezone(LINE_ZONE):%Y%m%d}",
        area,
        user_id,
    )


def summary(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    return _told(emulator, call, rich_menu_id, most_days=SUMMARY_DAYS, shown=_total)


def daily(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    return _told(emulator, call, rich_menu_id, most_days=DAILY_DAYS, shown=_by_day)


def _told(emulator: "Emulator", call: Call, rich_menu_id: str, *, most_days: int, shown: Any) -> Answer:
    menu = menus.required(emulator.store, rich_menu_id)
    first, last = _period(call, most_days)
    yesterday = call.now.astimezone(LINE_ZONE).date() - timedelta(days=1)
    covered = (f"{first:%Y%m%d}", f"{min(last, yesterday):%Y%m%d}")
    [clickers] = emulator.store.rows(
        "SELECT count(DISTINCT user_id) AS people FROM rich_menu_use "
        "WHERE rich_menu_id = ? AND area != ? AND day BETWEEN ? AND ?",
        rich_menu_id,
        SEEN,
        *covered,
    )
    if clickers["people"] < FEWEST_PEOPLE:
        return Answer({"richMenuId": rich_menu_id})
    areas = [area["bounds"] for area in json.loads(menu["body"])["areas"]]
    numbers = {area: shown(emulator.store, rich_menu_id, area, covered) for area in range(SEEN, len(areas))}
    return Answer(
        {
            "richMenuId": rich_menu_id,
            "metricsFrom": covered[0],
            "metricsTo": covered[1],
            "impression": {"metrics": numbers[SEEN]},
            "clicks": [{"bounds": bounds, "metrics": numbers[area]} for area, bounds in enumerate(areas)],
        }
    )


def _total(store: Store, rich_menu_id: str, area: int, covered: tuple[str, str]) -> dict[str, int]:
    [row] = store.rows(
        "SELECT coalesce(sum(times), 0) AS times, count(DISTINCT user_id) AS people FROM rich_menu_use "
        "WHERE rich_menu_id = ? AND area = ? AND day BETWEEN ? AND ?",
        rich_menu_id,
        area,
        *covered,
    )
    return {"count": row["times"], "uniqueUsers": row["people"]}


def _by_day(store: Store, rich_menu_id: str, area: int, covered: tuple[str, str]) -> list[dict[str, Any]]:
    """Days without any are left out."""
    rows = store.rows(
        "SELECT day, sum(times) AS times, count(*) AS people FROM rich_menu_use "
        "WHERE rich_menu_id = ? AND area = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day",
        rich_menu_id,
        area,
        *covered,
    )
    return [{"date": row["day"], "count": row["times"], "uniqueUsers": row["people"]} for row in rows]


def _period(call: Call, most_days: int) -> tuple[date, date]:
    query = call.query()
    first, last = _date(query.get("from")), _date(query.get("to"))
    earliest = _years_ago(call.now.astimezone(LINE_ZONE).date())
    if last < first:
        raise refusal(400, "Parameter to must be the same date as, or after parameter from.")
    if (last - first).days > most_days:
        raise refusal(400, f"Date range exceeds. Max range is {most_days} days.")
    if first < earliest:
        raise refusal(400, f"Parameter from must be the same date as, or after {earliest}.")
    return first, last


def _date(written: str | None) -> date:
    if not written or not re.fullmatch(r"\d{8}", written):
        raise refusal(400, "Bad Request")
    try:
        return datetime.strptime(written, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise refusal(400, "Bad Request") from None


def _years_ago(today: date) -> date:
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - YEARS_BACK, day=28 if is_leap_day else today.day)
