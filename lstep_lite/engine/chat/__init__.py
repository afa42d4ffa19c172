"""The talk with each friend: what came in, what we sent, and who still has to answer."""

from lstep_lite.engine.chat.conversation import Bubble, Conversation, Position, conversation
from lstep_lite.engine.chat.receiving import preview, receive, unsend
from lstep_lite.engine.chat.sending import is_free_now, send
from lstep_lite.engine.chat.talks import (
    Place,
    TalkFilters,
    TalkPage,
    count_read,
    mark_read,
    on_handled,
    set_mark,
    talk,
    talks,
    unread_total,
)

__all__ = [
    "Bubble",
    "Conversation",
    "Place",
    "Position",
    "TalkFilters",
    "TalkPage",
    "conversation",
    "count_read",
    "is_free_now",
    "mark_read",
    "on_handled",
    "preview",
    "receive",
    "send",
    "set_mark",
    "talk",
    "talks",
    "unread_total",
    "unsend",
]
