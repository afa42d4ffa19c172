"""The calls that show a menu: to one person, to many a moment later, or to everybody as the account's default."""

import re
import time
from typing import TYPE_CHECKING, Any

from ..calls import Answer, Call
from ..refusals import body_errors, refusal
from ..store import dump
from . import linked, menus

if TYPE_CHECKING:
    from ..platform import Emulator

MOST_USERS = 500
BULK_TAKES_SECONDS = 0.1
USER_ID = re.compile(r"U[0-9a-f]{32}")


# The account's default -----------------------------------------------------------------------------------------------


def set_default(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    menus.required_with_image(emulator.store, rich_menu_id)
    emulator.store.set_setting("default_rich_menu", rich_menu_id)
    return Answer({})


def show_default(emulator: "Emulator", call: Call) -> Answer:
    default = emulator.store.setting("default_rich_menu")
    if default is not None:
        return Answer({"richMenuId": default})
    if emulator.store.setting("oam_default", False):
        raise refusal(403, "the richmenu is owned by another channel")
    raise refusal(404, "no default richmenu")


def clear_default(emulator: "Emulator", call: Call) -> Answer:
    emulator.store.set_setting("default_rich_menu", None)
    return Answer({})


# One person ----------------------------------------------------------------------------------------------------------


def link_user(emulator: "Emulator", call: Call, user_id: str, rich_menu_id: str) -> Answer:
    _check_user_id(user_id)
    menus.required_with_image(emulator.store, rich_menu_id)
    linked.catch_up(emulator)
    linked.link(emulator.store, [user_id], rich_menu_id)
    return Answer({})


def unlink_user(emulator: "Emulator", call: Call, user_id: str) -> Answer:
    _check_user_id(user_id)
    linked.catch_up(emulator)
    linked.link(emulator.store, [user_id], None)
    return Answer({})


def show_user(emulator: "Emulator", call: Call, user_id: str) -> Answer:
    _check_user_id(user_id)
    found = linked.linked_id(emulator, user_id)
    if found is None:
        raise refusal(404, "the user has no richmenu")
    return Answer({"richMenuId": found})


def _check_user_id(user_id: str) -> None:
    if not USER_ID.fullmatch(user_id):
        raise refusal(400, "The value for the 'userId' parameter is invalid")


# Many people, a moment later -----------------------------------------------------------------------------------------


def bulk_link(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    user_ids, rich_menu_id = _user_ids(body), str(body.get("richMenuId"))
    if not menus.ID.fullmatch(rich_menu_id):
        raise body_errors(("invalid richMenuId", "richMenuId"))
    if menus.get(emulator.store, rich_menu_id) is None:
        raise refusal(404, "richmenu not found")
    menus.required_with_image(emulator.store, rich_menu_id)
    return _accept(emulator, user_ids, rich_menu_id)


def bulk_unlink(emulator: "Emulator", call: Call) -> Answer:
    return _accept(emulator, _user_ids(call.json()), None)


def _user_ids(body: dict[str, Any]) -> list[str]:
    user_ids = body.get("userIds")
    if not isinstance(user_ids, list) or not 1 <= len(user_ids) <= MOST_USERS:
        raise body_errors((f"Size must be between 1 and {MOST_USERS}", "userIds"))
    for index, user_id in enumerate(user_ids):
        if not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
            raise refusal(400, f"The property, 'userIds[{index}]', in the request body is invalid (line: -, column: -)")
    return user_ids


def _accept(emulator: "Emulator", user_ids: list[str], rich_menu_id: str | None) -> Answer:
    emulator.store.write(
        "INSERT INTO rich_menu_job (due, user_ids, rich_menu_id) VALUES (?, ?, ?)",
        time.time() + BULK_TAKES_SECONDS,
        dump(user_ids),
        rich_menu_id,
    )
    return Answer({}, status=202)
