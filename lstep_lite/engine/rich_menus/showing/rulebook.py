"""All rules as a list shows them, looked up together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.db import memory
from lstep_lite.engine import mentions, segments
from lstep_lite.engine.rich_menus.showing import rules
from lstep_lite.engine.rich_menus.showing.rules import Outlook, RuleDraft
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
    with memory(session), mentions.names_at_hand(session, _mentioned(found)):
        return Rulebook(
            found,
            {rule.id: segments.sentence(session, rule.tree) for rule in found},
            {rule.id for rule in found if segments.broken(session, rule.tree)},
            rules.outlook(session, [rules.draft_of(rule) for rule in found], now=now),
        )


@dataclass(frozen=True)
class Preview:
    """What saving a rule would come to."""

    outlook: Outlook
    place: int

    @property
    def caught(self) -> int:
        return self.outlook.caught[self.place]


def preview(session: Session, draft: RuleDraft, rule: MenuRule | None, *, now: datetime) -> Preview:
    """With *draft* instead of *rule*; a new one comes last."""
    found = rules.in_order(session)
    rows = found if rule else [*found, None]
    drafts = [draft if row is rule or row is None else rules.draft_of(row) for row in rows]
    with memory(session), mentions.names_at_hand(session, _mentioned(drafts)):
        return Preview(rules.outlook(session, drafts, now=now), rows.index(rule))


def _mentioned(asking: Iterable[MenuRule | RuleDraft]) -> list[tuple[str, int | str]]:
    """What these ask for, to be looked up together."""
    return [pair for each in asking for pair in segments.mentioned(each.tree)]
