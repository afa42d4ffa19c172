"""Names for menus, by which one menu leads to another. Re-pointing one changes where the tab leads at once."""

import re
import sqlite3
from typing import TYPE_CHECKING, Any

from ..calls import Answer, Call
from ..refusals import body_errors, refusal
from ..store import Store
from . import menus

if TYPE_CHECKING:
    from ..platform import Emulator

MOST_ALIASES = 1000
PATTERN = re.compile(r"[a-z0-9_-]{1,32}")


def get(store: Store, alias_id: str) -> sqlite3.Row | None:
    return store.row("SELECT * FROM rich_menu_alias WHERE alias_id = ?", alias_id)


def create(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    alias_id = str(body.get("richMenuAliasId") or "")
    if not PATTERN.fullmatch(alias_id):
        raise body_errors((f'must match "^{PATTERN.pattern}$"', "richMenuAliasId"))
    rich_menu_id = _rich_menu_id(emulator.store, body)
    with emulator.store.unit():
        if get(emulator.store, alias_id):
            raise refusal(400, "conflict richmenu alias id")
        if len(_all(emulator.store)) >= MOST_ALIASES:
            raise refusal(400, "The maximum number of rich menu aliases has been reached")
        emulator.store.write("INSERT INTO rich_menu_alias VALUES (?, ?)", alias_id, rich_menu_id)
    return Answer({})


def update(emulator: "Emulator", call: Call, alias_id: str) -> Answer:
    required(emulator.store, alias_id)
    rich_menu_id = _rich_menu_id(emulator.store, call.json())
    emulator.store.write("UPDATE rich_menu_alias SET rich_menu_id = ? WHERE alias_id = ?", rich_menu_id, alias_id)
    return Answer({})


def show(emulator: "Emulator", call: Call, alias_id: str) -> Answer:
    return Answer(_shown(required(emulator.store, alias_id)))


def index(emulator: "Emulator", call: Call) -> Answer:
    return Answer({"aliases": [_shown(row) for row in _all(emulator.store)]})


def delete(emulator: "Emulator", call: Call, alias_id: str) -> Answer:
    required(emulator.store, alias_id)
    emulator.store.write("DELETE FROM rich_menu_alias WHERE alias_id = ?", alias_id)
    return Answer({})


def required(store: Store, alias_id: str) -> sqlite3.Row:
    if not PATTERN.fullmatch(alias_id):
        raise refusal(400, "The value for the 'richMenuAliasId' parameter is invalid")
    row = get(store, alias_id)
    if row is None:
        raise refusal(404, "richmenu alias not found")
    return row


def _rich_menu_id(store: Store, body: dict[str, Any]) -> str:
    """The menu that *body* names, which must have its picture."""
    rich_menu_id = str(body.get("richMenuId") or "")
    if not menus.ID.fullmatch(rich_menu_id):
        raise body_errors(("invalid richMenuId", "richMenuId"))
    menu = menus.get(store, rich_menu_id)
    if menu is None or menu["image"] is None:
        raise refusal(400, "richmenu not found")
    return rich_menu_id


def _all(store: Store) -> list[sqlite3.Row]:
    return store.rows("SELECT * FROM rich_menu_alias ORDER BY alias_id")


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {"richMenuAliasId": row["alias_id"], "richMenuId": row["rich_menu_id"]}
