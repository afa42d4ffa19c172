"""「失敗した方に送り直す」: a new draft for those whom a broadcast did not reach."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.broadcasts import keeping, results
from lstep_lite.engine.broadcasts.checking import VariantDraft
from lstep_lite.engine.broadcasts.keeping import LONGEST_NAME
from lstep_lite.engine.broadcasts.results import Outcome
from lstep_lite.engine.segments import Tree
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, BroadcastState

HOWS = {False: "failed", True: "failed_or_unknown"}


def resend_failed(session: Session, broadcast: Broadcast, *, with_unknown: bool = False, now: datetime) -> Broadcast:
    """A draft that says the same to those whose message failed, to be looked over and sent like any other.

    Those whose outcome is unknown may get it twice, so they are in only with *with_unknown*. Pressing twice makes one
    draft. Raises DomainError while it is on its way, or when there is nobody.
    """
    if broadcast.finished_at is None:
        raise DomainError("送り終わってから、失敗した方に送り直せます。")
    counted = results.numbers(session, broadcast)
    if not counted[Outcome.FAILED] + (counted[Outcome.UNKNOWN] if with_unknown else 0):
        raise DomainError("送り直す相手がいません。")
    condition = {"broadcast_id": broadcast.id, "how": HOWS[with_unknown]}
    tree = {"all": [{"id": "resend", "kind": "broadcast", "data": condition}], "any": []}
    return _open_draft(session, broadcast, tree) or _make(session, broadcast, tree, now)


def _open_draft(session: Session, broadcast: Broadcast, tree: Tree) -> Broadcast | None:
    mine = sa.select(Broadcast).where(keeping.IS_THERE, Broadcast.resent_from_id == _first(broadcast))
    found = session.scalars(mine.where(Broadcast.state == BroadcastState.DRAFT).order_by(Broadcast.id))
    return next((draft for draft in found if draft.tree == tree), None)


def _make(session: Session, broadcast: Broadcast, tree: Tree, now: datetime) -> Broadcast:
    name = f"{broadcast.name}（送り直し）"[:LONGEST_NAME]
    draft = replace(
        keeping.copied(session, broadcast, name=name),
        variants=_versions(broadcast),
        tree=tree,
        at_most=None,
        keeps_frequency=False,
        winner_by=None,
        winner_after_minutes=None,
    )
    made = keeping.create(session, draft, now=now)
    made.resent_from_id = _first(broadcast)
    return made


def _versions(broadcast: Broadcast) -> list[VariantDraft]:
    """Everybody the version they were to get: the winner, or the one drawn for them."""
    if broadcast.winner_id is not None:
        winner = next(variant for variant in broadcast.variants if variant.id == broadcast.winner_id)
        return [VariantDraft(winner.blocks)]
    percents = [variant.percent for variant in broadcast.variants]
    percents[-1] += 100 - sum(percents)
    return [VariantDraft(each.blocks, percent) for each, percent in zip(broadcast.variants, percents, strict=True)]


def _first(broadcast: Broadcast) -> int:
    """The broadcast with which it began, however often it is sent again."""
    return broadcast.resent_from_id or broadcast.id
