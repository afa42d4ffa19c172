"""Keeping tags: names, folders, colours, how many friends may carry one, and the actions that follow."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import actions, folders, mentions, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import ActionSet, Color, FriendTag, Tag, TagLeftover
from lstep_lite.models.names import name_key

FEATURE = "tags"
ATTACHED = "tags.attached"
FULL = "tags.full"
LONGEST_NAME = 50
LARGEST_CAPACITY = 1_000_000
PAGE_SIZE = 50
folders.shelf(FEATURE, Tag, Permission.AUTOMATION_EDIT)
mentions.target_rows(FEATURE, Tag.id, Tag.name)


@dataclass(frozen=True)
class TagDraft:
    """What the form of a tag says."""

    name: str
    color: Color = Color.GREEN
    folder_id: int | None = None
    is_favourite: bool = False
    capacity: int | None = None


@dataclass(frozen=True)
class Page(Paged):
    """One page of the list, with how many friends carry each tag."""

    tags: Sequence[Tag]
    counts: Mapping[int, int]
    acting: Collection[int]
    """Tags from which actions follow."""
    broken: Collection[int]
    """Tags whose actions use something that is gone."""


def get(session: Session, tag_id: int) -> Tag:
    tag = session.get(Tag, tag_id)
    if tag is None:
        raise NotFound("このタグは見つかりませんでした。削除された可能性があります。")
    return tag


def find(session: Session, name: str) -> Tag | None:
    """The tag of that name, whatever its width and case."""
    return session.scalar(sa.select(Tag).where(Tag.name_key == name_key(name)))


def in_order(session: Session) -> Sequence[Tag]:
    return session.scalars(sa.select(Tag).order_by(Tag.position, Tag.id)).all()


def page(
    session: Session, *, folder_id: int | None = None, text: str = "", number: int = 1, size: int = PAGE_SIZE
) -> Page:
    """The tags of a folder (or all) whose names hold *text*, in their order."""
    wanted = [Tag.folder_id == folder_id] if folder_id is not None else []
    if key := name_key(text):
        wanted.append(Tag.name_key.contains(key, autoescape=True))
    total = session.scalar(sa.select(sa.func.count()).select_from(Tag).where(*wanted)) or 0
    number = nearest(number, total, size)
    query = sa.select(Tag).where(*wanted).order_by(Tag.position, Tag.id)
    found = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    ids = [tag.id for tag in found]
    sets = [each for place in (ATTACHED, FULL) for each in actions.at_many(session, place, ids).values() if each.steps]
    return Page(
        found,
        counts=friend_counts(session, ids),
        acting=_holders(sets),
        broken=_holders(actions.broken_among(session, sets)),
        total_count=total,
        number=number,
        size=size,
    )


def _holders(sets: Iterable[ActionSet]) -> set[int]:
    """The tags at which the sets hang."""
    return {int(action_set.holder) for action_set in sets}


def friend_counts(session: Session, tag_ids: Collection[int]) -> dict[int, int]:
    """How many friends carry each of *tag_ids*, whoever they are (hidden, gone, blocked, without LINE)."""
    query = sa.select(FriendTag.tag_id, sa.func.count()).where(FriendTag.tag_id.in_(tag_ids)).group_by(FriendTag.tag_id)
    return dict(session.execute(query).all())


def carriers(tag: Tag) -> Tree:
    """Those whom `friend_counts` counts, for links to the list of friends."""
    return segments.whoever("tag", {"how": "any", "tag_ids": [tag.id]})


def create(session: Session, draft: TagDraft, *, now: datetime) -> Tag:
    """A new tag at the end of the list. Raises DomainError naming the field."""
    values = _checked(session, draft) | {"created_at": now, "updated_at": now}
    values["position"] = folders.next_position(session, FEATURE)
    tag_id = session.scalar(insert_new(session, Tag).values(values).returning(Tag.id))
    if tag_id is None:
        raise DomainError(f"「{values['name']}」というタグはもうあります。ほかの名前にしてください。", "name")
    return session.get_one(Tag, tag_id)


def update(session: Session, tag: Tag, draft: TagDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    values = _checked(session, draft)
    other = session.scalar(sa.select(Tag.id).where(Tag.name_key == values["name_key"], Tag.id != tag.id))
    if other is not None:
        raise DomainError(f"「{values['name']}」というタグはもうあります。ほかの名前にしてください。", "name")
    for name, value in values.items():
        setattr(tag, name, value)
    tag.updated_at = now
    session.flush()  # the same request lists the tags


def keep_actions(session: Session, tag: Tag, *, attached: SetDraft, full: SetDraft, now: datetime) -> None:
    """What follows when automation attaches the tag, and when it can't because the tag is full."""
    actions.keep(session, ATTACHED, tag.id, attached, now=now)
    actions.keep(session, FULL, tag.id, full, now=now)


def favour(tag: Tag, *, is_favourite: bool, now: datetime) -> None:
    tag.is_favourite = is_favourite
    tag.updated_at = now


def copy(session: Session, tag: Tag, *, now: datetime) -> Tag:
    """A tag like it, with its actions, carried by nobody."""
    draft = TagDraft(_free_name(session, tag.name), tag.color, tag.folder_id, tag.is_favourite, tag.capacity)
    twin = create(session, draft, now=now)
    for place in (ATTACHED, FULL):
        actions.keep(session, place, twin.id, actions.draft(actions.at(session, place, tag.id), place), now=now)
    return twin


def delete(session: Session, tag: Tag) -> None:
    """Conditions and steps that use it find it gone; the friends' rows are swept afterwards."""
    for place in (ATTACHED, FULL):
        actions.drop(session, place, tag.id)
    session.add(TagLeftover(tag_id=tag.id))
    session.delete(tag)
    session.flush()  # whatever asks next finds it gone


def _free_name(session: Session, name: str) -> str:
    """「…のコピー」, with a number where that is taken."""
    taken = set(session.scalars(sa.select(Tag.name_key)))
    number, stem = 1, name[: LONGEST_NAME - 8]
    while name_key(wanted := f"{stem}のコピー{number if number > 1 else ''}") in taken:
        number += 1
    return wanted


def _checked(session: Session, draft: TagDraft) -> dict[str, object]:
    name = checked_name(draft.name, LONGEST_NAME, "タグの名前")
    if draft.capacity is not None and not 1 <= draft.capacity <= LARGEST_CAPACITY:
        raise DomainError(f"人数は1〜{LARGEST_CAPACITY:,}の数字で入力してください。", "capacity")
    return {
        "name": name,
        "name_key": name_key(name),
        "color": draft.color,
        "folder_id": folders.checked(session, FEATURE, draft.folder_id),
        "is_favourite": draft.is_favourite,
        "capacity": draft.capacity,
    }


@actions.place(ATTACHED, label="タグが付いたとき", runs_once=True)
def _attached_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, holders, "タグ「{}」が付いたとき")


@actions.place(FULL, label="タグが定員に達したあと", runs_once=True)
def _full_places(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    return _places(session, holders, "タグ「{}」が定員に達していたとき")


def _places(session: Session, holders: Collection[str], words: str) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, holders).items()
    return {key: mentions.Place(words.format(name), "tags.edit", {"tag_id": int(key)}) for key, name in named}
