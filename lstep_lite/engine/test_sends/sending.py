"""Sending to testers, and what the buttons of a template would do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, deliveries, messages, taps
from lstep_lite.engine.actions import Trial
from lstep_lite.engine.messages import expanding, templates
from lstep_lite.engine.messages.kinds.registry import Block
from lstep_lite.engine.test_sends import testers
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, Lane, Tap, Template

SOURCE = "test"
MOST_REHEARSED = 12
"""Each costs as much as running the actions."""


def send(
    session: Session,
    blocks: Sequence[Block],
    friend_ids: Collection[int],
    *,
    name: str,
    token: str,
    staff_id: int,
    now: datetime,
) -> int:
    """Send *blocks* to the testers with *friend_ids*; to how many. The same *token* never sends twice to anybody.

    Raises DomainError when nobody is named, or nobody of them can be reached.
    """
    chosen = [friend for friend in testers.all_testers(session) if friend.id in friend_ids]
    if not chosen:
        raise DomainError("テスト送信の相手を1人以上選んでください。")
    reachable = [friend for friend in chosen if friend.can_receive]
    if not reachable:
        raise DomainError("選んだ方はどなたも受け取れません（ブロックされています）。ほかの方を選んでください。")
    content = messages.freeze(session, blocks, now=now)
    for friend in reachable:
        deliveries.put(
            session,
            friend,
            content,
            source=SOURCE,
            label=f"テスト送信：{name}",
            dedupe_key=f"{SOURCE}:{token}:{friend.id}",
            lane=Lane.CHAT,
            staff_id=staff_id,
            now=now,
        )
    return len(reachable)


@dataclass(frozen=True)
class Rehearsal:
    """What a button would do."""

    label: str
    trial: Trial


def rehearse_taps(session: Session, template: Template, friend: Friend, *, now: datetime) -> list[Rehearsal]:
    """What the actions behind the buttons of *template* would do to *friend*. Nothing of it is kept."""
    shown = {template.id, *expanding.load_templates(session, template.blocks)}
    query = sa.select(Tap).where(Tap.owner == templates.OWNER, Tap.owner_id.in_(shown), Tap.is_live)
    found = session.scalars(query.order_by(Tap.id)).all()
    sets = actions.at_many(session, taps.PLACE, [tap.code for tap in found])
    acting = [(tap, sets[tap.code]) for tap in found if tap.code in sets and sets[tap.code].steps]
    drafts = [(tap.label, actions.draft(action_set, taps.PLACE)) for tap, action_set in acting[:MOST_REHEARSED]]
    return [Rehearsal(label, actions.try_out(session, taps.PLACE, draft, friend, now=now)) for label, draft in drafts]
