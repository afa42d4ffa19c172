"""Kinds of steps, and places where a set can hang."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.mentions import Describer
from lstep_lite.engine.pinning import Pins
from lstep_lite.engine.rows import Data, RowKind
from lstep_lite.engine.segments import Tree
from lstep_lite.models import ActionRun, ActionSet, Friend, Lane, TimelineEntry, WebhookEvent

Outcome = dict[str, Any]
"""What came of one step: {"step", "kind", "state", "text"}, "why" where it says more, "inside" for a set within."""
IN_BULK = "actions_in_bulk"
"""Stands in the session's info while a batch runs sets for many friends."""


class Skipped(Exception):
    """Raised by a step that has nothing to do for this friend, before it has changed anything.

    *reason* is a Japanese sentence.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Running:
    """One step at work, as its kind sees it."""

    session: Session
    friend: Friend
    now: datetime
    action_set: ActionSet
    run: ActionRun
    entry: TimelineEntry
    """The timeline entry of this run: the cause of all that follows."""
    event: WebhookEvent | None
    """The webhook event being processed, if any: what is sent may still go out as a free reply."""
    staff_id: int | None
    """Who pressed the button, if it was run by hand."""
    step_id: str
    tree: Tree | None = None
    """The step's own condition."""
    guard: str | None = None
    """What must still run when something is sent later (deliveries.guard)."""
    pins: Pins = field(default_factory=dict)
    """What is sent speaks of (messages.pinned)."""
    inside: list[Outcome] = field(default_factory=list)
    """What came of the steps of a set that this step ran."""

    @property
    def lane(self) -> Lane:
        """Who sends for this step at once: it may still be a free answer."""
        return self.later_lane if self.event is None else Lane.REPLY

    @property
    def later_lane(self) -> Lane:
        """Who sends for this step later on: what many friends get at once delays nobody else."""
        return Lane.BULK if IN_BULK in self.session.info else Lane.TIMED

    @property
    def key(self) -> str:
        """Unique for this step of this run: the base of dedupe keys."""
        return f"actions:{self.run.id}:{self.step_id}"


class ActionKind(RowKind):
    """A kind of step: `actions/steps/<name>.py` and `templates/actions/steps/<name>.html`."""

    @abstractmethod
    def run(self, running: Running, data: Data) -> str:
        """Do it for `running.friend`; one Japanese sentence about what was done.

        Raises Skipped when there is nothing to do, DomainError when it can't be done. What it refers to exists.
        """

    def settle(self, session: Session, data: Data, now: datetime) -> Data:
        """What is kept of *data* when the set is saved: a kind may make what was only named so far."""
        return data


kinds: dict[str, ActionKind] = {}


def action(kind: type[ActionKind]) -> type[ActionKind]:
    """Register *kind*."""
    kinds[kind.name] = kind()
    return kind


def offered() -> list[ActionKind]:
    """In the order of the picker."""
    return sorted(kinds.values(), key=lambda kind: (kind.order, kind.name))


@dataclass(frozen=True)
class SetPlace:
    """Where sets hang: at what of which rows."""

    name: str
    label: str
    runs_once: bool
    """Whether a set here runs once per friend unless its switch says otherwise."""
    describe: Describer


places: dict[str, SetPlace] = {}


def place(name: str, *, label: str, runs_once: bool = False) -> Callable[[Describer], Describer]:
    """Register a place, for example `tags.attached`; the function below says which rows its holders are."""

    def register(describe: Describer) -> Describer:
        places[name] = SetPlace(name, label, runs_once, describe)
        return describe

    return register
