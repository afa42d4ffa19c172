"""One lane of the worker: claim, prepare, write down, call LINE, record; over and over while there is something to do.

The lane's own thread does all database work; a pool of threads does nothing but wait for LINE. Answers come back
through a queue and are recorded together, so that a slow answer holds up its own thread and nothing else.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache, partial

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lstep_lite.db import Database
from lstep_lite.engine.deliveries import conditions, prepare
from lstep_lite.engine.deliveries.claim import Group, claim
from lstep_lite.engine.deliveries.outcomes import Outcome, record
from lstep_lite.engine.deliveries.pace import Bucket, Pool
from lstep_lite.engine.deliveries.resume import resume
from lstep_lite.engine.deliveries.start import Attempt, start
from lstep_lite.engine.line import Account, Answer, AnswerKind, Line, profiles
from lstep_lite.errors import DomainError
from lstep_lite.models import Call, CallKind, Delivery, Friend, Lane

log = logging.getLogger(__name__)

PASS_SECONDS = 1.0
CLAIM_LIMIT = 100
LEASE_IN_TIMEOUTS = 3
GATHER_SECONDS = 0.005
"""How long an answer waits for others, to be written down with them."""

_single_bucket = Bucket(rate=1000, burst=50)
"""Replies and pushes; LINE allows 2,000 a second to each."""
_multicast_bucket = Bucket(rate=50, burst=5)
"""LINE allows 200 a second."""


class Sender:
    """One lane's state in this process. *owner* names the worker; *now* and *wall* read the two clocks."""

    def __init__(
        self,
        database: Database,
        account: Account,
        lane: Lane,
        *,
        owner: str,
        threads: int,
        timeout_seconds: float,
        public_url: str,
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
    ) -> None:
        self.lane = lane
        self._database = database
        self._account = account
        self._owner = owner
        self._threads = threads
        self._lease = timedelta(seconds=LEASE_IN_TIMEOUTS * timeout_seconds)
        self._public_url = public_url
        self._now = now
        self._wall = wall
        self._pool = Pool(threads, name=f"send-{lane}")
        self._answers: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self._is_woken = False
        self._in_flight = 0
        self._is_stopping = threading.Event()

    def run_pass(self) -> bool:
        """Work for about a second, or until woken. True when there is more to do, or an answer is still awaited."""
        deadline = time.monotonic() + PASS_SECONDS
        self._is_woken = False
        while time.monotonic() < deadline and not self._is_woken:
            has_begun = self._begin()
            if self._in_flight:
                self._record(wait_seconds=deadline - time.monotonic())
            elif not has_begun:
                return False
        return True

    def wake(self) -> None:
        """End a pass that waits for answers: there may be new work. May be called from any thread."""
        self._answers.put(None)

    def stop(self) -> None:
        """Begin nothing more. May be called from any thread."""
        self._is_stopping.set()
        self.wake()

    def finish(self) -> None:
        """Wait for the answers still due and write them down. Called after the last pass."""
        self.stop()
        while self._in_flight:
            self._record(wait_seconds=PASS_SECONDS)
        self._pool.close()

    def _begin(self) -> bool:
        """Send what is due, as far as threads are free; whether there was anything."""
        free = self._threads - self._in_flight
        # Small claims cost as much as large ones: while half of the threads are busy, more become free soon.
        if self._is_stopping.is_set() or 2 * free < self._threads or not self._has_work():
            return False
        try:
            line = self._account.line()
        except DomainError as error:
            log.info("lane %s rests: %s", self.lane, error.message)
            return False
        again, groups = self._claim(min(free, CLAIM_LIMIT))
        self._submit(line, again)
        if groups:
            self._submit(line, self._start(groups))
        return bool(again or groups)

    def _has_work(self) -> bool:
        with self._database.read() as session:
            query = _work(self.lane, conditions.is_paused(session))
            return bool(session.scalar(query, conditions.clocks(self._now(), self._wall())))

    def _claim(self, limit: int) -> tuple[list[Attempt], list[Group]]:
        now, wall = self._now(), self._wall()
        lease_until = wall + self._lease
        with self._database.unit(durable=True) as session:
            again = resume(
                session, self.lane, limit=limit, owner=self._owner, now=now, wall=wall, lease_until=lease_until
            )
            groups: list[Group] = []
            if len(again) < limit:
                groups = claim(
                    session,
                    self.lane,
                    limit=limit - len(again),
                    owner=self._owner,
                    now=now,
                    wall=wall,
                    lease_until=lease_until,
                )
        return again, groups

    def _start(self, groups: Sequence[Group]) -> list[Attempt]:
        with self._database.read() as session:
            loaded = prepare.load(session, groups, public_url=self._public_url)
        self._pool.run_all([partial(self._ask_name, friend) for friend in prepare.nameless(groups, loaded)])
        drafts = [prepare.draft(group, loaded) for group in groups]
        now, wall = self._now(), self._wall()
        with self._database.unit(durable=True) as session:
            return start(session, drafts, owner=self._owner, now=now, wall=wall, lease_until=wall + self._lease)

    def _ask_name(self, friend: Friend) -> None:
        profiles.fetch_now(self._database, self._account, friend, now=self._now())

    def _submit(self, line: Line, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            self._in_flight += 1
            self._pool.submit(partial(self._call, line, attempt))

    def _call(self, line: Line, attempt: Attempt) -> None:
        # Runs in the pool.
        (_multicast_bucket if attempt.kind is CallKind.MULTICAST else _single_bucket).take()
        try:
            answer = _send(line, attempt)
        except Exception as error:
            log.exception("call %s: attempt %s broke off", attempt.call_id, attempt.number)
            answer = Answer(AnswerKind.UNKNOWN, message=type(error).__name__)
        self._answers.put(Outcome(attempt, answer))

    def _record(self, *, wait_seconds: float) -> None:
        """Write down the answers that have come; waits for the first one, or to be woken."""
        outcomes = self._gather(wait_seconds)
        if not outcomes:
            return
        try:
            with self._database.unit(durable=True) as session:
                record(session, outcomes, owner=self._owner, now=self._now(), wall=self._wall())
        except OperationalError:
            for outcome in outcomes:  # a lock or a lost connection: the next pass writes them down
                self._answers.put(outcome)
            raise
        self._in_flight -= len(outcomes)

    def _gather(self, wait_seconds: float) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            while len(outcomes) < self._in_flight:
                outcome = self._answers.get(timeout=GATHER_SECONDS if outcomes else max(0.0, wait_seconds))
                if outcome is None:
                    self._is_woken = True
                    break
                outcomes.append(outcome)
        except queue.Empty:
            pass
        return outcomes


def _send(line: Line, attempt: Attempt) -> Answer:
    if attempt.kind is CallKind.REPLY:
        return line.reply(attempt.body)
    if attempt.kind is CallKind.PUSH:
        return line.push(attempt.body, attempt.retry_key or "")
    return line.multicast(attempt.body, attempt.retry_key or "")


@cache
def _work(lane: Lane, paused: bool) -> sa.Select[bool]:
    waiting = sa.exists(sa.select(Delivery.id).where(conditions.due(lane)))
    stored = sa.exists(sa.select(Call.id).where(conditions.open_calls(lane, paused=paused)))
    return sa.select(waiting | stored)
