"""LINE's webhook events: told apart from forgeries, stored whole, and worked through friend by friend."""

from lstep_lite.engine.intake import happenings as _happenings
from lstep_lite.engine.intake.processing import (
    Incoming,
    get,
    handles,
    malformed,
    parked,
    parked_count,
    process_due,
    retry,
    senders,
    waiting_count,
)
from lstep_lite.engine.intake.recorder import Recorder
from lstep_lite.engine.intake.signatures import Signatures
from lstep_lite.engine.intake.storing import NotAWebhook, on_stored, rows, store

__all__ = [
    "Incoming",
    "NotAWebhook",
    "Recorder",
    "Signatures",
    "get",
    "handles",
    "malformed",
    "on_stored",
    "parked",
    "parked_count",
    "process_due",
    "retry",
    "rows",
    "senders",
    "store",
    "waiting_count",
]

del _happenings  # imported for its registrations
