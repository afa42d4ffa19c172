"""What scenarios and reminders share: the moments at which steps may go out, what a step holds, and doing it."""

from lstep_lite.engine.sequences import moments
from lstep_lite.engine.sequences.delivering import Delivered, Due, deliver
from lstep_lite.engine.sequences.steps import (
    CONDITION,
    Card,
    Content,
    Step,
    Where,
    bare,
    broken_ids,
    cards,
    check,
    content_of,
    copy,
    forget,
    keep,
    mentioned,
)
from lstep_lite.engine.sequences.testing import send_tests

__all__ = [
    "CONDITION",
    "Card",
    "Content",
    "Delivered",
    "Due",
    "Step",
    "Where",
    "bare",
    "broken_ids",
    "cards",
    "check",
    "content_of",
    "copy",
    "deliver",
    "forget",
    "keep",
    "mentioned",
    "moments",
    "send_tests",
]
