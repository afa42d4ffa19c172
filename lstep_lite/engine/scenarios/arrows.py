"""What steps do besides sending, and where they lead: into another scenario, or to another step."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, taps
from lstep_lite.engine.actions.sets import mentioned
from lstep_lite.engine.messages import expanding, templates
from lstep_lite.engine.scenarios.steps import PLACE
from lstep_lite.models import ScenarioStep, Tap, Template


@dataclass(frozen=True)
class Doing:
    """One action of a step, or of a button in one of its messages."""

    words: str
    scenario_id: int | None = None
    """Where it leads, if it starts a scenario."""
    code: str | None = None
    """The step it is started at."""


def doings(session: Session, steps: Collection[ScenarioStep]) -> dict[int, list[Doing]]:
    """By step: all its own actions, then the buttons that start a scenario."""
    sets = actions.at_many(session, PLACE, [step.id for step in steps])
    known = expanding.load_templates(session, [block for step in steps for block in step.blocks])
    buttons = _buttons(session, known.keys())
    with mentions.names_at_hand(session, [pair for kept in sets.values() for pair in mentioned(kept.steps)]):
        own = {int(holder): [_doing(session, each) for each in kept.steps] for holder, kept in sets.items()}
    return {step.id: own.get(step.id, []) + list(_pressed(buttons, known, step)) for step in steps}


def _pressed(
    buttons: Mapping[int, Sequence[Doing]], known: Mapping[int, Template], step: ScenarioStep
) -> Iterator[Doing]:
    for template_id in sorted(expanding.shown(known, step.blocks)):
        yield from buttons.get(template_id, ())


def _doing(session: Session, step: Mapping[str, Any], lead: str = "") -> Doing:
    words = actions.step_sentence(session, dict(step))
    if words == actions.MISSING or not _leads(step):
        return Doing(lead + words)
    return Doing(lead + words, step["data"]["scenario_id"], step["data"].get("code"))


def _leads(step: Mapping[str, Any]) -> bool:
    return bool(step["kind"] == "scenario" and step["data"]["way"] == "start")


def _buttons(session: Session, template_ids: Collection[int]) -> dict[int, list[Doing]]:
    """The buttons of templates that start a scenario, by template."""
    if not template_ids:
        return {}
    query = sa.select(Tap).where(Tap.owner == templates.OWNER, Tap.owner_id.in_(template_ids), Tap.is_live)
    found = session.scalars(query.order_by(Tap.position, Tap.id)).all()
    sets = actions.at_many(session, taps.PLACE, [tap.code for tap in found])
    buttons: dict[int, list[Doing]] = {}
    for tap in found:
        kept = sets.get(tap.code)
        leading = [step for step in kept.steps if _leads(step)] if kept else []
        told = [_doing(session, step, f"「{tap.label}」を押すと：") for step in leading]
        buttons.setdefault(tap.owner_id, []).extend(told)
    return buttons
