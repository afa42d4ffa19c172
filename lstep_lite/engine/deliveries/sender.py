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
from functools import partial
from itertools import takewhile
from typing import TypedDict

from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.deliveries import conditions, prepare
from lstep_lite.engine.deliveries.claim import Group, claim
from lstep_lite.engine.deliveries.outcomes import Outcome, note_sent, record
from lstep_lite.engine.deliveries.pace import Bucket, Pool
from lstep_lite.engine.deliveries.resume import resume
from lstep_lite.engine.deliveries.start import Attempt, start
from lstep_lite.engine.line import Account, Answer, AnswerKind, Line, profiles
from lstep_lite.errors import DomainError
from lstep_lite.models import CallKind, Friend, Lane

log = logging.getLogger(__name__)

PASS_SECONDS = 1.0
CLAIM_LIMIT = 100
LEASE_IN_TIMEOUTS = 3
CALLS_PER_THREAD = 8
"""One under way and the others at hand, so that threads do not wait for the database; see `_send` for the lease."""
GATHER_SECONDS = 0.01
"""How long an answer waits for others, to be written down with them."""

NOTE_EVERY = timedelta(seconds=5)

_single_bucket = Bucket(rate=1000, burst=50)
"""Replies and pushes; LINE allows 2,000 a second to each."""
_multicast_bucket = Bucket(rate=50, burst=5)
"""LINE allows 200 a second."""


class _How(TypedDict):
    """What taking a turn needs to know."""

    paused: bool
    owner: str
    now: datetime
    wall: datetime
    lease_until: datetime


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
        self._capacity = CALLS_PER_THREAD * threads
        self._timeout = timedelta(seconds=timeout_seconds)
        self._lease = LEASE_IN_TIMEOUTS * self._timeout
        self._public_url = public_url
        self._now = now
        self._wall = wall
        self._pool = Pool(threads, name=f"send-{lane}")
        self._answers: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self._is_woken = False
        self._contents = prepare.Loaded()
        self._noted_at: datetime | None = None
        self._has_calls = True  # stored ones to make (again), as last seen
        self._in_flight = 0
        self._answered: list[Outcome] = []
        self._is_stopping = threading.Event()

    def run_pass(self) -> bool:
        """Work for about a second, or until woken. True when there is more to do, or an answer is still awaited."""
        self._is_woken = False
        self._gather(wait_seconds=0)  # what came since the last pass: a call that is answered must not be made again
        self._record()
        line = self._line_if_needed()
        if line is None and not self._in_flight:
            return False
        deadline = time.monotonic() + PASS_SECONDS
        self._contents = prepare.Loaded()
        is_over = False
        while not is_over:
            # New calls first: what was answered is written down while they are under way.
            has_begun = line is not None and self._begin(line)
            has_recorded = self._record()
            self._gather(wait_seconds=deadline - time.monotonic())
            if not (has_begun or has_recorded or self._in_flight or self._answered):
                return False
            is_over = self._is_woken or time.monotonic() >= deadline
        self._record()
        return True

    def _line_if_needed(self) -> Line | None:
        """LINE's client, if there is something to send and an account to send it from."""
        with self._database.read() as session:
            look = conditions.look(session, self.lane, now=self._now(), wall=self._wall())
        self._has_calls = look.has_calls
        if not (look.has_calls or look.has_waiting):
            return None
        try:
            return self._account.line()
        except DomainError as error:
            log.info("lane %s rests: %s", self.lane, error.message)
            return None

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
        while self._in_flight or self._answered:
            self._gather(wait_seconds=PASS_SECONDS)
            self._record()
        self._pool.close()

    def _begin(self, line: Line) -> bool:
        """Send what is due, as far as there is room; whether there was anything."""
        room = self._capacity - self._in_flight
        # A small claim costs as much as a large one: while most of the room is taken, more comes free soon.
        if self._is_stopping.is_set() or 2 * room < self._capacity:
            return False
        had_calls = self._has_calls
        again, groups = self._claim(min(room, CLAIM_LIMIT))
        self._submit(line, again)
        if groups:
            self._submit(line, self._start(groups))
        return bool(again or groups) or (self._has_calls and not had_calls)

    def _claim(self, limit: int) -> tuple[list[Attempt], list[Group]]:
        now, wall = self._now(), self._wall()
        # A lease may be lost with the power, who holds it is gone then as well; that a call is tried again may not.
        is_durable = self._has_calls
        with self._database.unit(durable=is_durable) as session:
            conditions.take_turns(session)
            look = conditions.look(session, self.lane, now=now, wall=wall)
            how = _How(paused=look.paused, owner=self._owner, now=now, wall=wall, lease_until=wall + self._lease)
            again = resume(session, self.lane, limit=limit, **how) if look.has_calls and is_durable else []
            limit -= len(again)
            groups = claim(session, self.lane, limit=limit, **how) if look.has_waiting and limit else []
        self._has_calls = look.has_calls
        return again, groups

    def _start(self, groups: Sequence[Group]) -> list[Attempt]:
        with self._database.read() as session:
            loaded = prepare.load(session, groups, self._contents, public_url=self._public_url, now=self._now())
        self._pool.run_all([partial(self._ask_name, friend) for friend in prepare.nameless(groups, loaded)])
        # Those set apart are taken up again when their lease is over.
        drafts = [prepare.draft(group, loaded) for group in groups if not prepare.has_become_personal(group, loaded)]
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
            answer = self._send(line, attempt)
        except Exception as error:
            log.exception("call %s: attempt %s broke off", attempt.call_id, attempt.number)
            answer = Answer(AnswerKind.UNKNOWN, message=type(error).__name__)
        self._answers.put(Outcome(attempt, answer))

    def _send(self, line: Line, attempt: Attempt) -> Answer:
        if self._wall() + self._timeout > attempt.lease_until:
            # It waited here so long that another worker might make it while we do.
            return Answer(AnswerKind.NOT_TRIED, message="waited too long for a free thread")
        if attempt.kind is CallKind.REPLY:
            return line.reply(attempt.body)
        if attempt.kind is CallKind.PUSH:
            return line.push(attempt.body, attempt.retry_key or "")
        return line.multicast(attempt.body, attempt.retry_key or "")

    def _record(self) -> bool:
        """Write down the answers that have come; whether there were any."""
        has_any = bool(self._answered)
        while self._answered:  # what a lock or a lost connection leaves is written down in the next pass
            outcomes = _together(self._answered)
            with self._database.unit(durable=_must_last(outcomes)) as session:
                now = self._now()
                record(session, outcomes, owner=self._owner, now=now, wall=self._wall())
                self._note_sent(session, outcomes, now)
            del self._answered[: len(outcomes)]
        return has_any

    def _note_sent(self, session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
        is_old = self._noted_at is None or now - self._noted_at >= NOTE_EVERY
        if is_old and any(outcome.answer.is_accepted for outcome in outcomes):
            note_sent(session, now=now)
            self._noted_at = now

    def _gather(self, *, wait_seconds: float) -> None:
        """Take the answers that have come; waits for the first one, or to be woken.

        A wake-up does not end it: they may come faster than passes, and answers stand behind them.
        """
        while self._in_flight and 2 * len(self._answered) < self._capacity:
            is_waiting = not (self._answered or self._is_woken)
            try:
                outcome = self._answers.get(timeout=max(0.0, wait_seconds) if is_waiting else GATHER_SECONDS)
            except queue.Empty:
                return
            if outcome is None:
                self._is_woken = True
            else:
                self._in_flight -= 1
                self._answered.append(outcome)


def _together(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The first of them, as many as one unit takes: a multicast alone changes up to 500 rows."""
    alone = list(takewhile(lambda outcome: outcome.attempt.kind is not CallKind.MULTICAST, outcomes))
    return alone or list(outcomes[:1])


def _must_last(outcomes: Sequence[Outcome]) -> bool:
    """Whether a power cut must not lose these. A call with a retry key can be asked about again; a reply has none."""
    return any(outcome.attempt.retry_key is None for outcome in outcomes)
