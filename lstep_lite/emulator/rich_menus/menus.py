"""The menus themselves: made once, given a picture once, listed and deleted. Nothing of one can be changed."""

import io
import json
import re
import secrets
import sqlite3
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from ..calls import Answer, Call
from ..refusals import not_found, refusal
from ..store import Store, dump
from ..validation import require_rich_menu
from ..validation.rich_menus import is_allowed_size

if TYPE_CHECKING:
    from ..platform import Emulator

MOST_MENUS = 1000
MOST_BYTES = 1_000_000  # LINE says 1 MB and not which; the smaller one is the safe side
MEDIA_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG"}
PARTS = ("size", "selected", "name", "chatBarText", "areas")
ID = re.compile(r"richmenu-[0-9a-f]{32}")


# Rows ----------------------------------------------------------------------------------------------------------------


def get(store: Store, rich_menu_id: str) -> sqlite3.Row | None:
    return store.row("SELECT * FROM rich_menu WHERE rich_menu_id = ?", rich_menu_id)


def required(store: Store, rich_menu_id: str) -> sqlite3.Row:
    row = get(store, rich_menu_id)
    if row is None:
        raise not_found()
    return row


def required_with_image(store: Store, rich_menu_id: str) -> sqlite3.Row:
    """A menu that can be shown. Raises Refused otherwise."""
    row = required(store, rich_menu_id)
    if row["image"] is None:
        raise refusal(400, "must upload richmenu image before applying it to user")
    return row


def shown_as(row: sqlite3.Row) -> dict[str, Any]:
    """The rich menu response object."""
    return {"richMenuId": row["rich_menu_id"], **json.loads(row["body"])}


# Calls ---------------------------------------------------------------------------------------------------------------


def create(emulator: "Emulator", call: Call) -> Answer:
    body = call.json()
    require_rich_menu(body)
    rich_menu_id = f"richmenu-{secrets.token_hex(16)}"
    made = {name: body[name] for name in PARTS}
    with emulator.store.unit():
        [made_so_far] = emulator.store.rows("SELECT count(*) AS menus FROM rich_menu")
        if made_so_far["menus"] >= MOST_MENUS:
            raise refusal(400, "The maximum number of rich menus has been reached")
        emulator.store.write("INSERT INTO rich_menu (rich_menu_id, body) VALUES (?, ?)", rich_menu_id, dump(made))
    return Answer({"richMenuId": rich_menu_id})


def validate(emulator: "Emulator", call: Call) -> Answer:
    require_rich_menu(call.json())
    return Answer({})


def index(emulator: "Emulator", call: Call) -> Answer:
    rows = emulator.store.rows("SELECT rich_menu_id, body FROM rich_menu ORDER BY n")
    return Answer({"richmenus": [shown_as(row) for row in rows]})


def show(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    return Answer(shown_as(required(emulator.store, rich_menu_id)))


def delete(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    """Whoever was shown it falls back to the default. Aliases stay and lead nowhere from now on."""
    with emulator.store.unit() as db:
        required(emulator.store, rich_menu_id)
        db.execute("DELETE FROM rich_menu WHERE rich_menu_id = ?", (rich_menu_id,))
        db.execute("DELETE FROM rich_menu_link WHERE rich_menu_id = ?", (rich_menu_id,))
        db.execute("DELETE FROM rich_menu_use WHERE rich_menu_id = ?", (rich_menu_id,))
        if emulator.store.setting("default_rich_menu") == rich_menu_id:
            emulator.store.set_setting("default_rich_menu", None)
    return Answer({})


def upload_image(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    menu = required(emulator.store, rich_menu_id)
    media_type = (call.header("Content-Type") or "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise refusal(415, f"The content type, {media_type}, is not supported")
    if not _is_fitting(call.body, MEDIA_TYPES[media_type], json.loads(menu["body"])["size"]):
        raise refusal(400, "The image size is not allowed for richmenu")
    with emulator.store.unit() as db:
        taken = db.execute(
            "UPDATE rich_menu SET image = ?, media_type = ? WHERE rich_menu_id = ? AND image IS NULL",
            (call.body, media_type, rich_menu_id),
        )
    if not taken.rowcount:
        raise refusal(400, "An image has already been uploaded to the richmenu")
    return Answer({})


def _is_fitting(body: bytes, kind: str, size: dict[str, int]) -> bool:
    """Is it a picture of this kind that LINE takes and that covers the menu exactly?

    LINE stretches a picture of another size; nobody wants that, so it is an error here.
    """
    try:
        with Image.open(io.BytesIO(body)) as picture:
            width, height = picture.size
            is_right = picture.format == kind
    except (UnidentifiedImageError, OSError):
        return False
    is_right = is_right and is_allowed_size(width, height) and len(body) <= MOST_BYTES
    return is_right and (width, height) == (size["width"], size["height"])


def download_image(emulator: "Emulator", call: Call, rich_menu_id: str) -> Answer:
    menu = required(emulator.store, rich_menu_id)
    if menu["image"] is None:
        raise not_found()
    return Answer(menu["image"], media_type=menu["media_type"])
