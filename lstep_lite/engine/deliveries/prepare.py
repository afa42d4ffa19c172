"""From claimed deliveries to message objects. Nothing here is inside a unit of work."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import messages
from lstep_lite.engine.deliveries.claim import Group, Row
from lstep_lite.engine.deliveries.drafts import Draft, Part
from lstep_lite.engine.deliveries.parts import OBJECTS_PER_CALL, MessageObject
from lstep_lite.engine.messages import NO_FACTS, Facts, RenderContext, validation
from lstep_lite.errors import DomainError
from lstep_lite.models import CallKind, Content, Friend

log = logging.getLogger(__name__)

EMPTY = "送る内容がありません。"
BROKEN = "メッセージを組み立てられませんでした。内容を作り直してください。"


@dataclass(frozen=True)
class Loaded:
    """What rendering needs of the database, by id. Contents never change: they serve for a whole pass."""

    contents: dict[int, Content] = field(default_factory=dict)
    contexts: dict[int, RenderContext] = field(default_factory=dict)
    friends: dict[int, Friend] = field(default_factory=dict)
    facts: Facts = NO_FACTS
    """What is true of the friends, as of now."""


def load(session: Session, groups: Iterable[Group], known: Loaded, *, public_url: str, now: datetime) -> Loaded:
    """What *groups* need, with the contents that are *known* already."""
    rows = [row for group in groups for row in _speaking_rows(group)]
    missing = {row.content_id for row in rows} - known.contents.keys()
    if missing:
        found = session.scalars(sa.select(Content).where(Content.id.in_(missing))).all()
        contexts = messages.contexts(session, [each.blocks for each in found], public_url=public_url, now=now)
        for content, context in zip(found, contexts, strict=True):
            known.contents[content.id], known.contexts[content.id] = content, context
    friend_ids = {row.friend_id for row in rows}
    friends = session.scalars(_FRIENDS, {"ids": friend_ids}).all()
    shown = [known.contexts[content_id] for content_id in {row.content_id for row in rows}]
    facts = messages.facts(session, shown, friends, public_url=public_url, now=now)
    loaded = Loaded(known.contents, known.contexts, {friend.id: friend for friend in friends}, facts)
    session.expunge_all()  # all of it is used after the session
    return loaded


_FRIENDS = sa.select(Friend).where(Friend.id.in_(sa.bindparam("ids", expanding=True)))


def nameless(groups: Iterable[Group], loaded: Loaded) -> list[Friend]:
    """The friends whose LINE name should be asked for before this can be said to them."""
    found = {
        row.friend_id
        for group in groups
        for row in _speaking_rows(group)
        if messages.needs_profile(loaded.contexts[row.content_id], loaded.friends[row.friend_id])
    }
    return [loaded.friends[friend_id] for friend_id in found]


def _speaking_rows(group: Group) -> Sequence[Row]:
    """The rows whose messages are made one by one; a multicast says the same to all."""
    return group.rows[:1] if group.kind is CallKind.MULTICAST else group.rows


def has_become_personal(group: Group, loaded: Loaded) -> bool:
    """Whether what was meant for all alike reads differently for each by now: a template in it was just changed."""
    return group.kind is CallKind.MULTICAST and loaded.contexts[group.rows[0].content_id].is_personal


def draft(group: Group, loaded: Loaded) -> Draft:
    """*group* with its messages; a delivery that can't be sent is set apart with the reason."""
    parts: list[Part] = []
    broken: dict[int, str] = {}
    for row in _speaking_rows(group):
        try:
            parts.append(Part(row, _objects(row, loaded)))
        except DomainError as error:
            broken[row.id] = error.message
        except Exception:
            # One content that nobody can render must not keep the others from going out.
            log.exception("delivery %s: rendering failed", row.id)
            broken[row.id] = BROKEN
    if group.kind is CallKind.MULTICAST and broken:
        reason = next(iter(broken.values()))
        broken = {row.id: reason for row in group.rows}
    return Draft(group, parts, broken)


def _objects(row: Row, loaded: Loaded) -> list[MessageObject]:
    context = loaded.contexts[row.content_id].with_facts(loaded.facts)
    objects = messages.render(context, loaded.friends[row.friend_id])
    objects = objects[row.content_from : row.content_to]
    if not objects:
        raise DomainError(EMPTY)
    for start in range(0, len(objects), OBJECTS_PER_CALL):
        for problem in validation.problems(objects[start : start + OBJECTS_PER_CALL]):
            raise DomainError(f"{problem.message}（{problem.path}）")
    return objects
