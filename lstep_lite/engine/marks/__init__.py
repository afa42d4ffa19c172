"""Marks (対応マーク): the one state a friend is in, as the shop names its states."""

from lstep_lite.engine.marks.keeping import (
    FEATURE,
    SAMPLES,
    MarkDraft,
    carriers,
    create,
    create_samples,
    delete,
    friend_counts,
    get,
    in_order,
    sweep,
    update,
)
from lstep_lite.engine.marks.setting import NONE, of, put

__all__ = [
    "FEATURE",
    "NONE",
    "SAMPLES",
    "MarkDraft",
    "carriers",
    "create",
    "create_samples",
    "delete",
    "friend_counts",
    "get",
    "in_order",
    "of",
    "put",
    "sweep",
    "update",
]
