"""Tags for many friends at once: by hand, so nothing follows; one statement a chunk and table."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import UTCDateTime, insert_new
from lstep_lite.engine import batches, triggers
from lstep_lite.engine.batches import Outcome, Params, Question
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.tags import attaching, keeping
from lstep_lite.models import Batch, ChangedBy, Friend, FriendTag, Tag

GONE = "選んだタグが削除されています。"
NO_ACTIONS = "手で付けるのと同じなので、「タグが付いたときのアクション」は動きません。"
KEPT = "タグを外しても、アクションは動きません。"


def _choices(session: Session) -> list[tuple[int | None, str]]:
    return [(tag.id, tag.name) for tag in keeping.in_order(session)]


def _explain_attach(session: Session, params: Params, count: int) -> Sequence[str]:
    tag = session.get(Tag, params.get("tag_id", 0))
    if tag is None or tag.capacity is None:
        return [NO_ACTIONS]
    return [NO_ACTIONS, f"このタグの定員は{tag.capacity:,}人です。あふれた方には付きません。"]


def _explain_detach(_session: Session, _params: Params, _count: int) -> Sequence[str]:
    return [KEPT]


QUESTION = Question("tag_id", "タグ", _choices)


@batches.kind(
    "tags.attach",
    label="タグを付ける",
    permission=Permission.FRIENDS_EDIT,
    question=QUESTION,
    explain=_explain_attach,
)
def attach(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    tag = session.get(Tag, batch.params["tag_id"])
    if tag is None:
        return Outcome(failed=dict.fromkeys(friend_ids, GONE))
    room = attaching.lock(session, tag) if tag.capacity is not None else len(friend_ids)
    before = _carriers(session, tag, friend_ids)
    others = [friend_id for friend_id in friend_ids if friend_id not in before]
    added, refused = others[:room], others[room:]
    if added:
        _insert(session, tag, added, now)
        triggers.record_many(session, "tag.attached", added, now=now, **_facts(tag, batch))
    full = f"定員（{tag.capacity or 0:,}人）に達しています。"
    return Outcome(skipped=dict.fromkeys(before, "もう付いています。") | dict.fromkeys(refused, full))


@batches.kind(
    "tags.detach",
    label="タグを外す",
    permission=Permission.FRIENDS_EDIT,
    question=QUESTION,
    explain=_explain_detach,
)
def detach(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    tag = session.get(Tag, batch.params["tag_id"])
    if tag is None:
        return Outcome(failed=dict.fromkeys(friend_ids, GONE))
    before = _carriers(session, tag, friend_ids)
    if before:
        mine = sa.delete(FriendTag).where(FriendTag.tag_id == tag.id, FriendTag.friend_id.in_(before))
        session.execute(mine.execution_options(synchronize_session=False))
        triggers.record_many(session, "tag.detached", sorted(before), now=now, **_facts(tag, batch))
    without = [friend_id for friend_id in friend_ids if friend_id not in before]
    return Outcome(skipped=dict.fromkeys(without, "付いていません。"))


def _carriers(session: Session, tag: Tag, friend_ids: Sequence[int]) -> set[int]:
    query = sa.select(FriendTag.friend_id).where(FriendTag.tag_id == tag.id, FriendTag.friend_id.in_(friend_ids))
    return set(session.scalars(query))


def _insert(session: Session, tag: Tag, friend_ids: Sequence[int], now: datetime) -> None:
    columns = {
        "friend_id": Friend.id,
        "tag_id": sa.literal(tag.id),
        "attached_at": sa.literal(now, UTCDateTime()),
        "changed_by": sa.literal(ChangedBy.STAFF, FriendTag.changed_by.type),
    }
    chosen = sa.select(*columns.values()).where(Friend.id.in_(friend_ids))
    session.execute(insert_new(session, FriendTag).from_select(list(columns), chosen))


def _facts(tag: Tag, batch: Batch) -> dict[str, object]:
    facts: dict[str, object] = {"tag_id": tag.id, "label": tag.name, "batch_id": batch.id}
    return facts | ({"staff_id": batch.staff_id} if batch.staff_id is not None else {})
