"""The people we know: arriving and leaving, being looked up, edited, put away, merged and forgotten."""

from lstep_lite.engine.friends.archiving import archives, losses, restorable, restored
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.engine.friends.contacts import drawn, ensure, follow, get, reacted, recognise, unfollow
from lstep_lite.engine.friends.editing import (
    FriendDraft,
    add_without_line,
    check_new,
    refresh_search_text,
    update,
    watches,
)
from lstep_lite.engine.friends.erasing import erase, erases, erasures
from lstep_lite.engine.friends.introducing import introduce
from lstep_lite.engine.friends.linking import link_by_phone
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
from lstep_lite.engine.friends.shelving import block, hide, restore, show, unblock

__all__ = [
    "Audience",
    "Filters",
    "FriendDraft",
    "FriendState",
    "Page",
    "Shown",
    "add_without_line",
    "archives",
    "block",
    "check_new",
    "count_by_state",
    "drawn",
    "ensure",
    "erase",
    "erases",
    "erasures",
    "follow",
    "get",
    "hide",
    "introduce",
    "link_by_phone",
    "losses",
    "matching",
    "merge",
    "merges",
    "page_of",
    "reacted",
    "recognise",
    "refresh_search_text",
    "restorable",
    "restore",
    "restored",
    "search",
    "show",
    "unblock",
    "unfollow",
    "update",
    "watches",
]
