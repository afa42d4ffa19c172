"""「使われている場所」: which rows are mentioned by action steps, conditions and texts, and whether they still exist.

What can be mentioned registers itself with `target_rows` or `@target`, what mentions registers itself with `@owner`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from lstep_lite.db import insert_new, remembered
from lstep_lite.models import Mention

Key = tuple[str, str]
"""A feature word and a row's id, as text."""
Names = Callable[[Session, Collection[str]], dict[str, str]]


@dataclass(frozen=True)
class Place:
    """Somewhere a thing is used, as a link."""

    label: str
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)


Describer = Callable[[Session, Collection[str]], dict[str, Place]]
KNOWN_NAMES = "mentions_known_names"
_targets: dict[str, Names] = {}
_owners: dict[str, Describer] = {}


def target(feature: str) -> Callable[[Names], Names]:
    """Register how to look up the names of rows of *feature* by id; ids without a name are gone."""

    def register(names: Names) -> Names:
        _targets[feature] = names
        return names

    return register


def target_rows(feature: str, key: InstrumentedAttribute[int], name: InstrumentedAttribute[str]) -> None:
    """Register the rows of a table, by the columns that hold their ids and their names."""

    @target(feature)
    def names(session: Session, ids: Collection[str]) -> dict[str, str]:
        rows = session.execute(sa.select(key, name).where(key.in_([int(row_id) for row_id in ids])))
        return {str(row_id): label for row_id, label in rows}


def owner(feature: str) -> Callable[[Describer], Describer]:
    """Register how to describe rows of *feature* that mention others."""

    def register(describer: Describer) -> Describer:
        _owners[feature] = describer
        return describer

    return register


def write(session: Session, feature: str, owner_id: int | str, targets: Iterable[tuple[str, int | str]]) -> None:
    """From now on *owner_id* mentions exactly *targets*."""
    key = {"owner": feature, "owner_id": str(owner_id)}
    session.execute(sa.delete(Mention).filter_by(**key))
    rows = [key | {"target": name, "target_id": target_id} for name, target_id in sorted(_keys(targets))]
    if rows:
        session.execute(insert_new(session, Mention), rows)


def forget(session: Session, feature: str, owner_id: int | str) -> None:
    """*owner_id* is deleted: it mentions nothing any more."""
    write(session, feature, owner_id, ())


def forget_all(session: Session, feature: str, owner_ids: Iterable[int | str]) -> None:
    """The same for many."""
    ids = [str(owner_id) for owner_id in owner_ids]
    session.execute(sa.delete(Mention).where(Mention.owner == feature, Mention.owner_id.in_(ids)))


def places(session: Session, feature: str, target_id: int | str) -> list[Place]:
    """Where the row is used, ready to be listed."""
    query = sa.select(Mention).where(Mention.target == feature, Mention.target_id == str(target_id))
    by_owner: dict[str, set[str]] = {}
    for mention in session.scalars(query):
        by_owner.setdefault(mention.owner, set()).add(mention.owner_id)
    found = [place for name, ids in by_owner.items() for place in _owners[name](session, ids).values()]
    return sorted(found, key=lambda place: place.label)


def counts(session: Session, feature: str) -> dict[str, int]:
    """How often each row of *feature* is used, by id (as text)."""
    query = sa.select(Mention.target_id, sa.func.count()).where(Mention.target == feature).group_by(Mention.target_id)
    return {target_id: int(count) for target_id, count in session.execute(query)}


def names(session: Session, feature: str, ids: Iterable[int | str]) -> dict[str, str]:
    """The names of the rows that still exist, by id (as text)."""
    wanted = {str(row_id) for row_id in ids}
    known: dict[str, str | None] = session.info.get(KNOWN_NAMES, {}).get(feature, {})
    if wanted <= known.keys():
        return {row_id: name for row_id in wanted if (name := known[row_id]) is not None}
    return remembered(session, ("names", feature, frozenset(wanted)), lambda: _targets[feature](session, wanted))


@contextmanager
def names_at_hand(session: Session, targets: Iterable[tuple[str, int | str]]) -> Iterator[None]:
    """Within, `names` and `missing` of *targets* ask the database no more: for lists of many rows with sentences."""
    by_feature: dict[str, set[str]] = {}
    for feature, row_id in _keys(targets):
        by_feature.setdefault(feature, set()).add(row_id)
    before = session.info.get(KNOWN_NAMES, {})
    known = {feature: dict.fromkeys(ids) | names(session, feature, ids) for feature, ids in by_feature.items()}
    session.info[KNOWN_NAMES] = before | known
    try:
        yield
    finally:
        session.info[KNOWN_NAMES] = before


def missing(session: Session, targets: Iterable[tuple[str, int | str]]) -> set[Key]:
    """Those of *targets* that are gone."""
    wanted = _keys(targets)
    found: set[Key] = set()
    for feature in {name for name, _ in wanted}:
        ids = [target_id for name, target_id in wanted if name == feature]
        found |= {(feature, target_id) for target_id in names(session, feature, ids)}
    return wanted - found


def _keys(targets: Iterable[tuple[str, int | str]]) -> set[Key]:
    return {(name, str(target_id)) for name, target_id in targets}
