"""Keeping action sets: one hangs at one place of one row."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import know, remembered
from lstep_lite.engine import mentions, segments
from lstep_lite.engine.actions.registry import kinds, places
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionSet

OWNER = "action_sets"
MOST_STEPS = 50
MISSING = "参照先がありません"


@dataclass(frozen=True)
class SetDraft:
    """What the editor of a set says."""

    steps: Sequence[dict[str, Any]] = ()
    repeats: bool = False
    holder: str | None = None
    """The row the stored set hangs at, if there is one."""


def draft(action_set: ActionSet | None, place: str) -> SetDraft:
    """What the editor shows: the stored set, or an empty one with the place's own default."""
    if action_set is None:
        return SetDraft((), repeats=not places[place].runs_once)
    return SetDraft(action_set.steps, action_set.repeats, action_set.holder)


def at(session: Session, place: str, holder: int | str) -> ActionSet | None:
    """The set that hangs there, if any."""
    query = sa.select(ActionSet).filter_by(place=place, holder=str(holder))
    return remembered(session, _key(place, holder), lambda: session.scalar(query))


def know_at(session: Session, place: str, holders: Collection[int | str]) -> None:
    """Within `db.memory`: look up the sets of several rows at once."""
    found = at_many(session, place, holders)
    for holder in holders:
        know(session, _key(place, holder), found.get(str(holder)))


def _key(place: str, holder: int | str) -> tuple[object, ...]:
    return ("set", place, str(holder))


def at_many(session: Session, place: str, holders: Collection[int | str]) -> dict[str, ActionSet]:
    """The sets of several rows, by holder."""
    query = sa.select(ActionSet).where(ActionSet.place == place, ActionSet.holder.in_([str(key) for key in holders]))
    return {found.holder: found for found in session.scalars(query)}


def keep(session: Session, place: str, holder: int | str, wanted: SetDraft, *, now: datetime) -> ActionSet | None:
    """Hang *wanted* there. An empty one is kept only where one hung before, so that its runs stay known."""
    if len(wanted.steps) > MOST_STEPS:
        raise DomainError(f"アクションは1つの設定に{MOST_STEPS}個までです。", "steps")
    found = at(session, place, holder)
    if found is None:
        if not wanted.steps:
            return None
        found = ActionSet(place=place, holder=str(holder), repeats=wanted.repeats, steps=[], updated_at=now)
        session.add(found)
    steps = [_settled(session, step, now) for step in wanted.steps]
    found.steps, found.repeats, found.updated_at = steps, wanted.repeats, now
    session.flush()  # what it mentions is written down under its id
    mentions.write(session, OWNER, found.id, mentioned(found.steps))
    return found


def _settled(session: Session, step: dict[str, Any], now: datetime) -> dict[str, Any]:
    kind = kinds.get(step["kind"])
    return step | {"data": kind.settle(session, step["data"], now)} if kind else step


def drop(session: Session, place: str, holder: int | str) -> None:
    """The row it hangs at is being deleted."""
    if (found := at(session, place, holder)) is not None:
        mentions.forget(session, OWNER, found.id)
        session.delete(found)


def mentioned(steps: Iterable[dict[str, Any]]) -> Iterator[tuple[str, int | str]]:
    """What the steps and their conditions refer to."""
    for step in steps:
        yield from segments.mentioned(step.get("segment"))
        if (kind := kinds.get(step["kind"])) is not None:
            yield from kind.mentions(step["data"])


def sentences(session: Session, steps: Iterable[dict[str, Any]]) -> list[str]:
    """Each step in one phrase, for lists."""
    return [step_sentence(session, step) for step in steps]


def step_sentence(session: Session, step: dict[str, Any]) -> str:
    kind = kinds.get(step["kind"])
    if kind is None or mentions.missing(session, kind.mentions(step["data"])):
        return MISSING
    return kind.sentence(session, step["data"])


def is_broken(session: Session, action_set: ActionSet) -> bool:
    """Whether something a step or a condition refers to is gone."""
    return bool(broken_among(session, [action_set]))


def broken_among(session: Session, sets: Collection[ActionSet]) -> list[ActionSet]:
    """Those of *sets* that refer to something gone; one look for all of them."""
    gone = mentions.missing(session, [pair for each in sets for pair in mentioned(each.steps)])
    return [
        each
        for each in sets
        if any(step["kind"] not in kinds for step in each.steps)
        or any((feature, str(key)) in gone for feature, key in mentioned(each.steps))
    ]


@mentions.owner(OWNER)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    found = session.scalars(sa.select(ActionSet).where(ActionSet.id.in_([int(set_id) for set_id in ids]))).all()
    described: dict[str, mentions.Place] = {}
    for place in {action_set.place for action_set in found}:
        here = {action_set.holder: str(action_set.id) for action_set in found if action_set.place == place}
        for holder, where in places[place].describe(session, here.keys()).items():
            described[here[holder]] = where
    return described
