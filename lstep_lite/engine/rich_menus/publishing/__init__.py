"""Bringing menus to LINE, and taking them away: step by step, each of which may be the last thing a worker does."""

from lstep_lite.engine.rich_menus.publishing.differences import changes, prospects
from lstep_lite.engine.rich_menus.publishing.due import is_any_due, work_due
from lstep_lite.engine.rich_menus.publishing.requesting import (
    STEPS,
    UNSEEN_STEPS,
    cancel,
    current,
    get,
    is_up_to_date,
    last_live,
    request,
)

__all__ = [
    "STEPS",
    "UNSEEN_STEPS",
    "cancel",
    "changes",
    "current",
    "get",
    "is_any_due",
    "is_up_to_date",
    "last_live",
    "prospects",
    "request",
    "work_due",
]
