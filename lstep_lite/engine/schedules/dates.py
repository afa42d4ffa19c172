"""Friends' own days: those whose date field, moved by some days, falls on the day of a run."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import fields
from lstep_lite.models import FieldType

BIRTHDAY = "system:birthday"
FIELD = "field:"
OWN_DAY = "own_day"
"""The kind of condition that says so, segments/conditions/own_day.py."""


def targets(session: Session) -> dict[str, str]:
    """The date fields a plan may go by: their names by key."""
    return {target.key: target.name for target in fields.targets(session) if target.type is FieldType.DATE}


def mentioned(target: str) -> list[tuple[str, int | str]]:
    """The row behind a key, for `mentions`."""
    return [("fields", target.removeprefix(FIELD))] if target.startswith(FIELD) else []


def condition_on(params: dict[str, Any], day: date) -> dict[str, Any]:
    """The condition that a run on *day* adds to the schedule's own: whose field holds the day it is about."""
    on = day - timedelta(days=params["days"])
    return {
        "id": "own-day",
        "kind": OWN_DAY,
        "data": {"target": params["target"], "on": on.isoformat(), "yearly": params["yearly"]},
    }
