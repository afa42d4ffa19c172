"""How many requests may be under way, and how fast they may leave."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

log = logging.getLogger(__name__)


class Bucket:
    """Lets *rate* requests a second pass, and up to *burst* at once. Shared by threads."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._filled_at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait until one more request may leave."""
        delay = self._reserve()
        if delay > 0:
            time.sleep(delay)

    def _reserve(self) -> float:
        # A debt is allowed: each taker waits for its own token, in order.
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._rate) - 1
            self._filled_at = now
            return -self._tokens / self._rate


class Pool:
    """A few threads that wait for LINE.

    They are daemons: the standard library's pools are shut before the program's own farewell is said, and what a lane
    has begun could not be ended in good order.
    """

    def __init__(self, threads: int, *, name: str) -> None:
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True) for n in range(threads)]
        self._is_started = False

    def submit(self, work: Callable[[], None]) -> None:
        """Do *work*, which must not raise, in some thread."""
        if not self._is_started:
            self._is_started = True
            for thread in self._threads:
                thread.start()
        self._work.put(work)

    def run_all(self, works: Sequence[Callable[[], None]]) -> None:
        """Do all *works* at the same time and wait for the last one."""
        done = [threading.Event() for _ in works]
        for work, event in zip(works, done, strict=True):
            self.submit(partial(_then, work, event))
        for event in done:
            event.wait()

    def close(self) -> None:
        """End the threads once their work is done."""
        for _ in self._threads:
            self._work.put(None)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


def _then(work: Callable[[], None], event: threading.Event) -> None:
    try:
        work()
    except Exception:
        log.exception("a look-up before sending failed; it is sent without")
    finally:
        event.set()
