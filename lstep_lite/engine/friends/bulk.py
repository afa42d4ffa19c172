"""Hiding many friends, or bringing them back into the lists: by hand, so nothing follows."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import batches, triggers
from lstep_lite.engine.batches import Outcome, Params
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Batch, Friend


def _explain_hide(_session: Session, _params: Params, _count: int) -> Sequence[str]:
    return ["友だちリストとトークの一覧に出なくなります。メッセージはこれまでどおり届きます。"]


@batches.kind("friends.hide", label="非表示にする", permission=Permission.FRIENDS_EDIT, explain=_explain_hide)
def hide(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    return _shelve(session, batch, friend_ids, "friend.hidden", is_hidden=True, now=now)


@batches.kind("friends.show", label="友だちリストに戻す", permission=Permission.FRIENDS_EDIT)
def show(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    return _shelve(session, batch, friend_ids, "friend.shown", is_hidden=False, now=now)


def _shelve(
    session: Session, batch: Batch, friend_ids: Sequence[int], kind: str, *, is_hidden: bool, now: datetime
) -> Outcome:
    others = sa.update(Friend).where(Friend.id.in_(friend_ids), Friend.is_hidden.is_(not is_hidden))
    changing = others.values(is_hidden=is_hidden).returning(Friend.id)
    changed = session.scalars(changing.execution_options(synchronize_session=False)).all()
    if changed:
        by = {"staff_id": batch.staff_id} if batch.staff_id is not None else {}
        triggers.record_many(session, kind, changed, now=now, batch_id=batch.id, **by)
    return Outcome(skipped=dict.fromkeys(set(friend_ids) - set(changed), "もうその状態です。"))
