"""What a step of a scenario or of a reminder holds: who gets it, its messages, its actions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, messages, segments, studio
from lstep_lite.engine.actions import SetDraft, sets
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionSet, ReminderStep, ScenarioStep

Block = dict[str, Any]
Step = ScenarioStep | ReminderStep
CONDITION = "if"
"""Where a message keeps the tree of those who get it."""
LONGEST_NAME = 100
_TREE = studio.Condition()


@dataclass(frozen=True)
class Where:
    """Whose steps they are."""

    place: str
    """Where their action sets hang, for example "scenarios.step"."""
    owner: str
    """As whom they mention things (mentions.owner), for example "scenario_steps"."""


@dataclass(frozen=True)
class Content:
    """What the editor of a step says."""

    name: str = ""
    tree: Tree | None = None
    blocks: Sequence[Block] = ()
    actions: SetDraft = field(default_factory=lambda: SetDraft(repeats=True))


@dataclass(frozen=True)
class Card:
    """A step as lists show it."""

    name: str
    condition: str
    """Who gets it, in words; empty for everybody."""
    bubbles: Sequence[tuple[str, str]]
    """Each message in one line, and who gets it (empty for everybody)."""
    actions: Sequence[str]
    is_broken: bool
    """Whether something it uses was deleted."""


def bare(blocks: Iterable[Block]) -> list[Block]:
    """The messages without their conditions, as they are rendered and sent."""
    return [{name: value for name, value in block.items() if name != CONDITION} for block in blocks]


def conditions(blocks: Iterable[Block]) -> list[Tree]:
    return [block[CONDITION] for block in blocks if block.get(CONDITION)]


def check(session: Session, content: Content) -> Content:
    """*content* as it may be kept. Raises DomainError naming the field: name, blocks."""
    name = storable(content.name).strip()
    if len(name) > LONGEST_NAME:
        raise DomainError(f"名前は{LONGEST_NAME}文字以内で入力してください。", "name")
    if not content.blocks and not content.actions.steps:
        raise DomainError("メッセージかアクションの、どちらかを入れてください。", "blocks")
    if content.blocks:
        messages.check_to_keep(session, bare(content.blocks))
    tree = None if segments.is_empty(content.tree) else content.tree
    return replace(content, name=name, tree=tree, blocks=_with_checked_conditions(session, content.blocks))


def keep(session: Session, step: Step, content: Content, where: Where, *, now: datetime) -> None:
    """Write *content* into *step*. Raises DomainError naming the field: name, blocks, steps."""
    checked = check(session, content)
    step.name, step.tree, step.blocks = checked.name, checked.tree, list(checked.blocks)
    session.flush()  # the set hangs at its id
    actions.keep(session, where.place, step.id, checked.actions, now=now)
    mentions.write(session, where.owner, step.id, mentioned(step.tree, step.blocks))


def content_of(session: Session, step: Step, where: Where) -> Content:
    """What the editor shows of *step*."""
    action_set = actions.at(session, where.place, step.id)
    return Content(step.name, step.tree, step.blocks, actions.draft(action_set, where.place))


def copy(session: Session, original: Step, twin: Step, where: Where, *, now: datetime) -> None:
    """Give *twin*, a row of its own, what *original* holds; something gone stays gone there."""
    twin.name, twin.tree, twin.blocks = original.name, original.tree, list(original.blocks)
    session.flush()  # the set hangs at its id
    draft = actions.draft(actions.at(session, where.place, original.id), where.place)
    actions.keep(session, where.place, twin.id, replace(draft, holder=None), now=now)
    mentions.write(session, where.owner, twin.id, mentioned(twin.tree, twin.blocks))


def forget(session: Session, step: Step, where: Where) -> None:
    """*step* is being deleted."""
    actions.drop(session, where.place, step.id)
    mentions.forget(session, where.owner, step.id)


def mentioned(tree: Tree | None, blocks: Sequence[Block]) -> set[tuple[str, int | str]]:
    """What a step refers to, without its actions, whose set says it itself."""
    found = set(messages.mentioned(bare(blocks)))
    for each in _trees(tree, blocks):
        found |= set(segments.mentioned(each))
    return found


def _trees(tree: Tree | None, blocks: Sequence[Block]) -> list[Tree]:
    return [*([tree] if tree else []), *conditions(blocks)]


def cards(session: Session, steps: Collection[Step], where: Where) -> dict[int, Card]:
    """Each step's card by its id; what they mention is looked up together."""
    found = actions.at_many(session, where.place, [step.id for step in steps])
    pairs = {pair for step in steps for pair in mentioned(step.tree, step.blocks)}
    pairs |= {pair for each in found.values() for pair in sets.mentioned(each.steps)}
    with mentions.names_at_hand(session, pairs):
        broken = _broken(session, steps, found.values())
        return {step.id: _card(session, step, found.get(str(step.id)), step.id in broken) for step in steps}


def broken_ids(session: Session, steps: Collection[Step], where: Where) -> set[int]:
    """The ids of those that refer to something gone; one look for all of them."""
    found = actions.at_many(session, where.place, [step.id for step in steps])
    return _broken(session, steps, found.values())


def _broken(session: Session, steps: Collection[Step], found: Collection[ActionSet]) -> set[int]:
    uses = {step.id: actions.Uses(_trees(step.tree, step.blocks), mentioned(step.tree, step.blocks)) for step in steps}
    return actions.broken_holders(session, found, uses)


def _card(session: Session, step: Step, action_set: ActionSet | None, is_broken: bool) -> Card:
    lines = messages.preview_texts(session, [[block] for block in bare(step.blocks)])
    told = [_said(session, block.get(CONDITION)) for block in step.blocks]
    sentences = actions.sentences(session, action_set.steps) if action_set else []
    return Card(
        step.name,
        _said(session, step.tree),
        list(zip(lines, told, strict=True)),
        sentences,
        is_broken,
    )


def _said(session: Session, tree: Tree | None) -> str:
    return "" if tree is None or segments.is_empty(tree) else segments.sentence(session, tree)


def _with_checked_conditions(session: Session, blocks: Sequence[Block]) -> list[Block]:
    """The conditions came from a browser as JSON: each is put through the checks of a form's rows."""
    kept = []
    for number, (block, plain) in enumerate(zip(blocks, bare(blocks), strict=True), start=1):
        tree, problems = studio.clean(session, [_TREE], {_TREE.name: block.get(CONDITION)})
        if problems:
            raise DomainError(f"{number}つ目のメッセージの条件：{problems[0].message}", "blocks")
        kept.append(plain | ({CONDITION: tree[_TREE.name]} if tree[_TREE.name] else {}))
    return kept
