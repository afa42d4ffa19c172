"""Moves the clock of the demonstration, asking the application what is due on the way, and waits until all is quiet."""

import json
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import urllib3

if TYPE_CHECKING:
    from .platform import Emulator

PATIENCE_SECONDS = 30.0
CALL_SECONDS = 10.0
POLL_SECONDS = (0.01, 0.02, 0.05, 0.1)
SMALLEST_STEP = timedelta(seconds=1)  # past a due instant that the application leaves where it is
BUSY_COUNTS = ("events", "due", "in_flight", "retrying")


class Unreachable(Exception):
    """The application did not answer its demo-only routes."""


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
        while self.settle(deadline) is None:
            now = self._emulator.clock.now()
            if now >= target:
                return True
            self._move_application(self._next_stop(now, target))
        return self._emulator.clock.now() >= target

    def settle(self, deadline: float) -> dict[str, Any] | None:
        """Wait until nothing is under way. None when it is quiet, else what is pending at *deadline* (monotonic)."""
        waits = iter(POLL_SECONDS)
        while (pending := self.pending()) is not None:
            if time.monotonic() >= deadline:
                return pending
            time.sleep(next(waits, POLL_SECONDS[-1]))
        return None

    def pending(self) -> dict[str, Any] | None:
        """What is not finished, or None. Webhooks first: once delivered, they are the application's."""
        webhooks = self._emulator.webhooks.undelivered()
        try:
            application = self._ask()
        except Unreachable as error:
            return {"webhooks": webhooks, "application": str(error)}
        busy = webhooks or any(application.get(name) for name in BUSY_COUNTS)
        return {"webhooks": webhooks, **application} if busy else None

    def next_due(self) -> datetime | None:
        """The next instant at which the application has something to do, once what is under way is done."""
        self.settle(time.monotonic() + PATIENCE_SECONDS)
        return self._next_due()

    def _next_stop(self, now: datetime, target: datetime) -> datetime:
        stop = self._next_due()
        if stop is None:
            return target
        return min(target, stop if stop > now else now + SMALLEST_STEP)

    def _next_due(self) -> datetime | None:
        found = self._ask().get("next_due")
        return datetime.fromisoformat(found) if found else None

    def _ask(self) -> dict[str, Any]:
        return self._call("GET", "/_pending", None)

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
