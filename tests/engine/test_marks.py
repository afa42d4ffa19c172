"""Marks: keeping them, and putting one on a friend by hand, by automation, on many at once."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import batches, friends, marks, registry
from lstep_lite.engine.marks import MarkDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Friend, MarkLeftover, TimelineEntry
from tests.factories import NOW, a_friend, a_mark, a_staff

assert registry


def entries(session: Session, friend: Friend) -> list[TimelineEntry]:
    return list(session.scalars(sa.select(TimelineEntry).filter_by(friend_id=friend.id).order_by(TimelineEntry.id)))


def test_a_name_is_given_once(session: Session) -> None:
    marks.create(session, MarkDraft("ＶＩＰ"), now=NOW)
    with pytest.raises(DomainError, match="もうあります"):
        marks.create(session, MarkDraft("vip"), now=NOW)
    other = marks.create(session, MarkDraft("常連"), now=NOW)
    with pytest.raises(DomainError, match="もうあります"):
        marks.update(session, other, MarkDraft("vip"), now=NOW)
    with pytest.raises(DomainError, match="入力してください"):
        marks.update(session, other, MarkDraft(" "), now=NOW)


def test_samples_are_made_once(session: Session) -> None:
    assert marks.create_samples(session, now=NOW) == len(marks.SAMPLES)
    assert marks.create_samples(session, now=NOW) == 0


def test_the_timeline_tells_what_was_before_and_what_came_after(session: Session) -> None:
    first, second, friend, person = (
        a_mark(session, name="新規"),
        a_mark(session, name="常連"),
        a_friend(session),
        a_staff(session),
    )
    for mark in (first, second, second, None):
        marks.put(session, friend, mark, changed_by=ChangedBy.STAFF, now=NOW, staff_id=person.id)
    assert [entry.facts["label"] for entry in entries(session, friend)] == ["なし → 新規", "新規 → 常連", "常連 → なし"]
    assert friend.mark_id is None


def test_a_deleted_mark_is_gone_at_once_and_taken_from_its_friends_afterwards(database: Database) -> None:
    with database.unit() as session:
        mark, friend = a_mark(session), a_friend(session)
        marks.put(session, friend, mark, changed_by=ChangedBy.STAFF, now=NOW)
        marks.delete(session, mark)
        assert marks.of(session, friend) is None
    while marks.sweep(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        assert session.scalars(sa.select(Friend.mark_id)).all() == [None]
        assert session.scalars(sa.select(MarkLeftover)).all() == []


def test_many_get_a_mark_in_one_go_and_lose_it_again(database: Database, session: Session) -> None:
    old, new = a_mark(session, name="新規"), a_mark(session, name="常連")
    people = [a_friend(session, mark_id=mark_id) for mark_id in (None, old.id, new.id)]
    session.commit()
    assert apply(database, people, new.id).skipped == {people[2].id: "もうその状態です。"}
    assert apply(database, people, None).skipped == {}
    session.expire_all()
    assert [friend.mark_id for friend in people] == [None] * 3
    told = [[entry.facts["label"] for entry in entries(session, friend)] for friend in people]
    assert told == [["なし → 常連", "常連 → なし"], ["新規 → 常連", "常連 → なし"], ["常連 → なし"]]


def apply(database: Database, people: list[Friend], mark_id: int | None) -> batches.Outcome:
    ids = [friend.id for friend in people]
    with database.unit() as session:
        batch = batches.start(
            session,
            "marks.set",
            label="一括",
            params={"mark_id": mark_id},
            audience=friends.Audience(ids=tuple(ids)),
            dedupe_key=f"marks:{mark_id}",
            staff_id=None,
            now=NOW,
        )
        outcome = batches.kinds["marks.set"].apply(session, batch, ids, now=NOW)
    assert outcome is not None
    return outcome
