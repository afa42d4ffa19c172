"""Waiting lists (キャンセル待ち): who wishes for what, offers of what became free, and what becomes of them.

entries keeps them, wishes puts them in words; offering keeps a place for who is next, accepting takes it.
"""

from lstep_lite.engine.reservations.waiting import offering, outcomes
from lstep_lite.engine.reservations.waiting.entries import (
    LISTED,
    WORDS,
    Wish,
    by_code,
    get,
    held_for,
    join_courses,
    join_slot,
    of_friend,
    of_slot,
    own_of_slot,
    withdraw,
)

__all__ = [
    "LISTED",
    "WORDS",
    "Wish",
    "by_code",
    "get",
    "held_for",
    "join_courses",
    "join_slot",
    "of_friend",
    "of_slot",
    "offering",
    "outcomes",
    "own_of_slot",
    "withdraw",
]
