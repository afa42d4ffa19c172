"""Playing a friend's future: the real executors at work, the clock replayed, and all of it taken back."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import db
from lstep_lite.db import memory
from lstep_lite.engine import actions, agenda, triggers
from lstep_lite.engine.friends.contacts import drawn
from lstep_lite.engine.intake import happenings
from lstep_lite.engine.intake.processing import Incoming
from lstep_lite.engine.rehearsals import people, sending
from lstep_lite.engine.rehearsals.begins import Begin, Beginning
from lstep_lite.engine.rehearsals.films import Film, Tap
from lstep_lite.engine.rehearsals.people import Imagined
from lstep_lite.engine.rehearsals.sending import Sent
from lstep_lite.engine.rehearsals.telling import Log, told
from lstep_lite.engine.taps.registry import PREFIX
from lstep_lite.models import (
    ActionSet,
    EventState,
    Friend,
    Reminder,
    ReminderStep,
    Scenario,
    ScenarioStep,
    ScenarioVersion,
    SendingRules,
    Shop,
    Tag,
    TimelineEntry,
    WebhookEvent,
)

BEGAN = "rehearsals.began"
MOST_MOMENTS = 200
CPU_SECONDS = 0.6
"""The database's write lock is held meanwhile: what takes longer is cut, and the film says so. Measured: a step
with its messages, conditions and actions needs about 5 ms, so that a hundred of them fit."""
LAST_SECONDS = 0.2
"""What may come on top of it: the moment at which it is cut, and telling what was played."""
ROUNDS = 20
"""How often one moment is looked at again because what was done there made something else due."""
ANSWERABLE = "rehearsal"
"""Stands for LINE's token for a free reply."""
triggers.labels[BEGAN] = "試運転を始めた"


@dataclass(frozen=True)
class Setting:
    """From when to when, and what is assumed."""

    start: datetime
    until: datetime
    public_url: str
    is_answer: bool = False
    """Whether it begins with something the friend does, so that what is sent at once is a free reply."""
    taps: Sequence[Tap] = ()


def play(session: Session, viewer: Friend | Imagined, begin: Begin, setting: Setting, *, now: datetime) -> Film:
    """What *begin* would bring *viewer*. Everything that is written goes back before this ends.

    What waits for a real friend anyway is played as well, and marked. Raises DomainError for what can't begin.
    """
    with _nobody_is_woken(session):
        try:
            with session.begin_nested():
                raise _TakenBack(_played(session, viewer, begin, setting, now))
        except _TakenBack as taken_back:
            return taken_back.film


class _TakenBack(Exception):
    def __init__(self, film: Film) -> None:
        self.film = film


@contextmanager
def _nobody_is_woken(session: Session) -> Iterator[None]:
    before = list(session.info.get("after_commit", []))
    try:
        yield
    finally:
        session.info["after_commit"] = before


def _played(session: Session, viewer: Friend | Imagined, begin: Begin, setting: Setting, now: datetime) -> Film:
    db.may_work(CPU_SECONDS + LAST_SECONDS)
    began = time.thread_time()
    earliest = min(now, setting.start)
    begin.prepare(session, now=earliest)
    friend = people.make(session, viewer, now=setting.start) if isinstance(viewer, Imagined) else viewer
    with memory(session), _at_hand(session):
        run = _Run(session, friend, setting, began + CPU_SECONDS)
        with triggers.written_together(session), actions.written_together(session):
            run.until(setting.start, since=earliest)
            run.begin(begin)
            run.until(setting.until, since=setting.start)
        return told(session, friend, run.log(begin.goal_at))


SETTINGS = (Shop, SendingRules, Scenario, ScenarioVersion, ScenarioStep, Reminder, ReminderStep, ActionSet, Tag)
"""What staff have set up, which nothing that is played changes."""


@contextmanager
def _at_hand(session: Session) -> Iterator[None]:
    """Within, what staff have set up is loaded once: the session itself would let it go after each moment."""
    loaded: list[Any] = []

    def hold(_session: Session, row: Any) -> None:
        if isinstance(row, SETTINGS):
            loaded.append(row)

    sa.event.listen(session, "loaded_as_persistent", hold)
    try:
        yield
    finally:
        sa.event.remove(session, "loaded_as_persistent", hold)


@dataclass(frozen=True)
class _Look:
    """When what is due next, by who does it."""

    personals: Sequence[datetime | None]
    delivery: datetime | None
    tap: datetime | None

    @property
    def first(self) -> datetime | None:
        return min((at for at in (*self.personals, self.delivery, self.tap) if at is not None), default=None)


def _question(friend: Friend) -> sa.Select[*tuple[datetime | None, ...]]:
    """What `_Look` asks for, of all features at once."""
    queries = [*(each.next_due(friend) for each in agenda.personals), sending.next_due(friend)]
    return sa.select(*(query.scalar_subquery() for query in queries))


@dataclass
class _Run:
    session: Session
    friend: Friend
    setting: Setting
    stops_at: float
    """On this thread's own clock of computing time."""
    sent: list[tuple[datetime, Sent]] = field(default_factory=list)
    tapped_ids: list[int] = field(default_factory=list)
    known: "_Look | None" = None
    moments: int = 0
    is_cut: bool = False

    def __post_init__(self) -> None:
        self.taps = sorted(self.setting.taps, key=lambda tap: tap.at)
        self.question = _question(self.friend)
        self.first_entry_id = self._last_entry_id()
        self.root_id = 0

    def until(self, end: datetime, *, since: datetime) -> None:
        """Run whatever is due before *end*; what has been due for longer than *since* comes at once."""
        now = since
        while (due := self._look().first) is not None and due < end and not self.is_cut:
            now = max(now, due)
            self._run_moment(now)

    def begin(self, begin: Begin) -> None:
        start = self.setting.start
        root = triggers.record(self.session, BEGAN, self.friend, now=start)
        self.root_id, self.known = root.id, None
        event = self._event("follow", start) if self.setting.is_answer else None
        begin.run(self.session, Beginning(self.friend, start, root, event))
        self._run_moment(start)

    def log(self, goal_at: datetime | None) -> Log:
        self.session.flush()  # what is told is read from the database
        return Log(
            self.setting.start,
            self.first_entry_id,
            self.root_id,
            self.tapped_ids,
            self.sent,
            self._look().first,
            self.is_cut,
            goal_at,
        )

    def _look(self) -> "_Look":
        """What comes next; asked anew only after something was done."""
        if self.known is None:
            self.session.flush()  # what was just done counts
            *personals, delivery = self.session.connection().execute(self.question).one()
            self.known = _Look(personals, delivery, self.taps[0].at if self.taps and self.root_id else None)
        return self.known

    def _run_moment(self, now: datetime) -> None:
        """Everything that is due by *now*, in the worker's order, and what follows from it at once."""
        self.moments += 1
        for _ in range(ROUNDS):
            look = self._look()
            if look.first is None or look.first > now:
                break
            self._do_first(look, now)
        else:
            self.is_cut = True
        self.is_cut |= self.moments >= MOST_MOMENTS or time.thread_time() > self.stops_at

    def _do_first(self, look: "_Look", now: datetime) -> None:
        """What features do goes before what they have put into the outbox, and that before the friend's answer."""
        due = [each for each, at in zip(agenda.personals, look.personals, strict=True) if at is not None and at <= now]
        for each in due:
            each.run(self.session, self.friend, now=now)
        self.known = None
        if not due and look.delivery is not None and look.delivery <= now:
            self.sent += [
                (now, each)
                for each in sending.send(self.session, self.friend, public_url=self.setting.public_url, now=now)
            ]
        elif not due:
            self._tap(now)

    def _tap(self, now: datetime) -> None:
        """The next tap that is assumed, taken in as if LINE had told us."""
        tap, before = self.taps.pop(0), self._last_entry_id()
        data: dict[str, Any] = {"postback": {"data": f"{PREFIX}{tap.code}"}}
        incoming = Incoming(self._event("postback", now), data, str(self.friend.line_user_id), now)
        happenings.postback(self.session, incoming)
        mine = TimelineEntry.friend_id == self.friend.id
        self.tapped_ids += self.session.scalars(sa.select(TimelineEntry.id).where(mine, TimelineEntry.id > before))

    def _event(self, kind: str, at: datetime) -> WebhookEvent:
        event = WebhookEvent(
            webhook_event_id=f"rehearsal-{drawn()['code']}",
            kind=kind,
            user_id=self.friend.line_user_id,
            occurred_at=at,
            received_at=at,
            reply_token=ANSWERABLE,
            raw="{}",
            state=EventState.DONE,
        )
        self.session.add(event)
        self.session.flush()  # deliveries refer to its id
        return event

    def _last_entry_id(self) -> int:
        query = sa.select(sa.func.max(TimelineEntry.id))
        return self.session.scalar(query) or 0
