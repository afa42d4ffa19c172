"""Shared values (共通情報): one value for the whole shop, shown by any message as it is when the message is sent."""

from lstep_lite.engine.shared_values.holding import (
    Change,
    Origin,
    add,
    changes,
    checked,
    clear,
    pictures,
    set_picture,
    set_text,
    set_today,
    show,
    typed,
)
from lstep_lite.engine.shared_values.keeping import (
    FEATURE,
    SharedValueDraft,
    copy,
    create,
    delete,
    get,
    in_order,
    places,
    update,
)
from lstep_lite.engine.shared_values.words import insertion

__all__ = [
    "FEATURE",
    "Change",
    "Origin",
    "SharedValueDraft",
    "add",
    "changes",
    "checked",
    "clear",
    "copy",
    "create",
    "delete",
    "get",
    "in_order",
    "insertion",
    "pictures",
    "places",
    "set_picture",
    "set_text",
    "set_today",
    "show",
    "typed",
    "update",
]
