"""Rules that answer what friends write."""

from lstep_lite.engine.auto_replies import answering as _answering
from lstep_lite.engine.auto_replies.answering import Explanation, explain, taker
from lstep_lite.engine.auto_replies.matching import Arrival, Verdict, hours_in_words, is_open, judge, match
from lstep_lite.engine.auto_replies.rules import (
    PLACE,
    AutoReplyDraft,
    Keyword,
    KeywordMatch,
    Whom,
    actions_of,
    besides,
    copy,
    create,
    delete,
    get,
    in_order,
    switch,
    update,
    whom,
)

__all__ = [
    "PLACE",
    "Arrival",
    "AutoReplyDraft",
    "Explanation",
    "Keyword",
    "KeywordMatch",
    "Verdict",
    "Whom",
    "actions_of",
    "besides",
    "copy",
    "create",
    "delete",
    "explain",
    "get",
    "hours_in_words",
    "in_order",
    "is_open",
    "judge",
    "match",
    "switch",
    "taker",
    "update",
    "whom",
]

del _answering  # imported for its registration
