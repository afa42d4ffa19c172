"""アクション管理: sets under a name, run by hand, in bulk, by a schedule or from another set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, mentions
from lstep_lite.engine.actions import registry, running, sets
from lstep_lite.engine.actions.sets import SetDraft
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Action, ActionRun, ActionSet, Friend

FEATURE = "actions"
PLACE = "actions.saved"
LONGEST_NAME = 100
EMPTY = "このアクションには、まだ何も入っていません。先に内容を作ってください。"
folders.shelf(FEATURE, Action, Permission.AUTOMATION_EDIT)
mentions.target_rows(FEATURE, Action.id, Action.name)


@dataclass(frozen=True)
class ActionDraft:
    """What the form of a saved action says."""

    name: str
    steps: SetDraft
    folder_id: int | None = None


@dataclass(frozen=True)
class Listed:
    """One line of the list."""

    action: Action
    sentences: list[str]
    is_broken: bool
    use_count: int


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Action]:
    """All saved actions in their order, or those of one folder."""
    query = sa.select(Action).order_by(Action.position, Action.id)
    return session.scalars(query.where(Action.folder_id == folder_id) if folder_id else query).all()


def listed(session: Session, *, folder_id: int | None = None) -> list[Listed]:
    """The list, with what each does and whether something in it is gone."""
    found = in_order(session, folder_id=folder_id)
    hung, uses = sets.at_many(session, PLACE, [action.id for action in found]), mentions.counts(session, FEATURE)
    mentioned = [target for action_set in hung.values() for target in sets.mentioned(action_set.steps)]
    with mentions.names_at_hand(session, mentioned):
        return [_listed(session, action, hung.get(str(action.id)), uses) for action in found]


def _listed(session: Session, action: Action, action_set: ActionSet | None, uses: dict[str, int]) -> Listed:
    if action_set is None:
        return Listed(action, [], False, uses.get(str(action.id), 0))
    sentences = sets.sentences(session, action_set.steps)
    return Listed(action, sentences, sets.is_broken(session, action_set), uses.get(str(action.id), 0))


def get(session: Session, action_id: int) -> Action:
    action = session.get(Action, action_id)
    if action is None:
        raise NotFound("このアクションは見つかりませんでした。削除された可能性があります。")
    return action


def set_of(session: Session, action: Action) -> ActionSet | None:
    """What it does; none while it has no steps."""
    return sets.at(session, PLACE, action.id)


def create(session: Session, draft: ActionDraft, *, now: datetime) -> Action:
    """A new saved action at the end of the order. Raises DomainError naming the field."""
    position = folders.next_position(session, FEATURE)
    action = Action(name=checked_name(draft.name, LONGEST_NAME), position=position, created_at=now, updated_at=now)
    session.add(action)
    _write(session, action, draft, now)
    return action


def update(session: Session, action: Action, draft: ActionDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    action.name = checked_name(draft.name, LONGEST_NAME)
    _write(session, action, draft, now)


def copy(session: Session, action: Action, *, now: datetime) -> Action:
    """A copy at the end of the order; it has not run for anybody."""
    steps = sets.draft(set_of(session, action), PLACE)
    draft = ActionDraft(f"{action.name}のコピー"[:LONGEST_NAME], steps, action.folder_id)
    return create(session, draft, now=now)


def delete(session: Session, action: Action) -> None:
    """Steps elsewhere that ran it report from now on that it is gone."""
    sets.drop(session, PLACE, action.id)
    session.delete(action)
    session.flush()  # the same request lists the actions


def run_by_hand(
    session: Session, action: Action, friend: Friend, *, token: str, staff_id: int, now: datetime
) -> ActionRun | None:
    """Run it for one friend. The same *token* runs it once, however often the button was pressed; None the next times.

    Raises DomainError where there is nothing to run.
    """
    action_set = set_of(session, action)
    if action_set is None or not action_set.steps:
        raise DomainError(EMPTY)
    trigger = running.Trigger(occurrence=f"hand:{token}", now=now, staff_id=staff_id)
    return running.run(session, action_set, friend, trigger)


def _write(session: Session, action: Action, draft: ActionDraft, now: datetime) -> None:
    action.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    action.updated_at = now
    session.flush()  # the set hangs at its id
    sets.keep(session, PLACE, action.id, draft.steps, now=now)


@registry.place(PLACE, label="保存したアクション")
def _describe(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return {
        key: mentions.Place(f"アクション「{name}」", "actions.edit", {"action_id": int(key)})
        for key, name in mentions.names(session, FEATURE, holders).items()
    }
