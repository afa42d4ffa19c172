"""Whom something done to many friends is meant for: a filter of the friend list, or people who were ticked there."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.friends.search import STATES, FriendState, Page, count_by_state, named, page_of, page_of_few
from lstep_lite.engine.segments import EVERYBODY, Reach, Tree
from lstep_lite.models import Friend


@dataclass(frozen=True)
class Audience:
    """*ids* alone, if there are any; else everybody whom the friend list shows for *tree*, *state* and *text*.

    The first tab (or no tab) leaves out whom *reach* leaves out, unless *tree* itself decides about those; the other
    tabs are what they say, narrowed down by *tree*.
    """

    tree: Tree = field(default_factory=lambda: EVERYBODY)
    state: FriendState | None = None
    text: str = ""
    ids: tuple[int, ...] | None = None
    reach: Reach = Reach.LIST

    def condition(self, session: Session, *, now: datetime) -> sa.ColumnElement[bool]:
        """It as SQL over Friend."""
        if self.ids is not None:
            return Friend.id.in_(self.ids)
        if self.state in (None, FriendState.FRIENDS):
            asked = segments.within(session, self.tree, self.reach, now=now)
        else:
            asked = sa.and_(STATES[self.state], segments.condition(session, self.tree, now=now))
        return sa.and_(asked, named(self.text))

    def count(self, session: Session, *, now: datetime) -> int:
        """How many friends it holds now."""
        query = sa.select(sa.func.count()).select_from(Friend).where(self.condition(session, now=now))
        return session.scalar(query) or 0

    def page(self, session: Session, *, number: int = 1, now: datetime) -> tuple[Page, dict[FriendState, int]]:
        """One page of the friends it holds, and how many people each tab holds: with a tree, only its own tab, as the
        tree would have to be asked for each.
        """
        condition = self.condition(session, now=now)
        if not segments.is_empty(self.tree):
            page = page_of_few(session, condition, number=number)
            return page, {self.state: page.total_count} if self.state else {}
        counts = count_by_state(session)
        is_counted = self.state is not None and self.ids is None and not self.text
        known = counts[self.state] if self.state and is_counted else None
        return page_of(session, condition, page=number, count=known), counts

    def to_json(self) -> dict[str, Any]:
        ids = None if self.ids is None else list(self.ids)
        return {"tree": self.tree, "state": self.state, "text": self.text, "ids": ids, "reach": self.reach}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Audience":
        state, ids = kept["state"], kept["ids"]
        return cls(
            tree=kept["tree"],
            state=FriendState(state) if state else None,
            text=kept["text"],
            ids=None if ids is None else tuple(ids),
            reach=Reach(kept["reach"]),
        )
