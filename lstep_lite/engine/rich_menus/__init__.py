"""Rich menus (リッチメニュー): composed, brought to LINE, and shown to the right friends."""

from lstep_lite.engine.rich_menus import periods, publishing, showing
from lstep_lite.engine.rich_menus.checking import Examined, Refused, examine
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.keeping import (
    FEATURE,
    OWNER,
    Draft,
    alias_of,
    broken_ids,
    copy,
    create,
    delete,
    get,
    go_live,
    in_order,
    live_menus,
    live_tabs,
    remove,
    set_period,
    tabs_of,
    update,
)

__all__ = [
    "FEATURE",
    "INPUTS",
    "OWNER",
    "Draft",
    "Examined",
    "Refused",
    "alias_of",
    "broken_ids",
    "copy",
    "create",
    "delete",
    "examine",
    "get",
    "go_live",
    "in_order",
    "live_menus",
    "live_tabs",
    "periods",
    "publishing",
    "remove",
    "set_period",
    "showing",
    "tabs_of",
    "update",
]
