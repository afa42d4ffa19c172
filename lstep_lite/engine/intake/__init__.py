"""LINE's webhook events: told apart from forgeries, stored whole, and worked through friend by friend."""

from lstep_lite.engine.intake import happenings as _happenings
from lstep_lite.engine.intake.processing import Incoming, handles, parked, parked_count, process_due, retry
from lstep_lite.engine.intake.signatures import Signatures
from lstep_lite.engine.intake.storing import NotAWebhook, on_stored, store

__all__ = [
    "Incoming",
    "NotAWebhook",
    "Signatures",
    "handles",
    "on_stored",
    "parked",
    "parked_count",
    "process_due",
    "retry",
    "store",
]

del _happenings  # imported for its registrations
