"""Rules that decide who sees which menu: the first that fits, worked out anew where something changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import mentions, segments, tags
from lstep_lite.engine.rich_menus import modes, showing
from lstep_lite.engine.rich_menus.showing import following, rules
from lstep_lite.engine.rich_menus.showing.rules import RuleDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ChangedBy,
    Friend,
    FriendMenu,
    MenuLook,
    MenuMode,
    MenuOrigin,
    MenuRule,
    RichMenu,
    Tag,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_shown_menu, a_tag

EVERYBODY = segments.EVERYBODY


def tagged(tag: Tag) -> dict[str, Any]:
    return {"all": [{"id": "c", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}


def a_menu_rule(session: Session, tree: dict[str, Any], menu: RichMenu | None, **over: Any) -> MenuRule:
    return rules.create(session, RuleDraft(tree, menu.id if menu else None, **over), now=NOW)


def by_rules(session: Session) -> None:
    rules.set_mode(session, MenuMode.RULES, now=NOW)


def attach(session: Session, tag: Tag, friend: Friend) -> None:
    tags.attach(session, tag, friend, changed_by=ChangedBy.STAFF, now=NOW)


def work(database: Database, session: Session, now: datetime = NOW) -> None:
    session.commit()
    while following.look_at_changed(database, now=now, wall=now) or following.look_at_all_due(
        database, now=now, wall=now
    ):
        pass
    session.expire_all()


def wanted(session: Session, friend: Friend) -> int | None:
    row = session.get(FriendMenu, friend.id, populate_existing=True)
    return row.menu_id if row else None


def test_the_first_rule_that_fits_decides_and_what_happened_is_on_the_timeline(
    database: Database, session: Session
) -> None:
    vip, member, closed = a_tag(session), a_tag(session), a_tag(session)
    gold, silver = a_shown_menu(session, name="ゴールド"), a_shown_menu(session, name="シルバー")
    both, one, out, nobody, away = (a_friend(session) for _ in range(5))
    for friend, tag in ((both, vip), (both, member), (one, member), (out, closed), (out, vip), (away, vip)):
        attach(session, tag, friend)
    away.is_following = False
    a_menu_rule(session, tagged(vip), silver, is_on=False)
    a_menu_rule(session, tagged(closed), None)
    a_menu_rule(session, tagged(vip), gold)
    a_menu_rule(session, tagged(member), silver)
    by_rules(session)
    work(database, session)

    assert [wanted(session, friend) for friend in (both, one, out, nobody, away)] == [
        gold.id,
        silver.id,
        None,
        None,
        None,
    ]
    row = session.get_one(FriendMenu, both.id)
    assert (row.origin, row.due_at, row.since) == (MenuOrigin.RULE, modes.AFTERWARDS, NOW)
    kind = TimelineEntry.kind == showing.KIND
    [entry] = session.scalars(sa.select(TimelineEntry).where(kind, TimelineEntry.friend_id == both.id)).all()
    assert entry.facts == {"label": "ゴールド", "by": "rule"}


def test_a_friend_of_whom_something_changed_is_looked_at_soon_and_others_are_left_alone(
    database: Database, session: Session
) -> None:
    vip, menu = a_tag(session), a_shown_menu(session)
    friend, other = a_friend(session), a_friend(session)
    a_menu_rule(session, tagged(vip), menu)
    by_rules(session)
    work(database, session)
    attach(session, vip, friend)
    assert session.scalars(sa.select(MenuLook.friend_id)).all() == [friend.id]
    work(database, session)
    row = session.get_one(FriendMenu, friend.id)
    assert (row.menu_id, row.due_at) == (menu.id, modes.AT_ONCE)
    assert session.get(FriendMenu, other.id) is None
    assert session.scalars(sa.select(MenuLook.friend_id)).all() == [], "its own entry starts no second look"
    revision = row.revision
    row.due_at = None
    attach(session, a_tag(session), friend)
    work(database, session)
    assert (wanted(session, friend), row.revision, row.due_at) == (menu.id, revision, None), "LINE need not be told"


def test_while_action_sets_decide_nothing_is_noted(session: Session) -> None:
    attach(session, a_tag(session), a_friend(session))
    assert session.scalars(sa.select(MenuLook.friend_id)).all() == []


def test_everybody_is_looked_at_again_when_rules_change_and_every_hour(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHUNK", 2)
    friends, menu = [a_friend(session) for _ in range(5)], a_shown_menu(session)
    by_rules(session)
    work(database, session)
    assert modes.settings(session).rules_due_at == NOW + following.EVERY
    rule = a_menu_rule(session, EVERYBODY, menu)
    work(database, session)
    assert {wanted(session, friend) for friend in friends} == {menu.id}
    late = a_friend(session)
    work(database, session, NOW + timedelta(minutes=59))
    assert wanted(session, late) is None
    work(database, session, NOW + following.EVERY)
    assert wanted(session, late) == menu.id
    rules.delete(session, rule, now=NOW)
    work(database, session)
    assert {wanted(session, friend) for friend in friends} == {None}


def test_a_condition_on_something_deleted_fits_nobody(database: Database, session: Session) -> None:
    tag, friend, menu = a_tag(session), a_friend(session), a_shown_menu(session)
    attach(session, tag, friend)
    rule = a_menu_rule(session, tagged(tag), menu)
    by_rules(session)
    assert mentions.counts(session, "tags") == {str(tag.id): 1}
    tags.delete(session, tag)
    work(database, session)
    assert wanted(session, friend) is None
    assert segments.broken(session, rule.tree)


def test_what_rules_would_come_to_is_known_before_they_are_saved(database: Database, session: Session) -> None:
    vip, gold, silver = a_tag(session), a_shown_menu(session), a_shown_menu(session)
    people = [a_friend(session) for _ in range(4)]
    a_friend(session, is_following=False)
    attach(session, vip, people[0])
    showing.show(session, people[1], silver.id, origin=MenuOrigin.STAFF, now=NOW)
    drafts = [
        RuleDraft(tagged(vip), gold.id),
        RuleDraft(EVERYBODY, gold.id, is_on=False),
        RuleDraft(EVERYBODY, silver.id),
    ]
    found = rules.outlook(session, drafts, now=NOW)
    assert (found.total, found.changing, list(found.caught)) == (4, 3, [1, 0, 3])
    assert rules.outlook(session, [], now=NOW).changing == 1
    assert database


def test_going_back_to_action_sets_leaves_everybody_what_they_see(database: Database, session: Session) -> None:
    friend, menu = a_friend(session), a_shown_menu(session)
    a_menu_rule(session, EVERYBODY, menu)
    by_rules(session)
    work(database, session)
    with pytest.raises(showing.NotShown, match="ルール"):
        showing.show(session, friend, None, origin=MenuOrigin.STAFF, now=NOW)
    rules.set_mode(session, MenuMode.ACTIONS, now=NOW)
    work(database, session)
    assert wanted(session, friend) == menu.id
    assert showing.show(session, friend, None, origin=MenuOrigin.STAFF, now=NOW)


def test_a_rule_can_not_ask_for_the_menu_that_it_decides(session: Session) -> None:
    menu = a_shown_menu(session)
    asking = {"all": [{"id": "c", "kind": "rich_menu", "data": {"menu_id": menu.id, "how": "shown"}}], "any": []}
    saved = segments.create(session, segments.SegmentDraft(name="見ている方", tree=asking), now=NOW)
    inside = {"all": [{"id": "c", "kind": "saved", "data": {"segment_id": saved.id}}], "any": []}
    for tree in (asking, inside):
        with pytest.raises(DomainError) as refused:
            a_menu_rule(session, tree, menu)
        assert refused.value.field == "tree"


def test_rules_are_kept_in_the_order_they_are_put(session: Session) -> None:
    first, second, third = (a_menu_rule(session, EVERYBODY, None) for _ in range(3))
    rules.arrange(session, [third.id, first.id], now=NOW)
    assert rules.in_order(session) == [third, first, second]
