"""Friend fields (友だち情報欄): what a shop keeps about each friend, by types that parse, check and show it."""

from lstep_lite.engine.fields import erasing as _erasing
from lstep_lite.engine.fields import merging as _merging
from lstep_lite.engine.fields import sweeping as _sweeping
from lstep_lite.engine.fields import words as _words
from lstep_lite.engine.fields.definitions import (
    FEATURE,
    FieldDraft,
    OptionDraft,
    broken,
    copy,
    create,
    delete,
    favour,
    get,
    holders,
    in_order,
    options,
    picked,
    places,
    update,
)
from lstep_lite.engine.fields.history import Change, changes
from lstep_lite.engine.fields.operations import result
from lstep_lite.engine.fields.targets import (
    PICKED,
    SYSTEM,
    Target,
    by_heading,
    key_of,
    mentioned,
    parse,
    show,
    some,
    target,
    targets,
    typed,
)
from lstep_lite.engine.fields.types import Attachment, Option, Type, Value, types
from lstep_lite.engine.fields.values import (
    PLACE,
    Upload,
    Values,
    read,
    read_many,
    read_targets,
    watches,
    write,
    write_by_hand,
)

__all__ = [
    "FEATURE",
    "PICKED",
    "PLACE",
    "SYSTEM",
    "Attachment",
    "Change",
    "FieldDraft",
    "Option",
    "OptionDraft",
    "Target",
    "Type",
    "Upload",
    "Value",
    "Values",
    "broken",
    "by_heading",
    "changes",
    "copy",
    "create",
    "delete",
    "favour",
    "get",
    "holders",
    "in_order",
    "key_of",
    "mentioned",
    "options",
    "parse",
    "picked",
    "places",
    "read",
    "read_many",
    "read_targets",
    "result",
    "show",
    "some",
    "target",
    "targets",
    "typed",
    "types",
    "update",
    "watches",
    "write",
    "write_by_hand",
]

del _erasing, _merging, _sweeping, _words  # imported for what they register
