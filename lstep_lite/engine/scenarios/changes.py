"""What an edited scenario changes against the steps that friends get now."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from lstep_lite.engine import actions
from lstep_lite.engine.scenarios import positions
from lstep_lite.engine.scenarios.steps import PLACE, offset_in_words
from lstep_lite.models import ActionSet, ScenarioMode, ScenarioStep

Sets = Mapping[str, ActionSet]
TOLD = ("code", "within", "side", "position", "kind", "name", "days", "at_time", "minutes", "tree", "blocks")
"""All that makes a step, besides its actions."""


class ChangeKind(StrEnum):
    ADDED = "added"
    MOVED = "moved"
    """At another time, or in another lane; perhaps with other content as well."""
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    kind: ChangeKind
    step: ScenarioStep
    """As it will be; of a removed one, as it was."""
    details: Sequence[str]
    """What of it, in words."""


def changes(
    session: Session, mode: ScenarioMode, before: Sequence[ScenarioStep], after: Sequence[ScenarioStep]
) -> list[Change]:
    """The steps in *after* that are new or other than in *before*, in the order of time; then those that are gone."""
    sets = actions.at_many(session, PLACE, [step.id for step in (*before, *after)])
    old, new = ({step.code: step for step in steps} for steps in (before, after))
    in_order = [new[step.code] for step in positions.plan(mode, after).steps]
    kept = [change for step in in_order if (change := _change(mode, old.get(step.code), step, sets))]
    return kept + [Change(ChangeKind.REMOVED, step, ()) for step in before if step.code not in new]


def fingerprint(session: Session, steps: Sequence[ScenarioStep]) -> str:
    """The same as long as nobody changes anything of *steps*: whoever publishes has read what they publish."""
    sets = actions.at_many(session, PLACE, [step.id for step in steps])
    told = [[getattr(step, name) for name in TOLD] + [_doing(step, sets)] for step in steps]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _change(mode: ScenarioMode, old: ScenarioStep | None, new: ScenarioStep, sets: Sets) -> Change | None:
    if old is None:
        return Change(ChangeKind.ADDED, new, ())
    moves, edits = list(_moves(mode, old, new)), list(_edits(old, new, sets))
    if not moves and not edits:
        return None
    return Change(ChangeKind.MOVED if moves else ChangeKind.CHANGED, new, moves + edits)


def _moves(mode: ScenarioMode, old: ScenarioStep, new: ScenarioStep) -> Iterator[str]:
    before, after = offset_in_words(mode, old), offset_in_words(mode, new)
    if before != after:
        yield f"時刻：{before} → {after}"
    if (old.within, old.side) != (new.within, new.side):
        yield "分かれ道の中の場所"


def _edits(old: ScenarioStep, new: ScenarioStep, sets: Sets) -> Iterator[str]:
    if old.name != new.name:
        yield f"名前：「{old.name}」→「{new.name}」"
    if old.tree != new.tree:
        yield "条件"
    if old.blocks != new.blocks:
        yield "メッセージ"
    if _doing(old, sets) != _doing(new, sets):
        yield "アクション"


def _doing(step: ScenarioStep, sets: Sets) -> object:
    kept = sets.get(str(step.id))
    return (kept.steps, kept.repeats) if kept and kept.steps else None
