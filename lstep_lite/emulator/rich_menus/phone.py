"""The menu on a person's phone: which one it is, and what a tap on one of its areas does."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from .. import acts
from . import aliases, insight, linked, menus

if TYPE_CHECKING:
    from ..platform import Emulator

ALIAS_NOT_FOUND, MENU_NOT_FOUND, NOT_SWITCHED = "RICHMENU_ALIAS_ID_NOTFOUND", "RICHMENU_NOTFOUND", "FAILED"
SWITCHED = "SUCCESS"


def shown(emulator: "Emulator", user_id: str) -> sqlite3.Row | None:
    """The row of the menu this person has in front of them."""
    rich_menu_id = linked.shown_id(emulator, user_id)
    return menus.get(emulator.store, rich_menu_id) if rich_menu_id else None


def see(emulator: "Emulator", user_id: str) -> None:
    """The menu stands open on the screen: one view for LINE's statistics."""
    menu = shown(emulator, user_id)
    if menu is not None:
        insight.note(emulator.store, menu["rich_menu_id"], insight.SEEN, user_id, now=emulator.clock.now())


def tap(emulator: "Emulator", user_id: str, tapped: dict[str, Any]) -> dict[str, Any]:
    """Tap the area with the number `area`, counted from 0. Raises Impossible when there is none.

    `menu` is the id of a menu that still stood on the screen when another had already taken its place, `params` what
    was picked in a date picker. With `"fails": true` LINE fails to change to another menu.
    """
    menu = menus.get(emulator.store, str(tapped["menu"])) if "menu" in tapped else shown(emulator, user_id)
    if menu is None:
        raise acts.Impossible(409, "no rich menu is shown")
    areas, number = json.loads(menu["body"])["areas"], tapped["area"]
    if type(number) is not int or not 0 <= number < len(areas):
        raise acts.Impossible(409, f"the rich menu has {len(areas)} areas, counted from 0")
    action = areas[number]["action"]
    with emulator.store.unit():
        insight.note(emulator.store, menu["rich_menu_id"], number, user_id, now=emulator.clock.now())
        return {"action": action, **_perform(emulator, user_id, action, tapped)}


def _perform(emulator: "Emulator", user_id: str, action: dict[str, Any], tapped: dict[str, Any]) -> dict[str, Any]:
    match action["type"]:
        case "message":
            return acts.say(emulator, user_id, {"text": action["text"]})
        case "uri":
            return {"location": emulator.config.loopback(action["uri"])}
        case "clipboard":
            return {"copied": action["clipboardText"]}
        case "richmenuswitch":
            return _switch(emulator, user_id, action, fails=bool(tapped.get("fails")))
        case "datetimepicker" if not tapped.get("params"):
            raise acts.Impossible(400, f'give params, such as {{"{action["mode"]}": "…"}}')
    said = {"display_text": action.get("displayText") or action.get("text"), "params": tapped.get("params")}
    return acts.tap(emulator, user_id, {"data": action["data"], **said})


def _switch(emulator: "Emulator", user_id: str, action: dict[str, Any], *, fails: bool) -> dict[str, Any]:
    """Another menu at once, and the account is told. What it linked to the person before is replaced."""
    alias = aliases.get(emulator.store, action["richMenuAliasId"])
    if fails:
        status = NOT_SWITCHED
    elif alias is None:
        status = ALIAS_NOT_FOUND
    elif menus.get(emulator.store, alias["rich_menu_id"]) is None:
        status = MENU_NOT_FOUND
    else:
        status = SWITCHED
        linked.link(emulator.store, [user_id], alias["rich_menu_id"])
    named = {"newRichMenuAliasId": action["richMenuAliasId"]} if status == SWITCHED else {}
    return acts.tap(emulator, user_id, {"data": action["data"], "params": {**named, "status": status}})
