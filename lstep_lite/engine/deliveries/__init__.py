"""The outbox: the only writer to LINE's send endpoints.

A feature puts rows (`put`). A worker's lane claims them, renders them, stores each request with its retry key, calls
LINE outside any transaction and writes the outcome down. Whatever dies on the way is found again by its lease.
"""

from lstep_lite.engine.deliveries.claim import release
from lstep_lite.engine.deliveries.counting import Counts, Month, forecast, left, this_month
from lstep_lite.engine.deliveries.deciding import Leftover, decide, left_over, leftovers
from lstep_lite.engine.deliveries.history import (
    Filters,
    Page,
    Pending,
    get,
    log,
    objects,
    pending,
    previews,
    sources,
)
from lstep_lite.engine.deliveries.holding import drop, hold, let_go, put_aside_late
from lstep_lite.engine.deliveries.outbox import (
    CHUNK,
    cancel,
    cancel_waiting,
    on_put,
    put,
    put_many,
    tolerance_of,
)
from lstep_lite.engine.deliveries.pausing import recheck
from lstep_lite.engine.deliveries.rechecks import Wait, guard
from lstep_lite.engine.deliveries.retrying import retry
from lstep_lite.engine.deliveries.sender import Sender
from lstep_lite.engine.deliveries.unsent import OFFERED_FOR

__all__ = [
    "CHUNK",
    "OFFERED_FOR",
    "Counts",
    "Filters",
    "Leftover",
    "Month",
    "Page",
    "Pending",
    "Sender",
    "Wait",
    "cancel",
    "cancel_waiting",
    "decide",
    "drop",
    "forecast",
    "get",
    "guard",
    "hold",
    "left",
    "left_over",
    "leftovers",
    "let_go",
    "log",
    "objects",
    "on_put",
    "pending",
    "previews",
    "put",
    "put_aside_late",
    "put_many",
    "recheck",
    "release",
    "retry",
    "sources",
    "this_month",
    "tolerance_of",
]
