"""Rules (ルールで切り替える): the first one that fits a friend says which menu they see.

While they are on, action sets and staff say nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import BigInt, memory
from lstep_lite.engine import mentions, segments
from lstep_lite.engine.rich_menus import keeping, modes
from lstep_lite.engine.rich_menus.showing.wishing import SEES_LINE
from lstep_lite.engine.segments import Tree
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, FriendMenu, MenuMode, MenuRule, Segment

OWNER = "menu_rules"
"""Under this word mentions are written down."""
MOST_RULES = 50
NO_MENU = 0
"""Stands for the default in SQL, which friends for whom no rule fits see too."""
SHOWING = "rich_menu"
"""The condition that asks for the menu itself."""


@dataclass(frozen=True)
class RuleDraft:
    tree: Tree
    menu_id: int | None
    """None: the default."""
    is_on: bool = True


@dataclass(frozen=True)
class Outlook:
    """What rules come to, before they are saved."""

    total: int
    """Friends who can see a menu."""
    changing: int
    """Those among them who would be to see another menu than now."""
    caught: Sequence[int]
    """By rule, in order: for how many it is the first that fits."""


# Looking -------------------------------------------------------------------------------------------------------------


def in_order(session: Session) -> Sequence[MenuRule]:
    return session.scalars(sa.select(MenuRule).order_by(MenuRule.position, MenuRule.id)).all()


def get(session: Session, rule_id: int) -> MenuRule:
    if (rule := session.get(MenuRule, rule_id)) is None:
        raise NotFound("このルールは見つかりませんでした。削除された可能性があります。")
    return rule


def draft_of(rule: MenuRule) -> RuleDraft:
    return RuleDraft(rule.tree, rule.menu_id, rule.is_on)


def outlook(session: Session, drafts: Sequence[RuleDraft], *, now: datetime) -> Outlook:
    """What *drafts*, in this order, would come to."""
    place, wanted = _first(session, drafts, now), _outcome(session, drafts, now)
    rows = sa.select(place.label("place"), (wanted != sa.func.coalesce(FriendMenu.menu_id, NO_MENU)).label("changes"))
    rows = rows.select_from(Friend).outerjoin(FriendMenu, FriendMenu.friend_id == Friend.id)
    people = rows.where(SEES_LINE).subquery()
    changing = sa.func.coalesce(sa.func.sum(sa.case((people.c.changes, 1), else_=0)), 0)
    counted = sa.select(people.c.place, sa.func.count(), changing).group_by(people.c.place)
    found = {row[0]: (row[1], row[2]) for row in session.execute(counted)}
    total, changes = (sum(numbers) for numbers in (zip(*found.values(), strict=True) if found else ((), ())))
    return Outlook(total, changes, [found.get(number, (0, 0))[0] for number in range(len(drafts))])


# Changing ------------------------------------------------------------------------------------------------------------


def create(session: Session, draft: RuleDraft, *, now: datetime) -> MenuRule:
    """A rule behind all others. Raises DomainError naming the field."""
    before = in_order(session)
    if len(before) >= MOST_RULES:
        raise DomainError(f"ルールは{MOST_RULES}個までです。使っていないルールを削除してください。")
    rule = MenuRule(position=max((each.position for each in before), default=0) + 1, created_at=now)
    _write(session, rule, draft, now)
    return rule


def update(session: Session, rule: MenuRule, draft: RuleDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    _write(session, rule, draft, now)


def delete(session: Session, rule: MenuRule, *, now: datetime) -> None:
    mentions.forget(session, OWNER, rule.id)
    session.delete(rule)
    session.flush()  # the same request lists the rules
    look_at_all(session, now=now)


def arrange(session: Session, rule_ids: Sequence[int], *, now: datetime) -> None:
    """Put the rules in this order; one that it does not name stays behind those."""
    places = {rule_id: place for place, rule_id in enumerate(rule_ids)}
    for position, rule in enumerate(sorted(in_order(session), key=lambda each: places.get(each.id, len(places)))):
        rule.position = position
    session.flush()  # the same request lists the rules
    look_at_all(session, now=now)


def set_mode(session: Session, mode: MenuMode, *, now: datetime) -> None:
    """Who decides from now on. Going back from rules, everybody keeps the menu that they see."""
    modes.locked(session).mode = mode
    session.flush()  # who looks next goes by it
    session.info.pop(MODE, None)
    look_at_all(session, now=now)


def _write(session: Session, rule: MenuRule, draft: RuleDraft, now: datetime) -> None:
    if draft.menu_id is not None:
        keeping.get(session, draft.menu_id)
    if SHOWING in _kinds(session, draft.tree):
        message = "ルールの条件に「リッチメニュー」は使えません。表示するメニューがいつまでも決まらなくなるためです。"
        raise DomainError(message, "tree")
    rule.tree, rule.menu_id, rule.is_on = draft.tree, draft.menu_id, draft.is_on
    session.add(rule)
    session.flush()  # its mentions are written down under its id
    shown = [] if draft.menu_id is None else [(keeping.FEATURE, draft.menu_id)]
    mentions.write(session, OWNER, rule.id, [*segments.mentioned(draft.tree), *shown])
    look_at_all(session, now=now)


def _kinds(session: Session, tree: Tree, depth: int = 0) -> Iterator[str]:
    """The kinds of its conditions, those of saved searches within among them."""
    for row in segments.rows(tree):
        yield row["kind"]
    saved = [key for feature, key in segments.mentioned(tree) if feature == "segments"]
    for segment in session.scalars(sa.select(Segment).where(Segment.id.in_(saved))) if saved and depth < 5 else ():
        yield from _kinds(session, segment.tree, depth + 1)


@mentions.owner(OWNER)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    """By where they stand in the list."""
    return {
        str(rule.id): mentions.Place(f"リッチメニューのルール{place}", "rich_menu_rules.edit", {"rule_id": rule.id})
        for place, rule in enumerate(in_order(session), start=1)
        if str(rule.id) in ids
    }


MODE = "menu_mode"
"""Who decides, in the session's info: asked once a unit of work."""


def are_on(session: Session) -> bool:
    if MODE not in session.info:
        session.info[MODE] = modes.settings(session).mode
    return bool(session.info[MODE] is MenuMode.RULES)


def look_at_all(session: Session, *, now: datetime) -> None:
    """Everybody's menu has to be worked out again, if it goes by rules."""
    kept = modes.locked(session)
    kept.rules_cursor, kept.rules_due_at = None, now if kept.mode is MenuMode.RULES else None
    session.flush()  # the same request may show it


# What they come to ---------------------------------------------------------------------------------------------------


def verdicts(session: Session, friend_ids: Sequence[int], *, now: datetime) -> Mapping[int, int | None]:
    """What those of these friends who can see a menu are to see, by the rules that are on; one look for all of them."""
    with memory(session):
        wanted = _outcome(session, [draft_of(rule) for rule in in_order(session)], now)
    query = sa.select(Friend.id, wanted).where(Friend.id.in_(friend_ids), SEES_LINE)
    return {friend_id: menu_id or None for friend_id, menu_id in session.execute(query)}


def _outcome(session: Session, drafts: Sequence[RuleDraft], now: datetime) -> sa.ColumnElement[Any]:
    return _case(session, drafts, [draft.menu_id or NO_MENU for draft in drafts], NO_MENU, now)


def _first(session: Session, drafts: Sequence[RuleDraft], now: datetime) -> sa.ColumnElement[Any]:
    return _case(session, drafts, range(len(drafts)), -1, now)


def _case(
    session: Session, drafts: Sequence[RuleDraft], answers: Sequence[int], otherwise: int, now: datetime
) -> sa.ColumnElement[Any]:
    fitting = [
        (segments.condition(session, draft.tree, now=now), sa.literal(answer, BigInt))
        for draft, answer in zip(drafts, answers, strict=True)
        if draft.is_on
    ]
    return sa.case(*fitting, else_=sa.literal(otherwise, BigInt)) if fitting else sa.literal(otherwise, BigInt)
