"""The people we know: arriving and leaving, being looked up, edited, put away and merged."""

from lstep_lite.engine.friends.audience import Audience
from lstep_lite.engine.friends.contacts import drawn, ensure, follow, get, recognise, unfollow
from lstep_lite.engine.friends.editing import FriendDraft, add_without_line, refresh_search_text, update
from lstep_lite.engine.friends.merging import merge, merges
from lstep_lite.engine.friends.search import (
    Filters,
    FriendState,
    Page,
    Shown,
    count_by_state,
    matching,
    page_of,
    search,
)
from lstep_lite.engine.friends.shelving import block, hide, show, unblock

__all__ = [
    "Audience",
    "Filters",
    "FriendDraft",
    "FriendState",
    "Page",
    "Shown",
    "add_without_line",
    "block",
    "count_by_state",
    "drawn",
    "ensure",
    "follow",
    "get",
    "hide",
    "matching",
    "merge",
    "merges",
    "page_of",
    "recognise",
    "refresh_search_text",
    "search",
    "show",
    "unblock",
    "unfollow",
    "update",
]
