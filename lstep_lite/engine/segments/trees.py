"""Condition trees: checking, compiling, asking, and reading them back as a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, settings
from lstep_lite.engine.segments.registry import Moment, Scope, Tree, kinds
from lstep_lite.models import Friend

BLOCKS = ("all", "any")
MOST_CONDITIONS = 50
EVERYBODY: Tree = {"all": [], "any": []}
GONE = "（削除されたものを使った条件：だれにも当てはまりません）"


@dataclass(frozen=True)
class Verdict:
    """What one condition says of one friend."""

    sentence: str
    holds: bool
    block: str


def condition(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The whole tree as SQL over `Friend`. A condition on something deleted matches nobody."""
    every = [_compile(session, row, now, occurrence) for row in tree["all"]]
    some = [_compile(session, row, now, occurrence) for row in tree["any"]]
    if some:
        every.append(sa.or_(*some))
    return sa.and_(sa.true(), *every)


def matches(session: Session, tree: Tree, friend: Friend, *, now: datetime, occurrence: str = "") -> bool:
    """Whether this one friend is in the segment, by the same SQL that counts and lists."""
    if is_empty(tree):
        return True
    session.flush()  # earlier steps' effects count
    query = sa.select(sa.literal(1)).where(Friend.id == friend.id)
    return session.scalar(query.where(condition(session, tree, now=now, occurrence=occurrence))) is not None


def verdicts(session: Session, tree: Tree, friend: Friend, *, now: datetime, occurrence: str = "") -> list[Verdict]:
    """Each condition's answer for one friend: why somebody is, or is not, in the segment."""
    found = []
    for block in BLOCKS:
        for row in tree[block]:
            alone = {"all": [row], "any": []}
            holds = matches(session, alone, friend, now=now, occurrence=occurrence)
            found.append(Verdict(row_sentence(session, row), holds, block))
    return found


def sentence(session: Session, tree: Tree) -> str:
    """The whole tree read back: 「…かつ…。さらに、…または…のどれか」."""
    every = [row_sentence(session, row) for row in tree["all"]]
    some = [row_sentence(session, row) for row in tree["any"]]
    parts = []
    if every:
        parts.append(" かつ ".join(every))
    if some:
        joined = " または ".join(some)
        parts.append(f"（{joined}）" if every and len(some) > 1 else joined)
    return " かつ ".join(parts) if parts else "すべての友だち"


def row_sentence(session: Session, row: dict[str, Any]) -> str:
    kind = kinds.get(row["kind"])
    if kind is None or mentions.missing(session, kind.mentions(row["data"])):
        return GONE
    return kind.sentence(session, row["data"])


def broken(session: Session, tree: Tree) -> bool:
    """Whether something it refers to is gone."""
    return any(
        row["kind"] not in kinds or mentions.missing(session, kinds[row["kind"]].mentions(row["data"]))
        for row in rows(tree)
    )


def mentioned(tree: Tree | None) -> Iterator[tuple[str, int | str]]:
    """What the tree refers to, for `mentions.write`."""
    for row in rows(tree or EVERYBODY):
        if (kind := kinds.get(row["kind"])) is not None:
            yield from kind.mentions(row["data"])


def governed(tree: Tree) -> set[Scope]:
    """The people this tree itself decides about, whom lists would otherwise leave out."""
    scopes = (kinds[row["kind"]].governs for row in rows(tree) if row["kind"] in kinds)
    return {scope for scope in scopes if scope is not None}


def rows(tree: Tree) -> Iterator[dict[str, Any]]:
    for block in BLOCKS:
        yield from tree[block]


def is_empty(tree: Tree | None) -> bool:
    return tree is None or not any(tree[block] for block in BLOCKS)


def _compile(session: Session, row: dict[str, Any], now: datetime, occurrence: str) -> sa.ColumnElement[bool]:
    kind = kinds.get(row["kind"])
    if kind is None or mentions.missing(session, kind.mentions(row["data"])):
        return sa.false()
    moment = Moment(now, settings.zone(session), str(row["id"]), occurrence)
    return kind.compile(session, row["data"], moment)
