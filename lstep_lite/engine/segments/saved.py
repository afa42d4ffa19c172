"""カスタム検索: condition trees kept under a name, for lists, for other conditions and for whoever is meant by them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, mentions
from lstep_lite.engine.segments import trees
from lstep_lite.engine.segments.registry import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Segment

FEATURE = "segments"
LONGEST_NAME = 50
folders.shelf(FEATURE, Segment, Permission.AUTOMATION_EDIT)
mentions.target_rows(FEATURE, Segment.id, Segment.name)


@dataclass(frozen=True)
class SegmentDraft:
    name: str
    tree: Tree
    folder_id: int | None = None


def asking(segment_id: int) -> Tree:
    """The tree that asks the saved search alone, whatever its conditions will be."""
    return {"all": [{"id": f"saved{segment_id}", "kind": "saved", "data": {"segment_id": segment_id}}], "any": []}


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Segment]:
    query = sa.select(Segment).order_by(Segment.position, Segment.id)
    return session.scalars(query if folder_id is None else query.where(Segment.folder_id == folder_id)).all()


def get(session: Session, segment_id: int) -> Segment:
    if (segment := session.get(Segment, segment_id)) is None:
        raise NotFound("このカスタム検索は見つかりませんでした。削除された可能性があります。")
    return segment


def create(session: Session, draft: SegmentDraft, *, now: datetime) -> Segment:
    """A new saved search at the end of the list. Raises DomainError naming the field."""
    segment = Segment(position=folders.next_position(session, FEATURE), created_at=now)
    _write(session, segment, draft, now)
    return segment


def update(session: Session, segment: Segment, draft: SegmentDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    _write(session, segment, draft, now)


def copy(session: Session, segment: Segment, *, now: datetime) -> Segment:
    draft = SegmentDraft(f"{segment.name}のコピー"[:LONGEST_NAME], segment.tree, segment.folder_id)
    return create(session, draft, now=now)


def delete(session: Session, segment: Segment) -> None:
    """Conditions on it match nobody from now on, and say so."""
    mentions.forget(session, FEATURE, segment.id)
    session.delete(segment)
    session.flush()  # the same request lists the saved searches


def _write(session: Session, segment: Segment, draft: SegmentDraft, now: datetime) -> None:
    name = checked_name(draft.name, LONGEST_NAME)
    if trees.is_empty(draft.tree):
        raise DomainError("条件を1つ以上足してください。", "tree")
    if segment.id is not None and segment.id in _inside(session, draft.tree, set()):
        raise DomainError("このカスタム検索自身を条件に使うことはできません。", "tree")
    segment.name, segment.tree, segment.updated_at = name, draft.tree, now
    segment.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    session.add(segment)
    session.flush()  # what it mentions is written down under its id, and the caller links to it
    mentions.write(session, FEATURE, segment.id, trees.mentioned(draft.tree))


def _inside(session: Session, tree: Tree, found: set[int]) -> set[int]:
    """The saved searches that *tree* asks, and those that they ask."""
    for feature, segment_id in trees.mentioned(tree):
        if feature != FEATURE or int(segment_id) in found:
            continue
        found.add(int(segment_id))
        if (segment := session.get(Segment, int(segment_id))) is not None:
            _inside(session, segment.tree, found)
    return found


@mentions.owner(FEATURE)
def _places(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    return {
        segment_id: mentions.Place(f"カスタム検索「{name}」", "segments.edit", {"segment_id": int(segment_id)})
        for segment_id, name in mentions.names(session, FEATURE, ids).items()
    }
