"""Attaching tags to friends and taking them off.

What automation attaches fires "tag.attached", from which the tag's actions follow. What people do by hand, and what is
imported, is only written on the timeline. Taking a tag off never runs anything.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import add_new, remembered
from lstep_lite.engine import actions, triggers
from lstep_lite.engine.tags import keeping
from lstep_lite.engine.tags.keeping import ATTACHED, FULL, TagDraft
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import ChangedBy, Friend, FriendTag, Tag, TimelineEntry, WebhookEvent

triggers.labels.update(
    {
        "tag.attached": "タグが付いた",
        "tag.detached": "タグを外した",
        "tag.full": "タグが定員に達していた",
    }
)


@dataclass(frozen=True)
class Carried:
    """A tag a friend carries: since when, and who attached it."""

    tag: Tag
    attached_at: datetime
    changed_by: ChangedBy
    cause: str | None
    """The kind of the timeline entry it follows from, if there is one."""


def attach(
    session: Session,
    tag: Tag,
    friend: Friend,
    *,
    changed_by: ChangedBy,
    now: datetime,
    cause: TimelineEntry | None = None,
    event: WebhookEvent | None = None,
    staff_id: int | None = None,
) -> bool:
    """Whether the friend has got the tag now; False when it was there already, or the tag is full.

    A full tag is a refusal (DomainError) only for staff; for automation the tag's second set of actions follows.
    """
    facts = _facts(tag, staff_id)
    if lock(session, tag) == 0:
        if carries(session, tag, friend):
            return False
        if changed_by is ChangedBy.STAFF:
            raise DomainError(f"「{tag.name}」は定員（{tag.capacity:,}人）に達しているため、付けられません。", "name")
        triggers.happen(session, "tag.full", friend, changed_by, now=now, cause=cause, event=event, **facts)
        return False
    row = {"friend_id": friend.id, "tag_id": tag.id, "attached_at": now, "changed_by": changed_by}
    row["cause_id"] = cause.id if cause else None
    if add_new(session, FriendTag, row, returning="tag_id") is None:
        return False
    triggers.happen(session, "tag.attached", friend, changed_by, now=now, cause=cause, event=event, **facts)
    return True


def attach_named(
    session: Session, name: str, friend: Friend, *, may_create: bool, staff_id: int, now: datetime
) -> tuple[Tag, bool]:
    """By hand, by its name: the tag, and whether the friend has got it now.

    Raises DomainError for *name*, or for `create` when there is no such tag and none may be made.
    """
    tag = keeping.find(session, name)
    if tag is None and not may_create:
        raise DomainError(f"「{name.strip()}」というタグはまだありません。", "create")
    tag = tag or keeping.create(session, TagDraft(name), now=now)
    return tag, attach(session, tag, friend, changed_by=ChangedBy.STAFF, now=now, staff_id=staff_id)


def detach(
    session: Session,
    tag: Tag,
    friend: Friend,
    *,
    now: datetime,
    cause: TimelineEntry | None = None,
    staff_id: int | None = None,
) -> bool:
    """Whether the friend has lost the tag now; False when it was not there. Nothing follows from it."""
    mine = sa.delete(FriendTag).where(FriendTag.friend_id == friend.id, FriendTag.tag_id == tag.id)
    if session.scalar(mine.returning(FriendTag.tag_id)) is None:
        return False
    triggers.record(session, "tag.detached", friend, now=now, cause=cause, **_facts(tag, staff_id))
    return True


def lock(session: Session, tag: Tag) -> int:
    """How many friends may still get the tag; nobody else fills it, or deletes it, before this unit ends.

    Tags for any number of friends are locked against deletion only, so that many can be tagged at once.
    """
    capacity = remembered(session, ("capacity", tag.id), lambda: _lock_row(session, tag))
    if capacity is None:
        return 1
    carriers = sa.select(sa.func.count()).select_from(FriendTag).where(FriendTag.tag_id == tag.id)
    return max(0, capacity - (session.scalar(carriers) or 0))


def _lock_row(session: Session, tag: Tag) -> int | None:
    """The capacity, which stays as it is until this unit ends."""
    row = sa.select(Tag.capacity).where(Tag.id == tag.id)
    is_shared = tag.capacity is None
    found = session.execute(row.with_for_update(read=is_shared, key_share=is_shared)).one_or_none()
    if found is None:
        raise NotFound("このタグは見つかりませんでした。削除された可能性があります。")
    return None if found.capacity is None else int(found.capacity)


def carries(session: Session, tag: Tag, friend: Friend) -> bool:
    mine = sa.exists().where(FriendTag.friend_id == friend.id, FriendTag.tag_id == tag.id)
    return bool(session.scalar(sa.select(mine)))


def of(session: Session, friend: Friend) -> list[Carried]:
    """The tags the friend carries, in the order of the list."""
    query = (
        sa.select(Tag, FriendTag, TimelineEntry.kind)
        .join(FriendTag, FriendTag.tag_id == Tag.id)
        .join(TimelineEntry, TimelineEntry.id == FriendTag.cause_id, isouter=True)
        .where(FriendTag.friend_id == friend.id)
        .order_by(Tag.position, Tag.id)
    )
    return [Carried(tag, row.attached_at, row.changed_by, kind) for tag, row, kind in session.execute(query)]


def of_many(session: Session, friend_ids: Collection[int]) -> dict[int, list[Tag]]:
    """The tags of several friends, by friend id, in the order of the list; one query for all."""
    query = (
        sa.select(FriendTag.friend_id, Tag)
        .join(Tag, Tag.id == FriendTag.tag_id)
        .where(FriendTag.friend_id.in_(friend_ids))
        .order_by(Tag.position, Tag.id)
    )
    found: dict[int, list[Tag]] = {friend_id: [] for friend_id in friend_ids}
    for friend_id, tag in session.execute(query):
        found[friend_id].append(tag)
    return found


def _facts(tag: Tag, staff_id: int | None) -> dict[str, object]:
    """The name is written down too: the tag may be deleted later."""
    return {"tag_id": tag.id, "label": tag.name} | ({"staff_id": staff_id} if staff_id is not None else {})


@triggers.on("tag.attached")
def _run_attached(session: Session, happening: triggers.Happening) -> str | None:
    return _run(session, ATTACHED, happening)


@triggers.on("tag.full")
def _run_full(session: Session, happening: triggers.Happening) -> str | None:
    return _run(session, FULL, happening)


def _run(session: Session, place: str, happening: triggers.Happening) -> str | None:
    action_set = actions.at(session, place, happening.facts["tag_id"])
    if action_set is None or not action_set.steps:
        return None
    occurrence = f"timeline:{happening.entry.id}"
    trigger = actions.Trigger(occurrence, happening.now, cause=happening.entry, event=happening.event)
    if actions.run(session, action_set, happening.friend, trigger) is None and not action_set.repeats:
        return "アクションは前に実行したことがあるため、今回は実行しませんでした。"
    return None
