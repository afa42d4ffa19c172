"""Events (イベント予約): keeping them and their slots, what customers see of them, and who takes part."""

from lstep_lite.engine.reservations.events import following
from lstep_lite.engine.reservations.events.keeping import (
    COLOR,
    FEATURE,
    EventDraft,
    Page,
    by_code,
    copy,
    create,
    delete,
    find,
    get,
    page,
    switch,
    update,
)

__all__ = [
    "COLOR",
    "FEATURE",
    "EventDraft",
    "Page",
    "by_code",
    "copy",
    "create",
    "delete",
    "find",
    "following",
    "get",
    "page",
    "switch",
    "update",
]
