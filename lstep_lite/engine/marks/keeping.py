"""Keeping the marks a shop uses: names, colours, order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import agenda, folders, mentions, segments
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Color, Friend, Lane, Mark, MarkLeftover
from lstep_lite.models.names import name_key

FEATURE = "marks"
LONGEST_NAME = 20
MOST_MARKS = 100
CHUNK = 500
folders.shelf(FEATURE, Mark, Permission.AUTOMATION_EDIT)
mentions.target_rows(FEATURE, Mark.id, Mark.name)


@dataclass(frozen=True)
class MarkDraft:
    """What the form of a mark says."""

    name: str
    color: Color = Color.BLUE


SAMPLES = (
    MarkDraft("はじめての方", Color.BLUE),
    MarkDraft("予約の相談中", Color.ORANGE),
    MarkDraft("要フォロー", Color.RED),
    MarkDraft("常連の方", Color.GREEN),
)
"""Marks to begin with."""


def get(session: Session, mark_id: int) -> Mark:
    mark = session.get(Mark, mark_id)
    if mark is None:
        raise NotFound("この対応マークは見つかりませんでした。削除された可能性があります。")
    return mark


def in_order(session: Session) -> Sequence[Mark]:
    return session.scalars(sa.select(Mark).order_by(Mark.position, Mark.id)).all()


def friend_counts(session: Session) -> dict[int, int]:
    """How many friends carry each mark, whoever they are (hidden, gone, blocked, without LINE)."""
    query = sa.select(Friend.mark_id, sa.func.count()).where(Friend.mark_id.is_not(None)).group_by(Friend.mark_id)
    return {mark_id: count for mark_id, count in session.execute(query) if mark_id is not None}


def carriers(mark: Mark) -> Tree:
    """Those whom `friend_counts` counts, for links to the list of friends."""
    return segments.whoever("mark", {"how": "any", "mark_ids": [mark.id]})


def create(session: Session, draft: MarkDraft, *, now: datetime) -> Mark:
    """A new mark at the end of the list. Raises DomainError naming the field."""
    values = _checked(draft) | {"created_at": now, "updated_at": now}
    if (session.scalar(sa.select(sa.func.count()).select_from(Mark)) or 0) >= MOST_MARKS:
        raise DomainError(f"対応マークは{MOST_MARKS}個までです。", "name")
    values["position"] = folders.next_position(session, FEATURE)
    mark_id = session.scalar(insert_new(session, Mark).values(values).returning(Mark.id))
    if mark_id is None:
        raise _taken(draft)
    return session.get_one(Mark, mark_id)


def create_samples(session: Session, *, now: datetime) -> int:
    """The samples that are not there yet. Answers how many were made."""
    known = {mark.name_key for mark in in_order(session)}
    missing = [sample for sample in SAMPLES if name_key(sample.name) not in known]
    for sample in missing:
        create(session, sample, now=now)
    return len(missing)


def update(session: Session, mark: Mark, draft: MarkDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    values = _checked(draft)
    other = session.scalar(sa.select(Mark.id).where(Mark.name_key == values["name_key"], Mark.id != mark.id))
    if other is not None:
        raise _taken(draft)
    for name, value in values.items():
        setattr(mark, name, value)
    mark.updated_at = now
    session.flush()  # the same request lists the marks


def delete(session: Session, mark: Mark) -> None:
    """Conditions and steps that use it find it gone; friends lose it afterwards, in small units."""
    session.add(MarkLeftover(mark_id=mark.id))
    session.delete(mark)
    session.flush()  # whatever asks next finds it gone


def _taken(draft: MarkDraft) -> DomainError:
    return DomainError(f"「{draft.name.strip()}」という対応マークはもうあります。ほかの名前にしてください。", "name")


def _checked(draft: MarkDraft) -> dict[str, object]:
    name = checked_name(draft.name, LONGEST_NAME, "対応マークの名前")
    return {"name": name, "name_key": name_key(name), "color": draft.color}


# After a deletion ----------------------------------------------------------------------------------------------------


@agenda.work(Lane.BULK, due=lambda now, wall: sa.exists(sa.select(MarkLeftover.mark_id)))
def sweep(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Take a deleted mark from some of its friends. True when there is more."""
    with database.read() as session:
        mark_id = session.scalar(sa.select(MarkLeftover.mark_id).order_by(MarkLeftover.mark_id).limit(1))
    if mark_id is None:
        return False
    with database.unit() as session:
        _sweep(session, mark_id)
    return True


def _sweep(session: Session, mark_id: int) -> None:
    some = sa.select(Friend.id).where(Friend.mark_id == mark_id).order_by(Friend.id).limit(CHUNK)
    if found := session.scalars(some.with_for_update()).all():
        mine = sa.update(Friend).where(Friend.id.in_(found), Friend.mark_id == mark_id).values(mark_id=None)
        session.execute(mine.execution_options(synchronize_session=False))
    else:
        session.execute(sa.delete(MarkLeftover).where(MarkLeftover.mark_id == mark_id))


@agenda.pending
def _pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    return agenda.Pending(due=session.scalar(sa.select(sa.func.count()).select_from(MarkLeftover)) or 0)
