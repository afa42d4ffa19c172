"""The two clocks: `now` for what people set or LINE dates, `wall` for machinery.

Only entry points (requests, jobs, commands, the emulator) read a clock; everything below them takes `now` or `wall`
as an argument. In demo mode `now` can be moved forward; the offset lives in the data directory so that every process
sees the same time.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

OFFSET_FILE = "clock.json"


class Clock:
    """Reads both clocks. *movable* is true in demo mode only; otherwise `now` is the wall clock."""

    def __init__(self, data_dir: Path, *, movable: bool) -> None:
        self._path = data_dir / OFFSET_FILE
        self._movable = movable
        self._offset = timedelta()
        self._read_mtime_ns = -1

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def now(self) -> datetime:
        return self.wall() + self.offset()

    def offset(self) -> timedelta:
        """How far `now` is ahead of the wall clock, as last stored by any process."""
        if not self._movable:
            return timedelta()
        try:
            mtime_ns = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if mtime_ns != self._read_mtime_ns:
            self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset_seconds"])
            self._read_mtime_ns = mtime_ns
        return self._offset

    def move_to(self, when: datetime) -> datetime:
        """Move `now` forward to *when* and return it. Raises ValueError for a step back or a clock that is fixed."""
        if not self._movable:
            raise ValueError("the clock moves in demo mode only")
        now = self.now()
        if when < now:
            raise ValueError(f"{when.isoformat()} is before {now.isoformat()}")
        self._store((when - self.wall()).total_seconds())
        return self.now()

    def _store(self, offset_seconds: float) -> None:
        # Replaced in one step, so that another process never reads half a file.
        draft = self._path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(json.dumps({"offset_seconds": offset_seconds}))
        draft.replace(self._path)
