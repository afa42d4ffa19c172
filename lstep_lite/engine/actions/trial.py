"""試しに実行: the real executor at work for one friend, and all of it taken back at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import messages, triggers
from lstep_lite.engine.actions import running, sets
from lstep_lite.engine.actions.registry import Outcome
from lstep_lite.engine.actions.sets import SetDraft
from lstep_lite.models import ActionRun, ActionSet, Delivery, Friend, TimelineEntry

NEW_HOLDER = "0"
"""No row has this id."""
THIS = "この設定"
OCCURRENCE = "trial"


@dataclass(frozen=True)
class Sending:
    """A message that would go out."""

    preview: str
    due_at: datetime
    is_now: bool


@dataclass(frozen=True)
class Node:
    """Something that would happen, what would come of it, and what would follow from it."""

    label: str
    outcomes: Sequence[Outcome]
    """The steps, if it is the run of a set."""
    results: Sequence[str]
    """What else would be said about it."""
    sendings: Sequence[Sending]
    followed: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    root: Node | None
    """None where there is nothing to run."""
    ran_before: bool
    """In truth it would not run for this friend again; shown is what it would do if it did."""


class _TakenBack(Exception):
    def __init__(self, trial: Trial) -> None:
        self.trial = trial


def try_out(session: Session, place: str, draft: SetDraft, friend: Friend, *, now: datetime) -> Trial:
    """What *draft*, hanging at *place*, would do to *friend* now. Everything it writes goes back before this ends."""
    try:
        with session.begin_nested():
            raise _TakenBack(_rehearse(session, place, draft, friend, now))
    except _TakenBack as taken_back:
        return taken_back.trial


def _rehearse(session: Session, place: str, draft: SetDraft, friend: Friend, now: datetime) -> Trial:
    last_id = session.scalar(sa.select(sa.func.max(TimelineEntry.id))) or 0
    holder = draft.holder or NEW_HOLDER
    ran_before = not draft.repeats and _ran(session, sets.at(session, place, holder), friend)
    repeats = draft.repeats or ran_before
    action_set = sets.keep(session, place, holder, SetDraft(draft.steps, repeats), now=now)
    if action_set is None or not action_set.steps:
        return Trial(None, ran_before)
    running.run(session, action_set, friend, running.Trigger(OCCURRENCE, now))
    session.flush()  # the newest results are read from the database
    return Trial(_tree(session, friend, last_id, now), ran_before)


def _ran(session: Session, action_set: ActionSet | None, friend: Friend) -> bool:
    if action_set is None:
        return False
    counting = sa.exists().where(
        ActionRun.action_set_id == action_set.id, ActionRun.friend_id == friend.id, ActionRun.reset_at.is_(None)
    )
    return bool(session.scalar(sa.select(counting)))


def _tree(session: Session, friend: Friend, last_id: int, now: datetime) -> Node | None:
    """The new entries of this friend, each below the one it follows from."""
    new = sa.select(TimelineEntry).where(TimelineEntry.friend_id == friend.id, TimelineEntry.id > last_id)
    entries = session.scalars(new.order_by(TimelineEntry.id)).all()
    outcomes, sendings = _outcomes(session, entries), _sendings(session, friend, entries, now)
    nodes: dict[int, Node] = {}
    root = None
    for entry in entries:
        nodes[entry.id] = node = Node(
            _label(entry), outcomes.get(entry.id, ()), _results(entry, outcomes), sendings.get(entry.id, ())
        )
        if entry.cause_id in nodes:
            nodes[entry.cause_id].followed.append(node)
        root = root or replace(node, label=THIS)
    return root


def _label(entry: TimelineEntry) -> str:
    about = entry.facts.get("label") or entry.facts.get("name")
    words = triggers.labels.get(entry.kind, entry.kind)
    return f"{words}：{about}" if about else words


def _results(entry: TimelineEntry, outcomes: dict[int, list[Outcome]]) -> Sequence[str]:
    return () if entry.id in outcomes else list(entry.results)


def _outcomes(session: Session, entries: Iterable[TimelineEntry]) -> dict[int, list[Outcome]]:
    run_ids = [entry.facts["run_id"] for entry in entries if "run_id" in entry.facts]
    found = session.scalars(sa.select(ActionRun).where(ActionRun.id.in_(run_ids)))
    return {run.entry_id or 0: list(run.results) for run in found}


def _sendings(
    session: Session, friend: Friend, entries: Iterable[TimelineEntry], now: datetime
) -> dict[int, list[Sending]]:
    found: dict[int, list[Sending]] = {}
    query = sa.select(Delivery).where(
        Delivery.friend_id == friend.id, Delivery.cause_id.in_([entry.id for entry in entries])
    )
    for delivery in session.scalars(query.order_by(Delivery.id)):
        preview = messages.preview_for(session, delivery.content.blocks, friend, now=now)
        sending = Sending(preview, delivery.due_at, delivery.due_at <= now)
        found.setdefault(delivery.cause_id or 0, []).append(sending)
    return found
