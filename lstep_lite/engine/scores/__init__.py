"""Scores (スコアリング): named totals of points, with a reason for each, and thresholds that run actions."""

from lstep_lite.engine.scores import due as _due
from lstep_lite.engine.scores.crossing import BASES, PLACE, Standing, in_words
from lstep_lite.engine.scores.keeping import (
    FEATURE,
    ScoreDraft,
    ThresholdDraft,
    add_threshold,
    copy,
    create,
    delete,
    delete_threshold,
    friend_counts,
    get,
    get_threshold,
    in_order,
    threshold_ids,
    thresholds,
    update,
    update_threshold,
)
from lstep_lite.engine.scores.points import FriendScore, add, ledger, of, top

__all__ = [
    "BASES",
    "FEATURE",
    "PLACE",
    "FriendScore",
    "ScoreDraft",
    "Standing",
    "ThresholdDraft",
    "add",
    "add_threshold",
    "copy",
    "create",
    "delete",
    "delete_threshold",
    "friend_counts",
    "get",
    "get_threshold",
    "in_order",
    "in_words",
    "ledger",
    "of",
    "threshold_ids",
    "thresholds",
    "top",
    "update",
    "update_threshold",
]

del _due  # imported for its registrations
