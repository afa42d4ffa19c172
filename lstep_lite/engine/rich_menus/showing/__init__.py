"""Who sees which menu: decided by action sets, staff or rules, and told to LINE afterwards."""

from lstep_lite.engine.rich_menus.showing import comparing, events, following, syncing
from lstep_lite.engine.rich_menus.showing.looking import (
    Current,
    condition,
    counts,
    current,
    effective_menu_id,
    tab_condition,
)
from lstep_lite.engine.rich_menus.showing.wishing import (
    DEFAULT,
    KIND,
    SEES_LINE,
    NotShown,
    on_wish,
    refusal,
    show,
    wish,
)

__all__ = [
    "DEFAULT",
    "KIND",
    "SEES_LINE",
    "Current",
    "NotShown",
    "comparing",
    "condition",
    "counts",
    "current",
    "effective_menu_id",
    "events",
    "following",
    "on_wish",
    "refusal",
    "show",
    "syncing",
    "tab_condition",
    "wish",
]
