"""Writing down many webhook requests at once.

A commit costs about the same for one request as for ten, and while one is under way others arrive. So whoever finds
nobody writing writes for all that wait by then, and hands on to the next; each request is answered after the commit
that holds its events.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lstep_lite.db import Database
from lstep_lite.engine.intake import storing
from lstep_lite.engine.intake.signatures import Signatures


@dataclass(eq=False)
class _Request:
    rows: Sequence[dict[str, Any]]
    now: datetime
    wall: datetime
    woken: threading.Event = field(default_factory=threading.Event)
    is_kept: bool = False
    error: Exception | None = None


class Recorder:
    """Keeps the events of webhook requests. One a process; safe for threads."""

    def __init__(self, database: Database, signatures: Signatures) -> None:
        self._database = database
        self._signatures = signatures
        self._guard = threading.Lock()
        self._waiting: list[_Request] = []
        self._is_writing = False

    def keep(self, rows: Sequence[dict[str, Any]], *, now: datetime, wall: datetime) -> None:
        """Return once *rows* (see `storing.rows`) are committed. Raises what kept them from it."""
        request = _Request(rows, now, wall)
        if self._queue(request):
            request.woken.wait()
        if not request.is_kept and request.error is None:  # nobody is writing, or it was handed on to us
            self._write()
        if request.error:
            raise request.error
        if not request.is_kept:  # whoever wrote for us was stopped in the middle: LINE must send it again
            raise RuntimeError("the events were not kept")

    def _queue(self, request: _Request) -> bool:
        """Whether somebody else is writing, so that we have to wait."""
        with self._guard:
            self._waiting.append(request)
            must_wait, self._is_writing = self._is_writing, True
            return must_wait

    def _write(self) -> None:
        with self._guard:
            requests, self._waiting = self._waiting, []
        try:
            if requests:
                self._write_all(requests)
        finally:
            self._hand_on()
            for request in requests:
                request.woken.set()

    def _write_all(self, requests: Sequence[_Request]) -> None:
        try:
            self._commit(requests)
        except Exception as error:
            if len(requests) == 1:
                requests[0].error = error
                return
            for request in requests:  # one that can't be kept must not cost the others
                self._write_all([request])

    def _commit(self, requests: Sequence[_Request]) -> None:
        newest = requests[-1]
        with self._database.unit(urgent=True) as session:
            storing.keep(session, [row for request in requests for row in request.rows])
            self._signatures.note_webhook(session, now=newest.now, wall=newest.wall)
        for request in requests:
            request.is_kept = True

    def _hand_on(self) -> None:
        with self._guard:
            self._is_writing = bool(self._waiting)
            if self._waiting:
                self._waiting[0].woken.set()
