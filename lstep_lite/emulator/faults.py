"""Things that go wrong on request: errors, dropped connections and slowness, a set number of times for a path."""

from dataclasses import dataclass
from typing import Any

from .refusals import Refused, monthly_limit, refusal, too_many_calls
from .store import Store

DROP_BEFORE = "drop-before"  # the connection ends before anything is accepted
DROP_AFTER_ACCEPT = "drop-after-accept"  # everything is accepted, the answer never arrives
SLOW = "slow"  # everything is accepted, the answer arrives late
MODES = ("500", "429", "monthly", DROP_BEFORE, DROP_AFTER_ACCEPT, SLOW)
DEFAULT_SLOW_SECONDS = 3.0


@dataclass(frozen=True)
class Fault:
    mode: str
    seconds: float


def order(store: Store, *, path: str, mode: str, times: int, seconds: float) -> None:
    """The next *times* calls whose path begins with *path* fail in this way; 0 takes the order back."""
    with store.unit() as db:
        db.execute("DELETE FROM fault WHERE path = ? AND mode = ?", (path, mode))
        if times:
            db.execute(
                "INSERT INTO fault (path, mode, times, seconds) VALUES (?, ?, ?, ?)", (path, mode, times, seconds)
            )


def standing(store: Store) -> list[dict[str, Any]]:
    return [dict(row) for row in store.rows("SELECT path, mode, times, seconds FROM fault ORDER BY n")]


def take(store: Store, path: str) -> Fault | None:
    """The fault that strikes this call, counted down; the oldest order first."""
    if store.row("SELECT 1 FROM fault") is None:
        return None
    with store.unit() as db:
        row = store.row("SELECT * FROM fault WHERE substr(?, 1, length(path)) = path ORDER BY n LIMIT 1", path)
        if row is None:
            return None
        db.execute("UPDATE fault SET times = times - 1 WHERE n = ?", (row["n"],))
        db.execute("DELETE FROM fault WHERE n = ? AND times <= 0", (row["n"],))
    return Fault(row["mode"], row["seconds"])


def refusal_for(fault: Fault) -> Refused | None:
    """The error answer of this fault, or None if it lets the call be accepted."""
    if fault.mode == "500":
        return refusal(500, "Internal server error")
    if fault.mode == "429":
        return too_many_calls()
    if fault.mode == "monthly":
        return monthly_limit()
    return None
