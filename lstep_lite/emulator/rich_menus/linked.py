"""Which menu each person is linked to, at once and a moment after it was accepted.

Nothing waits for a thread: whoever looks at the links first does what has come due.
"""

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import people
from ..store import Store, dump, millis
from . import menus

if TYPE_CHECKING:
    from ..platform import Emulator

ONGOING, SUCCEEDED, FAILED = "ongoing", "succeeded", "failed"


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


def waiting(emulator: "Emulator") -> int:
    """How much of what was accepted is not done yet."""
    catch_up(emulator)
    [count] = emulator.store.rows(
        "SELECT (SELECT count(*) FROM rich_menu_job) "
        "+ (SELECT count(*) FROM rich_menu_batch WHERE phase = 'ongoing') AS waiting"
    )
    return int(count["waiting"])


def catch_up(emulator: "Emulator") -> None:
    """Do what has come due: what was asked for single people first, then the batches."""
    wall = time.time()
    for job in emulator.store.rows("SELECT * FROM rich_menu_job WHERE due <= ? ORDER BY due, n", wall):
        with emulator.store.unit() as db:
            if db.execute("DELETE FROM rich_menu_job WHERE n = ?", (job["n"],)).rowcount:
                link(emulator.store, json.loads(job["user_ids"]), job["rich_menu_id"])
    batches = "SELECT * FROM rich_menu_batch WHERE phase = ? AND due <= ? ORDER BY due"
    for batch in emulator.store.rows(batches, ONGOING, wall):
        _finish(emulator, batch)


def _finish(emulator: "Emulator", batch: sqlite3.Row) -> None:
    store = emulator.store
    with store.unit() as db:
        failing = store.setting("failing_batches", 0)
        phase = FAILED if failing else SUCCEEDED
        finished = "UPDATE rich_menu_batch SET phase = ?, completed_ms = ? WHERE request_id = ? AND phase = ?"
        done = (phase, millis(emulator.clock.now()), batch["request_id"], ONGOING)
        if not db.execute(finished, done).rowcount:
            return
        _move(store, batch["plan_id"], only_half=bool(failing))
        if failing:
            store.set_setting("failing_batches", failing - 1)


def _move(store: Store, plan_id: str, *, only_half: bool) -> None:
    """Move those of the plan who still are where the plan found them; who is done leaves the plan."""
    [plan] = store.rows("SELECT count(*) AS people FROM rich_menu_move WHERE plan_id = ?", plan_id)
    share = plan["people"] // 2 if only_half else plan["people"]
    store.write(
        "WITH chosen AS (SELECT * FROM rich_menu_move WHERE plan_id = ? ORDER BY user_id LIMIT ?) "
        "UPDATE rich_menu_link SET rich_menu_id = target_id FROM chosen WHERE rich_menu_link.user_id = chosen.user_id "
        "AND rich_menu_id = source_id AND target_id IN (SELECT rich_menu_id FROM rich_menu)",
        plan_id,
        share,
    )
    store.write(
        "WITH chosen AS (SELECT * FROM rich_menu_move WHERE plan_id = ? ORDER BY user_id LIMIT ?) "
        "DELETE FROM rich_menu_link WHERE (user_id, rich_menu_id) IN "
        "(SELECT user_id, source_id FROM chosen WHERE target_id IS NULL)",
        plan_id,
        share,
    )
    store.write(
        "DELETE FROM rich_menu_move WHERE plan_id = ?1 AND user_id IN "
        "(SELECT user_id FROM rich_menu_move WHERE plan_id = ?1 ORDER BY user_id LIMIT ?2)",
        plan_id,
        share,
    )
