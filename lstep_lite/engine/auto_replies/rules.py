"""Keeping the rules: writing, ordering, copying, switching."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, folders, mentions, messages, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name, normalise, storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import ActionSet, AutoReply, DayRule, Matching

OWNER = "auto_replies"
PLACE = "auto_replies.matched"
LONGEST_NAME = 100
LONGEST_KEYWORD = 200
MOST_KEYWORDS = 50
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
folders.shelf("auto_replies", AutoReply, Permission.MESSAGES_EDIT)


class KeywordMatch(StrEnum):
    EXACT = "exact"
    PARTIAL = "partial"


@dataclass(frozen=True)
class Keyword:
    text: str
    match: KeywordMatch = KeywordMatch.PARTIAL


@dataclass(frozen=True)
class AutoReplyDraft:
    """What the form of a rule says. No weekdays means every day, no times means all day."""

    name: str
    matching: Matching
    blocks: Sequence[dict[str, Any]]
    keywords: Sequence[Keyword] = ()
    weekdays: Sequence[int] = ()
    day_rule: DayRule = DayRule.ANY
    starts_at: str | None = None
    ends_at: str | None = None
    tree: Tree | None = None
    """Whom it answers."""
    goes_on: bool = False
    is_on: bool = True
    folder_id: int | None = None
    steps: SetDraft | None = None
    """What is done besides answering."""


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[AutoReply]:
    """The rules in the order they are tried; those of one folder if it is given."""
    statement = select(AutoReply).order_by(AutoReply.position, AutoReply.id)
    if folder_id is not None:
        statement = statement.where(AutoReply.folder_id == folder_id)
    return session.scalars(statement).all()


def get(session: Session, rule_id: int) -> AutoReply:
    rule = session.get(AutoReply, rule_id)
    if rule is None:
        raise NotFound("この自動応答は見つかりませんでした。削除された可能性があります。")
    return rule


def create(session: Session, draft: AutoReplyDraft, *, now: datetime) -> AutoReply:
    """A new rule at the end of the order. Raises DomainError naming the field."""
    rule = AutoReply(position=folders.next_position(session, "auto_replies"), created_at=now)
    _write(session, rule, draft, now)
    session.add(rule)
    _keep_steps(session, rule, draft, now)
    return rule


def update(session: Session, rule: AutoReply, draft: AutoReplyDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    _write(session, rule, draft, now)
    _keep_steps(session, rule, draft, now)


@dataclass(frozen=True)
class Besides:
    """What a rule does besides answering, for lists."""

    step_count: int
    is_broken: bool


def besides(session: Session, rules: Sequence[AutoReply]) -> dict[int, Besides]:
    """Of the rules that do something besides answering, by id."""
    sets = actions.at_many(session, PLACE, [rule.id for rule in rules])
    broken = {found.holder for found in actions.broken_among(session, sets.values())}
    return {int(holder): Besides(len(found.steps), holder in broken) for holder, found in sets.items() if found.steps}


@dataclass(frozen=True)
class Whom:
    """Whom a rule answers, for lists."""

    sentence: str
    is_broken: bool
    """Whether something its conditions refer to is gone."""


def whom(session: Session, rules: Sequence[AutoReply]) -> dict[int, Whom]:
    """Of the rules that do not answer everybody, by id; one look at the names for all of them."""
    chosen = {rule.id: rule.tree for rule in rules if rule.tree is not None and not segments.is_empty(rule.tree)}
    named = [pair for tree in chosen.values() for pair in segments.mentioned(tree)]
    with mentions.names_at_hand(session, named):
        return {
            rule_id: Whom(segments.sentence(session, tree), segments.broken(session, tree))
            for rule_id, tree in chosen.items()
        }


def actions_of(session: Session, rule: AutoReply) -> ActionSet | None:
    """What the rule does besides answering."""
    return actions.at(session, PLACE, rule.id)


def switch(session: Session, rule: AutoReply, *, is_on: bool, now: datetime) -> None:
    rule.is_on = is_on
    rule.updated_at = now


def copy(session: Session, rule: AutoReply, *, now: datetime) -> AutoReply:
    """A copy at the end of the order, switched off so that nobody is answered twice by surprise."""
    twin = AutoReply(
        name=f"{rule.name}のコピー"[:LONGEST_NAME],
        folder_id=rule.folder_id,
        matching=rule.matching,
        is_on=False,
        position=folders.next_position(session, "auto_replies"),
        keywords=rule.keywords,
        weekdays=rule.weekdays,
        day_rule=rule.day_rule,
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        tree=rule.tree,
        goes_on=rule.goes_on,
        blocks=rule.blocks,
        created_at=now,
        updated_at=now,
    )
    session.add(twin)
    session.flush()  # the caller links to its id
    actions.keep(session, PLACE, twin.id, actions.draft(actions_of(session, rule), PLACE), now=now)
    mentions.write(session, OWNER, twin.id, _mentioned(twin))
    return twin


def delete(session: Session, rule: AutoReply) -> None:
    actions.drop(session, PLACE, rule.id)
    mentions.forget(session, OWNER, rule.id)
    session.delete(rule)
    session.flush()  # the same request lists the rules


def _keep_steps(session: Session, rule: AutoReply, draft: AutoReplyDraft, now: datetime) -> None:
    session.flush()  # the set hangs at its id
    actions.keep(session, PLACE, rule.id, draft.steps or actions.draft(None, PLACE), now=now)
    mentions.write(session, OWNER, rule.id, _mentioned(rule))


def _mentioned(rule: AutoReply) -> list[tuple[str, int | str]]:
    return [*messages.mentioned(rule.blocks), *segments.mentioned(rule.tree)]


def _write(session: Session, rule: AutoReply, draft: AutoReplyDraft, now: datetime) -> None:
    name = checked_name(draft.name, LONGEST_NAME)
    _check_hours(draft)
    if draft.blocks or draft.steps is None or not draft.steps.steps:
        messages.check_to_keep(session, draft.blocks)
    rule.name = name
    rule.matching = draft.matching
    rule.keywords = _checked_keywords(draft)
    rule.weekdays = sorted(set(draft.weekdays))
    rule.day_rule = draft.day_rule
    rule.starts_at, rule.ends_at = draft.starts_at, draft.ends_at
    rule.tree = None if segments.is_empty(draft.tree) else draft.tree
    rule.goes_on = draft.goes_on
    rule.is_on = draft.is_on
    rule.folder_id = folders.checked(session, "auto_replies", draft.folder_id)
    rule.blocks = list(draft.blocks)
    rule.updated_at = now


def _checked_keywords(draft: AutoReplyDraft) -> list[dict[str, str]]:
    if draft.matching is Matching.ANYTHING:
        return []
    words = [Keyword(storable(word.text).strip(), word.match) for word in draft.keywords if word.text.strip()]
    if not words:
        raise DomainError("キーワードを1つ以上入れてください。", "keywords")
    if len(words) > MOST_KEYWORDS:
        raise DomainError(f"キーワードは1つの自動応答に{MOST_KEYWORDS}個までです。", "keywords")
    for word in words:
        if len(word.text) > LONGEST_KEYWORD or not normalise(word.text):
            raise DomainError(f"キーワードは{LONGEST_KEYWORD}文字以内の言葉にしてください。", "keywords")
    return [{"text": word.text, "match": word.match.value} for word in dict.fromkeys(words)]


def _check_hours(draft: AutoReplyDraft) -> None:
    if any(day not in range(7) for day in draft.weekdays):
        raise DomainError("曜日を選び直してください。", "weekdays")
    if draft.starts_at is None and draft.ends_at is None:
        return
    for field in ("starts_at", "ends_at"):
        if not _CLOCK_TIME.fullmatch(getattr(draft, field) or ""):
            raise DomainError("時間帯は、始まりと終わりの両方を入力してください（例：18:00〜10:00）。", field)
    if draft.starts_at == draft.ends_at:
        raise DomainError("始まりと終わりが同じ時刻です。一日中にするときは、両方を空にしてください。", "ends_at")


@mentions.owner(OWNER)
@actions.place(PLACE, label="自動応答")
def _describe(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    query = select(AutoReply.id, AutoReply.name).where(AutoReply.id.in_([int(holder) for holder in holders]))
    return {
        str(rule_id): mentions.Place(f"自動応答「{name}」", "auto_replies.edit", {"rule_id": rule_id})
        for rule_id, name in session.execute(query)
    }
