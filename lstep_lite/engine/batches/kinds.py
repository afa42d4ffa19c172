"""What can be done to many friends at once. Features register their kinds; this package names none of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.models import Batch

Params = dict[str, Any]
Choice = tuple[int | None, str]
"""The id of a row, or None where that is an answer too, and what people read."""


@dataclass(frozen=True)
class Outcome:
    """What became of one chunk: friends not named here are done. The reasons are Japanese sentences, by friend id."""

    skipped: Mapping[int, str] = field(default_factory=dict)
    failed: Mapping[int, str] = field(default_factory=dict)


class Apply(Protocol):
    """Do it to *friend_ids*, whose rows are locked, within the caller's unit of work.

    Raising undoes the chunk; its friends are then tried one by one, and those for whom it raises again have failed.
    """

    def __call__(
        self, session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime
    ) -> Outcome | None: ...


@dataclass(frozen=True)
class Question:
    """What must be chosen before a batch of some kind can start: which tag, which mark, which action."""

    name: str
    """Under which the chosen id stands in the batch's params."""
    label: str
    choices: Callable[[Session], Sequence[Choice]]


def _nothing(_session: Session, _params: Params, _count: int) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Kind:
    name: str
    label: str
    chunk: int
    """How many friends one unit of work takes: as many as need less than 200 ms."""
    apply: Apply
    permission: Permission | None
    """Who may start it from the friend list; None: only the product itself starts it."""
    question: Question | None
    explain: Callable[[Session, Params, int], Sequence[str]]
    """explain(session, params, friend_count): sentences that say beforehand what will happen."""


kinds: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    label: str,
    chunk: int = 500,
    permission: Permission | None = None,
    question: Question | None = None,
    explain: Callable[[Session, Params, int], Sequence[str]] = _nothing,
) -> Callable[[Apply], Apply]:
    """Register a kind, for example `tags.attach`; the function below does it to one chunk of friends."""

    def register(apply: Apply) -> Apply:
        kinds[name] = Kind(name, label, chunk, apply, permission, question, explain)
        return apply

    return register


def offered() -> list[Kind]:
    """Those that staff can start, in the order of registration."""
    return [each for each in kinds.values() if each.permission is not None]


def get_kind(name: str) -> Kind:
    """One of those that staff can start. Raises NotFound."""
    if (found := kinds.get(name)) is None or found.permission is None:
        raise NotFound
    return found


def permission_for(batch: Batch) -> Permission:
    """What it takes to stop *batch*: what it took to start it."""
    found = kinds.get(batch.kind)
    return (found and found.permission) or Permission.AUTOMATION_EDIT
