"""Scores (スコアリング): named totals of points, with a reason for each, and thresholds that run actions."""

from lstep_lite.engine.scores import due as _due
from lstep_lite.engine.scores.crossing import BASES, PLACE, Standing, in_words
from lstep_lite.engine.scores.keeping import (
    FEATURE,
    ScoreDraft,
    ThresholdDraft,
    Thresholds,
    add_threshold,
    copy,
    create,
    delete,
    delete_threshold,
    friend_counts,
    get,
    get_threshold,
    in_order,
    overview,
    thresholds,
    update,
    update_threshold,
    with_points,
)
from lstep_lite.engine.scores.points import FriendScore, Line, add, ledger, of, top
from lstep_lite.engine.scores.words import insertion, places

__all__ = [
    "BASES",
    "FEATURE",
    "PLACE",
    "FriendScore",
    "Line",
    "ScoreDraft",
    "Standing",
    "ThresholdDraft",
    "Thresholds",
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
    "insertion",
    "ledger",
    "of",
    "overview",
    "places",
    "thresholds",
    "top",
    "update",
    "update_threshold",
    "with_points",
]

del _due  # imported for its registrations
