"""What is asked again just before a message goes out.

Is the friend still in the segment it was meant for (「送る直前にも条件を確かめる」)? Does what it belongs to still run?
"""

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.segments import Tree
from lstep_lite.models import Friend

GONE = "参照先がありません：送る条件で使っていたものが削除されているため、送信しませんでした。"


class Wait(str):
    """A guard's answer for what rests and may go on: the message is held with this reason instead of skipped."""


Ask = Callable[[Session, Collection[str]], dict[str, str]]
"""ask(session, names): the reason why messages of these must not go out any more, or a `Wait`; those that still run are
left out."""
_guards: dict[str, Ask] = {}


def guard(feature: str) -> Callable[[Ask], Ask]:
    """Register who tells whether what a message belongs to still runs.

    A delivery put with `guard="scenarios:12"` is asked about as "12" by the function of the feature "scenarios".
    """

    def register(ask: Ask) -> Ask:
        _guards[feature] = ask
        return ask

    return register


def reasons(session: Session, candidates: Sequence[Any], *, now: datetime) -> dict[int, str]:
    """Why deliveries must not go out, by id. Rows with neither guard nor tree cost nothing."""
    return _stopped(session, candidates) | _not_meant(session, candidates, now)


def _stopped(session: Session, candidates: Sequence[Any]) -> dict[int, str]:
    """One question a feature."""
    by_feature: dict[str, dict[str, list[int]]] = {}
    for candidate in candidates:
        if candidate.guard is not None:
            feature, _, name = candidate.guard.partition(":")
            by_feature.setdefault(feature, {}).setdefault(name, []).append(candidate.id)
    return {
        delivery_id: reason
        for feature, ids_by_name in by_feature.items()
        for name, reason in _guards[feature](session, ids_by_name.keys()).items()
        for delivery_id in ids_by_name[name]
    }


def _not_meant(session: Session, candidates: Sequence[Any], now: datetime) -> dict[int, str]:
    """One question a tree, whoever shares it."""
    by_tree: dict[str, list[Any]] = {}
    for candidate in candidates:
        if candidate.tree is not None:
            by_tree.setdefault(json.dumps(candidate.tree, sort_keys=True), []).append(candidate)
    return {
        delivery_id: reason
        for rows in by_tree.values()
        for delivery_id, reason in _outside(session, rows[0].tree, rows, now).items()
    }


def _outside(session: Session, tree: Tree, rows: Sequence[Any], now: datetime) -> dict[int, str]:
    if segments.broken(session, tree):
        return {row.id: GONE for row in rows}
    asked = segments.condition(session, tree, now=now, occurrence=tree.get("occurrence", ""))
    query = sa.select(Friend.id).where(Friend.id.in_({row.friend_id for row in rows}), asked)
    inside = set(session.scalars(query))
    outside = [row.id for row in rows if row.friend_id not in inside]
    if not outside:
        return {}
    reason = (
        f"送る直前に、条件「{segments.sentence(session, tree)}」に当てはまらなくなっていたため、送信しませんでした。"
    )
    return dict.fromkeys(outside, reason)
