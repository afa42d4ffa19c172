"""配信カレンダー: what goes out on each day of a month, and how long the allowance lasts."""

from datetime import date
from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import outlook
from lstep_lite.engine.staff import Permission
from lstep_lite.web import render

bp = Blueprint("outlook", __name__, url_prefix="/outlook")

LINKS = {
    "broadcasts": ("broadcasts.show", "broadcast_id"),
    "scenarios": ("scenarios.show", "scenario_id"),
    "reminders": ("reminders.show", "reminder_id"),
    "schedules": ("schedules.show", "schedule_id"),
}
ICONS = {
    "broadcasts": "speakerphone",
    "scenarios": "route",
    "reminders": "alarm",
    "schedules": "calendar-event",
    "deliveries": "history",
}


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    return _page(_asked())


@bp.post("")
@allow(Permission.MESSAGES_EDIT)
def create() -> Response:
    """Reckon the month anew; nothing is locked while everybody is looked at."""
    first = _asked()
    items = outlook.reckon(g.read, first, now=g.now)
    outlook.keep(g.session, first, items, now=g.now)
    return _page(first, "month")


def _asked() -> date:
    return outlook.month_of(request.values.get("month", ""), now=g.now, zone=g.zone)


def _page(first: date, *regions: str) -> Response:
    return render(
        "outlook/index.html",
        *regions,
        then=url_for(".index", month=f"{first:%Y-%m}") if regions else "",
        first=first,
        month=outlook.month(g.read, first, now=g.now),
        today=g.now.astimezone(g.zone).date(),
        neighbours=[outlook.later(first, -1), outlook.later(first, 1)],
        href=_href,
        icons=ICONS,
    )


def _href(item: outlook.Item) -> str:
    if item.feature in LINKS:
        endpoint, name = LINKS[item.feature]
        row: dict[str, Any] = {name: item.row_id}
        return url_for(endpoint, **row)
    return url_for("deliveries.index", state="waiting")
