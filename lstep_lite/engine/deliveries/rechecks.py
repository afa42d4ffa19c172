"""「送る直前にも条件を確かめる」: is the friend still in the segment the message was meant for?"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments
from lstep_lite.engine.segments import Tree
from lstep_lite.models import Friend

GONE = "参照先がありません：送る条件で使っていたものが削除されているため、送信しませんでした。"


def reasons(session: Session, candidates: Iterable[Any], *, now: datetime) -> dict[int, str]:
    """Why deliveries must not go out, by id. One question a tree, whoever shares it; rows without one cost nothing."""
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
