"""All rules as a list shows them, looked up together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.db import memory
from lstep_lite.engine import mentions, segments
from lstep_lite.engine.rich_menus.showing import rules
from lstep_lite.engine.rich_menus.showing.rules import Outlook
from lstep_lite.models import MenuRule


@dataclass(frozen=True)
class Rulebook:
    rules: Sequence[MenuRule]
    sentences: Mapping[int, str]
    """Whom each is for, in words."""
    broken: Collection[int]
    """Rules that ask for something that is gone."""
    outlook: Outlook
    """What they come to, if they decide."""


def rulebook(session: Session, *, now: datetime) -> Rulebook:
    found = rules.in_order(session)
    mentioned = [pair for rule in found for pair in segments.mentioned(rule.tree)]
    with memory(session), mentions.names_at_hand(session, mentioned):
        return Rulebook(
            found,
            {rule.id: segments.sentence(session, rule.tree) for rule in found},
            {rule.id for rule in found if segments.broken(session, rule.tree)},
            rules.outlook(session, [rules.draft_of(rule) for rule in found], now=now),
        )
