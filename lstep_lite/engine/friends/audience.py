"""Whom a list of friends shows: what it is filtered by, or the friends who were ticked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.friends.search import Filters, FriendState, matching
from lstep_lite.models import Friend


@dataclass(frozen=True)
class Audience:
    """With *ids*, exactly those friends; else all whom *tree*, *state* and *text* together let through."""

    tree: segments.Tree = field(default_factory=lambda: segments.EVERYBODY)
    state: FriendState | None = None
    text: str = ""
    ids: Sequence[int] = ()

    def condition(self, session: Session, *, now: datetime) -> sa.ColumnElement[bool]:
        """The audience as SQL over `Friend`."""
        if self.ids:
            return Friend.id.in_(self.ids)
        filters = Filters(text=self.text, state=self.state)
        if self.state is not None:
            return sa.and_(matching(filters), segments.condition(session, self.tree, now=now))
        named = sa.and_(sa.true(), *([matching(filters)] if self.text else []))
        return sa.and_(named, segments.listed(session, self.tree, now=now))

    def to_json(self) -> dict[str, Any]:
        return {"tree": self.tree, "state": self.state, "text": self.text, "ids": list(self.ids)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Audience":
        state = FriendState(stored["state"]) if stored["state"] else None
        return cls(stored["tree"], state, stored["text"], stored["ids"])
