"""Condition trees: checking, compiling, asking, and reading them back as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions, settings
from lstep_lite.engine.segments.registry import Moment, Scope, Tree, kinds
from lstep_lite.models import Friend, Segment

Row = dict[str, Any]
BLOCKS = ("all", "any")
MOST_CONDITIONS = 50
EVERYBODY: Tree = {"all": [], "any": []}
NOBODY: Tree = {"all": [{"id": "", "kind": "", "data": {}}], "any": []}
"""A condition of no kind holds for nobody."""
GONE = "（削除されたものを使った条件：だれにも当てはまりません）"


@dataclass(frozen=True)
class Verdict:
    """What one condition says of one friend."""

    sentence: str
    holds: bool
    block: str


def condition(session: Session, tree: Tree, *, now: datetime, occurrence: str = "") -> sa.ColumnElement[bool]:
    """The whole tree as SQL over `Friend`. A condition on something deleted matches nobody."""
    gone, zone = _gone(session, tree), settings.zone(session)

    def compiled(row: Row) -> sa.ColumnElement[bool]:
        if _is_gone(row, gone):
            return sa.false()
        return kinds[row["kind"]].compile(session, row["data"], Moment(now, zone, str(row["id"]), occurrence))

    every = [compiled(row) for row in tree["all"]]
    some = [compiled(row) for row in tree["any"]]
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
            found.append(Verdict(sentence(session, alone), holds, block))
    return found


def sentence(session: Session, tree: Tree) -> str:
    """The whole tree read back: 「… かつ … かつ （… または …）」."""
    gone = _gone(session, tree)
    every, some = ([_row_sentence(session, row, gone) for row in tree[block]] for block in BLOCKS)
    parts = []
    if every:
        parts.append(" かつ ".join(every))
    if some:
        joined = " または ".join(some)
        parts.append(f"（{joined}）" if every and len(some) > 1 else joined)
    return " かつ ".join(parts) if parts else "すべての友だち"


def _row_sentence(session: Session, row: Row, gone: set[mentions.Key]) -> str:
    return GONE if _is_gone(row, gone) else kinds[row["kind"]].sentence(session, row["data"])


def broken(session: Session, tree: Tree) -> bool:
    """Whether something it refers to is gone."""
    gone = _gone(session, tree)
    return any(_is_gone(row, gone) or kinds[row["kind"]].is_broken(session, row["data"]) for row in rows(tree))


def mentioned(tree: Tree | None) -> Iterator[tuple[str, int | str]]:
    """What the tree refers to, for `mentions.write`."""
    for row in rows(tree or EVERYBODY):
        if (kind := kinds.get(row["kind"])) is not None:
            yield from kind.mentions(row["data"])


def governed(session: Session, tree: Tree) -> set[Scope]:
    """The people this tree itself decides about, whom lists would otherwise leave out."""
    found: set[Scope] = set()
    for row in rows(tree):
        if row["kind"] in kinds:
            found |= kinds[row["kind"]].governed(session, row["data"])
    return found


@contextmanager
def opened(session: Session, segment_id: int) -> Iterator[Tree]:
    """The tree of a saved search, while it is being read. One that contains itself matches nobody."""
    inside: list[int] = session.info.setdefault("segments_opened", [])
    segment = session.get(Segment, segment_id)
    if segment is None or segment_id in inside:
        yield NOBODY
        return
    inside.append(segment_id)
    try:
        yield segment.tree
    finally:
        inside.pop()


def rows(tree: Tree) -> Iterator[Row]:
    for block in BLOCKS:
        yield from tree[block]


def is_empty(tree: Tree | None) -> bool:
    return tree is None or not any(tree[block] for block in BLOCKS)


def _gone(session: Session, tree: Tree) -> set[mentions.Key]:
    """What the tree refers to and is deleted; asked once for all of it."""
    return mentions.missing(session, mentioned(tree))


def _is_gone(row: Row, gone: set[mentions.Key]) -> bool:
    kind = kinds.get(row["kind"])
    return kind is None or any((feature, str(key)) in gone for feature, key in kind.mentions(row["data"]))
