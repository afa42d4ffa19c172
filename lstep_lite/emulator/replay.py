"""Moves the clock of the demonstration, asking the application what is due on the way, and waits until all is quiet."""

import json
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import urllib3

from .rich_menus import linked

if TYPE_CHECKING:
    from .platform import Emulator

PATIENCE_SECONDS = 30.0
CALL_SECONDS = 10.0
POLL_SECONDS = (0.01, 0.02, 0.05, 0.1)
SMALLEST_STEP = timedelta(seconds=1)  # past a due instant that the application leaves where it is
BUSY_COUNTS = ("events", "due", "in_flight", "retrying")


class Unreachable(Exception):
    """The application did not answer its demo-only routes."""


@dataclass(frozen=True)
class _Seen:
    """What the application said at one moment. The clock runs on: what is due by now may not have been due then, so
    whether all is quiet and where to stop next are decided by the same answer."""

    now: datetime
    is_busy: bool
    next_due: datetime | None
    pending: dict[str, Any]


def _next_stop(seen: _Seen, target: datetime) -> datetime:
    if seen.next_due is None:
        return target
    return min(target, max(seen.next_due, seen.now + SMALLEST_STEP))


class Replay:
    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator
        self._http = urllib3.PoolManager(maxsize=4, retries=False, timeout=CALL_SECONDS)
        self.moving = threading.Lock()  # held while the clock moves: one journey at a time

    def jump(self, target: datetime) -> datetime:
        """Set the clock without stops, as if the server had been off meanwhile."""
        self._move_application(target)
        return self._emulator.clock.now()

    def advance(self, target: datetime) -> bool:
        """Walk to *target*, stopping at every due instant until it is dealt with. False when patience ran out."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (seen := self._look_until_quiet(deadline)).is_busy:
            if seen.now >= target:
                return True
            self._move_application(_next_stop(seen, target))
        return self._emulator.clock.now() >= target

    def settle(self, deadline: float) -> dict[str, Any] | None:
        """Wait until nothing is under way. None when it is quiet, else what is pending at *deadline* (monotonic)."""
        seen = self._look_until_quiet(deadline)
        return seen.pending if seen.is_busy else None

    def next_due(self) -> datetime | None:
        """The next instant at which the application has something to do, once what is under way is done."""
        seen = self._look_until_quiet(time.monotonic() + PATIENCE_SECONDS)
        if seen.is_busy:
            raise Unreachable(f"not settled in time: {seen.pending}")
        return seen.next_due

    def _look_until_quiet(self, deadline: float) -> _Seen:
        waits = iter(POLL_SECONDS)
        while (seen := self._look()).is_busy and time.monotonic() < deadline:
            time.sleep(next(waits, POLL_SECONDS[-1]))
        return seen

    def _look(self) -> _Seen:
        # Webhooks first: once delivered, they are the application's.
        webhooks = self._emulator.webhooks.undelivered()
        waiting = {"webhooks": webhooks, "rich_menus": linked.waiting(self._emulator)}
        try:
            answer = self._call("GET", "/_pending", None)
        except Unreachable as error:
            pending = {**waiting, "application": str(error)}
            return _Seen(self._emulator.clock.now(), is_busy=True, next_due=None, pending=pending)
        return _Seen(
            datetime.fromisoformat(answer["now"]),
            is_busy=any(waiting.values()) or any(answer.get(name) for name in BUSY_COUNTS),
            next_due=datetime.fromisoformat(answer["next_due"]) if answer.get("next_due") else None,
            pending={**waiting, **answer},
        )

    def _move_application(self, when: datetime) -> None:
        # The clock runs while we talk, so a stop close ahead may be behind by now: 409, and no harm done.
        self._call("POST", "/_clock", {"to": when.isoformat()}, harmless=409)

    def _call(self, method: str, path: str, body: dict[str, str] | None, *, harmless: int = 0) -> dict[str, Any]:
        config = self._emulator.config
        headers = {"X-Control-Secret": config.control_secret}
        try:
            answer = self._http.request(method, config.app_url + path, json=body, headers=headers)
            if answer.status >= 400 and answer.status != harmless:
                raise Unreachable(f"{method} {path} answered {answer.status}")
            found: dict[str, Any] = json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise Unreachable(f"{method} {path}: {error}") from error
        return found
