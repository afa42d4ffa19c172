"""One row a person: searching, editing, shelving, merging."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Base
from lstep_lite.engine import deliveries, friends, messages, registry
from lstep_lite.engine.friends import Filters, FriendDraft, FriendState, Shown, merging
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import (
    ChatMessage,
    Delivery,
    DeliveryState,
    Friend,
    Lane,
    Origin,
    Talk,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_staff

assert registry

HANAKO = FriendDraft(real_name="山田 花子", kana="ヤマダ ハナコ", phone="090-1234-5678", email="Hanako@example.com")


def names(session: Session, filters: Filters) -> list[str]:
    return [friend.name for friend in friends.search(session, filters).friends]


@pytest.mark.parametrize(
    "wanted", ["山田花子", "山田　花子", "やまだ", "ﾔﾏﾀﾞ", "0901234", "090-1234", "hanako@EXAMPLE", "line太郎"]
)
def test_a_friend_is_found_however_the_name_is_written(session: Session, wanted: str) -> None:
    friend = a_friend(session, display_name="LINE 太郎")
    a_friend(session, display_name="ほかの人")
    friends.update(session, friend, HANAKO, now=NOW)
    assert [found.id for found in friends.search(session, Filters(text=wanted)).friends] == [friend.id]


@pytest.mark.parametrize("wanted", ["%", "_", "\\"])
def test_signs_that_mean_something_to_the_database_are_only_signs(session: Session, wanted: str) -> None:
    friend = a_friend(session, display_name="花子")
    friends.refresh_search_text(friend)
    session.flush()
    assert names(session, Filters(text=wanted)) == []


def test_a_name_too_long_for_an_index_is_kept_and_found_by_its_beginning(session: Session) -> None:
    name = "".join(random.Random(1).choices([chr(0x20000 + number) for number in range(40_000)], k=5_000))
    friend = a_friend(session, display_name=name)
    friends.refresh_search_text(friend)
    session.flush()
    assert list(friends.search(session, Filters(text=name[:50])).friends) == [friend]


def test_everybody_is_under_exactly_one_tab(session: Session) -> None:
    a_friend(session, display_name="friend")
    a_friend(session, display_name="left", is_following=False)
    a_friend(session, display_name="hidden", is_hidden=True, is_following=False)
    a_friend(session, display_name="blocked", is_hidden=True, is_blocked=True)
    a_friend(session, display_name="phone", line_user_id=None, is_following=False)
    for state, name in zip(FriendState, ("friend", "left", "hidden", "blocked", "phone"), strict=True):
        assert names(session, Filters(state=state)) == [name]
    assert friends.count_by_state(session) == dict.fromkeys(FriendState, 1)


def test_people_who_left_or_were_put_away_are_shown_as_asked(session: Session) -> None:
    for name, over in (("here", {}), ("left", {"is_following": False}), ("hidden", {"is_hidden": True})):
        a_friend(session, display_name=name, **over)
    a_friend(session, line_user_id=None, display_name="phone", is_following=False)
    assert names(session, Filters()) == ["here"]
    assert set(names(session, Filters(left=Shown.YES))) == {"here", "left"}
    assert names(session, Filters(left=Shown.ONLY)) == ["left"]
    assert set(names(session, Filters(shelved=Shown.YES))) == {"here", "hidden"}
    assert names(session, Filters(shelved=Shown.ONLY)) == ["hidden"]


def test_pages_show_everybody_once_newest_first(session: Session) -> None:
    for number in range(7):
        a_friend(session, display_name=str(number), followed_at=NOW + timedelta(minutes=number // 2))
    seen = [friends.search(session, Filters(), page=page, size=3) for page in (1, 2, 3)]
    assert [friend.name for page in seen for friend in page.friends] == list("6543210")
    assert (seen[0].total_count, seen[0].page_count) == (7, 3)
    assert friends.search(session, Filters(), page=99, size=3).number == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("real_name", "x" * 101),
        ("phone", "call me"),
        ("email", "hanako"),
        ("birthday", date(1800, 1, 1)),
        ("birthday", date(2030, 1, 1)),
        ("memo", "x" * 10_001),
    ],
)
def test_what_can_not_be_right_is_refused_and_named(session: Session, field: str, value: object) -> None:
    friend = a_friend(session)
    with pytest.raises(DomainError) as refusal:
        friends.update(session, friend, replace(HANAKO, **{field: value}), now=NOW)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_customer_without_line_is_a_friend_nobody_sends_to(session: Session) -> None:
    friend = friends.add_without_line(session, HANAKO, now=NOW)
    assert (friend.origin, friend.can_receive, friend.name) == (Origin.WITHOUT_LINE, False, "山田 花子")
    with pytest.raises(DomainError) as refusal:
        friends.add_without_line(session, FriendDraft(phone="03-1111-2222"), now=NOW)
    assert refusal.value.field == "real_name"


def test_blocking_cancels_what_waits_and_hiding_does_not(session: Session) -> None:
    friend, staff = a_friend(session), a_staff(session)
    content = messages.freeze(session, [{"kind": "text", "text": "hello"}], now=NOW)
    waiting = deliveries.put(session, friend, content, source="chat", label="", dedupe_key="k", lane=Lane.CHAT, now=NOW)
    assert waiting is not None
    friends.hide(session, friend, staff_id=staff.id, now=NOW)
    session.refresh(waiting)
    assert waiting.state is DeliveryState.WAITING
    assert friends.block(session, friend, staff_id=staff.id, now=NOW) == 1
    session.refresh(waiting)
    assert waiting.state is DeliveryState.CANCELLED
    assert friends.block(session, friend, staff_id=staff.id, now=NOW) == 0
    friends.unblock(session, friend, staff_id=staff.id, now=NOW)
    friends.show(session, friend, staff_id=staff.id, now=NOW)
    kinds = session.scalars(select(TimelineEntry.kind).order_by(TimelineEntry.id)).all()
    assert kinds == ["friend.hidden", "friend.blocked", "friend.unblocked", "friend.shown"]


# Merging


def test_merging_moves_every_row_to_the_one_with_line(session: Session) -> None:
    staff, line = a_staff(session), a_friend(session, display_name="はなちゃん", memo="LINE")
    phone = friends.add_without_line(session, replace(HANAKO, memo="電話"), now=NOW - timedelta(days=9))
    session.add(Talk(friend_id=line.id, last_at=NOW, unread_count=1))
    session.add(Talk(friend_id=phone.id, last_at=NOW + timedelta(1), last_text="あと", unread_count=2))
    session.add(ChatMessage(friend_id=phone.id, at=NOW, kind="text", detail={}, line_message_id="1"))
    content = messages.freeze(session, [{"kind": "text", "text": "hello"}], now=NOW)
    deliveries.put(session, phone, content, source="chat", label="", dedupe_key="k", lane=Lane.CHAT, now=NOW)

    kept = friends.merge(session, phone, line, staff_id=staff.id, now=NOW)

    assert kept is line
    assert session.scalars(select(Friend)).all() == [line]
    assert (kept.real_name, kept.phone, kept.memo) == ("山田 花子", "090-1234-5678", "LINE\n電話")
    assert kept.followed_at == NOW - timedelta(days=9)
    assert names(session, Filters(text="やまだ")) == ["はなちゃん"]
    talk = session.scalars(select(Talk)).one()
    assert (talk.friend_id, talk.unread_count, talk.last_text) == (line.id, 3, "あと")
    assert session.scalars(select(ChatMessage.friend_id)).one() == line.id
    assert session.scalars(select(Delivery.friend_id)).one() == line.id
    assert session.scalars(select(TimelineEntry.kind)).all() == ["friend.merged"]
    with pytest.raises(NotFound):
        friends.get(session, phone.id)


def test_two_line_friends_or_one_twice_are_never_merged(session: Session) -> None:
    staff, one, other = a_staff(session), a_friend(session), a_friend(session)
    for pair in ((one, other), (one, one)):
        with pytest.raises(DomainError):
            friends.merge(session, *pair, staff_id=staff.id, now=NOW)


def test_merging_reaches_every_table_that_knows_a_friend() -> None:
    known = {table.name for table, _ in merging._references()}
    assert {"talks", "chat_messages", "deliveries", "timeline", "media"} <= known
    assert known == {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "friends" for key in table.foreign_keys)
    }
