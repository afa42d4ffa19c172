"""Test sends: to testers alone, and never twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import friends, registry, test_sends
from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import Traces, covered
from lstep_lite.errors import DomainError
from lstep_lite.models import Delivery, Tester
from tests.factories import NOW, a_friend, a_staff, a_tester

assert registry
TEXT = [{"kind": "text", "text": "こんにちは"}]


def send(session: Session, ids: list[int], token: str = "t1") -> int:
    staff = a_staff(session)
    return test_sends.send(session, TEXT, ids, name="ごあいさつ", token=token, staff_id=staff.id, now=NOW)


def test_only_testers_get_it_and_each_press_once(session: Session) -> None:
    tester, stranger = a_tester(session, a_friend(session)), a_friend(session)
    for token in ("t1", "t1", "t2"):
        assert send(session, [tester.id, stranger.id], token) == 1
    assert session.scalars(select(Delivery.friend_id)).all() == [tester.id, tester.id]


def test_testers_who_have_blocked_us_are_left_out(session: Session) -> None:
    here, gone = a_tester(session, a_friend(session)), a_tester(session, a_friend(session, is_following=False))
    assert send(session, [here.id, gone.id]) == 1
    with pytest.raises(DomainError, match="どなたも受け取れません"):
        send(session, [gone.id], "t2")


def test_there_are_only_so_many_testers(session: Session) -> None:
    for number in range(test_sends.MOST):
        assert test_sends.add(session, a_friend(session), now=NOW + timedelta(minutes=number))
    first = test_sends.all_testers(session)[0]
    assert not test_sends.add(session, first, now=NOW), "once is enough"
    with pytest.raises(DomainError, match="20人まで"):
        test_sends.add(session, a_friend(session), now=NOW)


def test_merged_records_are_one_tester(session: Session) -> None:
    kept, phone_only = a_tester(session, a_friend(session)), a_friend(session, line_user_id=None)
    a_tester(session, phone_only)
    friends.merge(session, kept, phone_only, staff_id=None, now=NOW)
    assert session.scalars(select(Tester.friend_id)).all() == [kept.id]


def test_a_forgotten_person_is_no_tester(session: Session) -> None:
    friend = a_tester(session, a_friend(session))
    assert "testers" in covered
    for eraser in erasing._erasers:
        eraser(session, Traces(friend.id, friend.line_user_id, NOW))
    assert test_sends.all_testers(session) == []
