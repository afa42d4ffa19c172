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
        self._read = ((-1, -1), timedelta())

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def now(self) -> datetime:
        return self.wall() + self.offset()

    def offset(self) -> timedelta:
        """How far `now` is ahead of the wall clock, as last stored by any process."""
        if not self._movable:
            return timedelta()
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return timedelta()
        mark = (found.st_mtime_ns, found.st_ino)  # two moves may be made within one tick of the file system's clock
        read = self._read  # what was read stays with its mark: other threads are here too
        if mark != read[0]:
            read = (mark, timedelta(seconds=json.loads(self._path.read_text())["offset_seconds"]))
            self._read = read
        return read[1]

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
