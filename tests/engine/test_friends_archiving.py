"""A block takes what we kept about somebody, and for thirty days it can be put back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

import lstep_lite.engine.registry  # noqa: F401 - whatever a block takes registers itself
from lstep_lite.engine import fields, friends, scores, tags
from lstep_lite.engine.friends import archiving
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ChangedBy,
    Field,
    FieldOption,
    FieldType,
    FieldValue,
    FriendArchive,
    FriendTag,
    ScorePoint,
    TimelineEntry,
)
from tests.factories import NOW, a_field, a_friend, a_score, a_staff, a_tag

BY_HAND = {"changed_by": ChangedBy.STAFF, "now": NOW}


@pytest.fixture
def staff(session):
    return a_staff(session)


@pytest.fixture
def tag(session):
    return a_tag(session, name="常連")


@pytest.fixture
def friend(session, staff, tag):
    """Somebody with a tag, two fields, a choice and some points."""
    friend = a_friend(session)
    tags.attach(session, tag, friend, **BY_HAND)
    number, day = a_field(session, FieldType.NUMBER, name="回数"), a_field(session, FieldType.DATE)
    choice = a_field(session, FieldType.CHOICE, "A", "B")
    option = session.scalars(sa.select(FieldOption).where(FieldOption.field_id == choice.id)).first()
    fields.write(session, friend, f"field:{number.id}", Decimal("2.5"), **BY_HAND)
    fields.write(session, friend, f"field:{day.id}", date(2025, 4, 1), **BY_HAND)
    fields.write(session, friend, f"field:{choice.id}", (option.id,), **BY_HAND)
    scores.add(session, a_score(session), friend, 30, reason="来店", **BY_HAND)
    return friend


def held(session, friend):
    values = fields.read_targets(session, [friend], fields.targets(session))[friend.id]
    standing = [(each.standing.total, each.standing.recent) for each in scores.of(session, friend)]
    return values, [carried.tag.name for carried in tags.of(session, friend)], standing


def test_a_block_takes_everything_and_restoring_gives_exactly_that_back(session, friend, staff):
    before = held(session, friend)
    assert friends.losses(session, friend) == {
        "タグ": 1, "友だち情報": 3, "友だち情報の変更の記録": 3, "スコアの記録": 1,
    }  # fmt: skip

    friends.block(session, friend, staff_id=staff.id, now=NOW)
    assert held(session, friend) == ({}, [], [(0, 0)])
    assert friends.losses(session, friend) == {}
    assert [archive.counts["タグ"] for archive in friends.restorable(session, friend, now=NOW)] == [1]

    friends.unblock(session, friend, staff_id=staff.id, now=NOW)
    came_back = friends.restore(session, friend, staff_id=staff.id, now=NOW + timedelta(days=29))
    assert came_back["友だち情報"] == 3
    assert held(session, friend) == before
    assert friends.restorable(session, friend, now=NOW) == []


def test_the_timeline_tells_what_was_taken_and_what_came_back(session, friend, staff):
    friends.block(session, friend, staff_id=staff.id, now=NOW)
    friends.restore(session, friend, staff_id=staff.id, now=NOW)
    told = dict(session.execute(sa.select(TimelineEntry.kind, TimelineEntry.results)).all())
    assert "タグ1件" in told["friend.blocked"][0] and "30日以内" in told["friend.blocked"][0]
    assert "タグ1件" in told["friend.restored"][0]


def test_what_was_deleted_meanwhile_stays_away_and_what_is_newer_stays(session, friend, staff, tag):
    friends.block(session, friend, staff_id=staff.id, now=NOW)
    session.delete(tag)
    number = session.scalars(sa.select(Field).where(Field.name == "回数")).one()
    fields.write(session, friend, f"field:{number.id}", Decimal(9), **BY_HAND)
    scores.add(session, scores.of(session, friend)[0].score, friend, 5, reason="再来店", **BY_HAND)

    friends.restore(session, friend, staff_id=staff.id, now=NOW)

    values, carried, standing = held(session, friend)
    assert values[f"field:{number.id}"] == 9
    assert carried == []
    assert standing == [(35, 35)], "the old points and the new"
    assert session.scalar(sa.select(sa.func.count()).select_from(ScorePoint)) == 2


def test_after_thirty_days_it_is_gone(database, session, friend, staff):
    friends.block(session, friend, staff_id=staff.id, now=NOW)
    session.commit()
    late = NOW + timedelta(days=30)
    assert friends.restorable(session, friend, now=late) == []
    with pytest.raises(DomainError, match="30日"):
        friends.restore(session, friend, staff_id=staff.id, now=late)
    archiving.drop_expired(database, now=late - timedelta(seconds=1), wall=late)
    assert session.scalar(sa.select(FriendArchive.id)) is not None
    archiving.drop_expired(database, now=late, wall=late)
    session.expire_all()
    assert session.scalar(sa.select(FriendArchive.id)) is None


def test_a_friend_who_is_blocked_twice_loses_nothing_a_second_time(session, friend, staff):
    friends.block(session, friend, staff_id=staff.id, now=NOW)
    friends.block(session, friend, staff_id=staff.id, now=NOW)
    assert len(friends.restorable(session, friend, now=NOW)) == 1


def test_hiding_takes_nothing(session, friend, staff):
    before = held(session, friend)
    friends.hide(session, friend, staff_id=staff.id, now=NOW)
    assert held(session, friend) == before
    assert session.scalar(sa.select(FriendTag.tag_id)) and session.scalar(sa.select(FieldValue.field_id))


def test_a_verified_phone_number_makes_the_caller_and_the_friend_one(session, staff):
    caller = friends.add_without_line(session, friends.FriendDraft(real_name="斉藤", phone="090-1234-5678"), now=NOW)
    friend = a_friend(session)
    caller_id = caller.id
    assert not friends.link_by_phone(session, friend, "080-0000-0000", now=NOW)
    assert friends.link_by_phone(session, friend, "+81 90 1234 5678", now=NOW)
    session.expire_all()
    assert friend.real_name == "斉藤"
    with pytest.raises(DomainError):
        friends.get(session, caller_id)


def test_where_two_callers_have_the_number_nobody_is_taken_for_the_friend(session):
    for name in ("母", "娘"):
        friends.add_without_line(session, friends.FriendDraft(real_name=name, phone="09012345678"), now=NOW)
    friend = a_friend(session)
    assert not friends.link_by_phone(session, friend, "090-1234-5678", now=NOW)
    assert friend.real_name is None
