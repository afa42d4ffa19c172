"""Tags (タグ): free labels on friends, with actions that follow when automation attaches one."""

from lstep_lite.engine.tags import bulk as _bulk
from lstep_lite.engine.tags import leftovers as _leftovers
from lstep_lite.engine.tags.attaching import Carried, attach, attach_named, carries, detach, of, of_many
from lstep_lite.engine.tags.keeping import (
    ATTACHED,
    FEATURE,
    FULL,
    Page,
    TagDraft,
    carriers,
    copy,
    create,
    delete,
    favour,
    find,
    friend_counts,
    get,
    in_order,
    keep_actions,
    page,
    update,
)

__all__ = [
    "ATTACHED",
    "FEATURE",
    "FULL",
    "Carried",
    "Page",
    "TagDraft",
    "attach",
    "attach_named",
    "carriers",
    "carries",
    "copy",
    "create",
    "delete",
    "detach",
    "favour",
    "find",
    "friend_counts",
    "get",
    "in_order",
    "keep_actions",
    "of",
    "of_many",
    "page",
    "update",
]

del _bulk, _leftovers  # imported for their registrations
