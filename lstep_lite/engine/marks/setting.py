"""Giving a friend a mark, or none: of one friend, or of many by hand."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import batches, triggers
from lstep_lite.engine.batches import Choice, Outcome, Question
from lstep_lite.engine.marks import keeping
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Batch, ChangedBy, Friend, Mark, TimelineEntry, WebhookEvent

NONE = "なし"
triggers.labels["mark.changed"] = "対応マークが変わった"


def put(
    session: Session,
    friend: Friend,
    mark: Mark | None,
    *,
    changed_by: ChangedBy,
    now: datetime,
    cause: TimelineEntry | None = None,
    event: WebhookEvent | None = None,
    staff_id: int | None = None,
) -> bool:
    """Whether that changed anything. Automation may follow from what automation changed, not from what staff did."""
    before = of(session, friend)
    if before == mark:
        return False
    friend.mark_id = mark.id if mark else None
    facts = _facts(before.name if before else NONE, mark, staff_id)
    triggers.happen(session, "mark.changed", friend, changed_by, now=now, cause=cause, event=event, **facts)
    return True


def of(session: Session, friend: Friend) -> Mark | None:
    """The friend's mark; none where it was deleted."""
    return session.get(Mark, friend.mark_id) if friend.mark_id is not None else None


def _choices(session: Session) -> list[Choice]:
    return [(None, "マークなし"), *((mark.id, mark.name) for mark in keeping.in_order(session))]


@batches.kind(
    "marks.set",
    label="対応マークを変える",
    permission=Permission.FRIENDS_EDIT,
    question=Question("mark_id", "対応マーク", _choices),
)
def put_many(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    """By hand, so nothing follows: one statement for the friends, one a former mark for their timelines."""
    mark_id = batch.params.get("mark_id")
    mark = session.get(Mark, mark_id) if mark_id is not None else None
    if mark is None and mark_id is not None:
        return Outcome(failed=dict.fromkeys(friend_ids, "選んだ対応マークが削除されています。"))
    query = sa.select(Friend.id, Mark.id, Mark.name).join(Mark, Mark.id == Friend.mark_id, isouter=True)
    rows = session.execute(query.where(Friend.id.in_(friend_ids)).order_by(Mark.id, Friend.id)).all()
    changed = [(friend_id, name or NONE) for friend_id, before_id, name in rows if before_id != mark_id]
    ids = [friend_id for friend_id, _ in changed]
    everyone = sa.update(Friend).where(Friend.id.in_(ids)).values(mark_id=mark_id)
    session.execute(everyone.execution_options(synchronize_session=False))
    for name, group in groupby(changed, key=lambda pair: pair[1]):
        facts = _facts(name, mark, batch.staff_id) | {"batch_id": batch.id}
        triggers.record_many(session, "mark.changed", [friend_id for friend_id, _ in group], now=now, **facts)
    return Outcome(skipped=dict.fromkeys(set(friend_ids) - set(ids), "もうその状態です。"))


def _facts(before: str, mark: Mark | None, staff_id: int | None) -> dict[str, object]:
    facts: dict[str, object] = {
        "mark_id": mark.id if mark else None,
        "label": f"{before} → {mark.name if mark else NONE}",
    }
    return facts | ({"staff_id": staff_id} if staff_id is not None else {})
