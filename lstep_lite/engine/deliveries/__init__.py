"""The outbox: the only writer to LINE's send endpoints.

A feature puts rows (`put`). A worker's lane claims them, renders them, stores each request with its retry key, calls
LINE outside any transaction and writes the outcome down. Whatever dies on the way is found again by its lease.
"""

from lstep_lite.engine.deliveries.claim import put_aside_late, release
from lstep_lite.engine.deliveries.history import (
    Filters,
    Page,
    Pending,
    Sent,
    get,
    log,
    objects,
    pending,
    previews,
    sent_since,
    sources,
)
from lstep_lite.engine.deliveries.outbox import CHUNK, cancel, cancel_waiting, on_put, put, put_many, retry
from lstep_lite.engine.deliveries.pausing import recheck
from lstep_lite.engine.deliveries.rechecks import guard
from lstep_lite.engine.deliveries.sender import Sender

__all__ = [
    "CHUNK",
    "Filters",
    "Page",
    "Pending",
    "Sender",
    "Sent",
    "cancel",
    "cancel_waiting",
    "get",
    "guard",
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
    "sent_since",
    "sources",
]
