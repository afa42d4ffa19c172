"""Who is shown which menu: one linked to the person, else the account's default."""

import json
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import people
from ..calls import Answer, Call
from ..refusals import body_errors, refusal
from ..store import Store, dump
from . import batches, menus

if TYPE_CHECKING:
    from ..platform import Emulator

MOST_USERS = 500
BULK_TAKES_SECONDS = 0.1
USER_ID = re.compile(r"U[0-9a-f]{32}")


def shown_id(emulator: "Emulator", user_id: str) -> str | None:
    """The menu on this person's phone. Only friends have one."""
    user = people.get(emulator.store, user_id)
    if user is None or user["relation"] != people.FRIEND:
        return None
    default: str | None = emulator.store.setting("default_rich_menu")
    return linked_id(emulator, user_id) or default


def linked_id(emulator: "Emulator", user_id: str) -> str | None:
    catch_up(emulator)
    row = emulator.store.row("SELECT rich_menu_id FROM rich_menu_link WHERE user_id = ?", user_id)
    return None if row is None else row["rich_menu_id"]


def link(store: Store, user_ids: Sequence[str], rich_menu_id: str | None) -> None:
    """Link the friends among *user_ids* to a menu, or to none. The others are passed over in silence, as LINE does."""
    with store.unit() as db:
        if rich_menu_id is None:
            db.execute(
                "DELETE FROM rich_menu_link WHERE user_id IN (SELECT value FROM json_each(?))", (dump(list(user_ids)),)
            )
        elif menus.get(store, rich_menu_id):
            db.execute(
                "INSERT OR REPLACE INTO rich_menu_link SELECT user_id, ? FROM user "
                "WHERE relation = ? AND user_id IN (SELECT value FROM json_each(?))",
                (rich_menu_id, people.FRIEND, dump(list(user_ids))),
            )


def catch_up(emulator: "Emulator") -> None:
    """Do what was accepted a moment ago and has come due. Nothing waits for a thread: whoever looks, does it."""
    store, wall = emulator.store, time.time()
    for job in store.rows("SELECT * FROM rich_menu_job WHERE due <= ? ORDER BY n", wall):
        with store.unit() as db:
            if db.execute("DELETE FROM rich_menu_job WHERE n = ?", (job["n"],)).rowcount:
                link(store, json.loads(job["user_ids"]), job["rich_menu_id"])
    batches.run_due(emulator, wall=wall)


def waiting(emulator: "Emulator") -> int:
    """How much of what was accepted is not done yet."""
    catch_up(emulator)
    [count] = emulator.store.rows(
        "SELECT (SELECT count(*) FROM rich_menu_job) "
        "+ (SELECT count(*) FROM rich_menu_batch WHERE phase = 'ongoing') AS waiting"
    )
    return int(count["waiting"])


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
    catch_up(emulator)
    link(emulator.store, [user_id], rich_menu_id)
    return Answer({})


def unlink_user(emulator: "Emulator", call: Call, user_id: str) -> Answer:
    _check_user_id(user_id)
    catch_up(emulator)
    link(emulator.store, [user_id], None)
    return Answer({})


def show_user(emulator: "Emulator", call: Call, user_id: str) -> Answer:
    _check_user_id(user_id)
    found = linked_id(emulator, user_id)
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
