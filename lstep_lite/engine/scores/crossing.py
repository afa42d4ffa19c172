"""Thresholds: which of them a change has crossed, and what follows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.engine import actions, mentions, triggers
from lstep_lite.models import Basis, Direction, Friend, Score, ScoreThreshold, TimelineEntry, WebhookEvent

PLACE = "scores.crossed"
BASES = {Basis.TOTAL: "累計", Basis.RECENT: "直近"}
triggers.labels["score.crossed"] = "スコアが基準を越えた"


@dataclass(frozen=True)
class Standing:
    """A friend's two totals of one score."""

    total: int = 0
    recent: int = 0

    def of(self, basis: Basis) -> int:
        return self.total if basis is Basis.TOTAL else self.recent


@dataclass(frozen=True)
class Change:
    """What counting anew has changed, and when to look next."""

    before: Standing
    after: Standing
    due_at: datetime | None


@dataclass(frozen=True)
class Crossing:
    """When and why totals changed."""

    occurrence: str
    now: datetime
    cause: TimelineEntry | None = None
    event: WebhookEvent | None = None


def fire(session: Session, score: Score, friend: Friend, before: Standing, after: Standing, crossing: Crossing) -> None:
    """Fire "score.crossed" for each threshold between *before* and *after*, in the order they were passed."""
    if before == after:
        return
    query = sa.select(ScoreThreshold).where(ScoreThreshold.score_id == score.id)
    in_order = query.order_by(ScoreThreshold.points, ScoreThreshold.id)
    for threshold in remembered(session, ("thresholds", score.id), lambda: session.scalars(in_order).all()):
        is_crossed = crosses(threshold, before.of(threshold.basis), after.of(threshold.basis))
        if is_crossed:
            _fire_one(session, score, friend, threshold, after, crossing)


def crosses(threshold: ScoreThreshold, before: int, after: int) -> bool:
    """Up: it is reached from below. Down: it is no longer reached."""
    if threshold.direction is Direction.UP:
        return before < threshold.points <= after
    return after < threshold.points <= before


def _fire_one(
    session: Session, score: Score, friend: Friend, threshold: ScoreThreshold, after: Standing, crossing: Crossing
) -> None:
    entry = triggers.fire(
        session,
        "score.crossed",
        friend,
        now=crossing.now,
        cause=crossing.cause,
        event=crossing.event,
        score_id=score.id,
        threshold_id=threshold.id,
        occurrence=crossing.occurrence,
    )
    words = f"「{score.name}」の{in_words(threshold)}（{after.of(threshold.basis):,}点）。"
    entry.results = [words, *entry.results]


@triggers.on("score.crossed")
def _run_set(session: Session, happening: triggers.Happening) -> str | None:
    trigger = actions.Trigger(
        happening.facts["occurrence"], happening.now, cause=happening.entry, event=happening.event
    )
    run = actions.run_at(session, PLACE, happening.facts["threshold_id"], happening.friend, trigger)
    return "基準のアクションを実行しました。" if run else None


def in_words(threshold: ScoreThreshold) -> str:
    """「累計が10点以上になったとき」 without its last two letters: what both sentences and headings begin with."""
    way = "以上になった" if threshold.direction is Direction.UP else "を下回った"
    return f"{BASES[threshold.basis]}が{threshold.points:,}点{way}"


@actions.place(PLACE, label="スコアが基準を越えたとき", runs_once=False)
def _describe(session: Session, holders: Collection[str]) -> dict[str, mentions.Place]:
    query = (
        sa.select(ScoreThreshold, Score.name)
        .join(Score, Score.id == ScoreThreshold.score_id)
        .where(ScoreThreshold.id.in_([int(holder) for holder in holders]))
    )
    return {
        str(threshold.id): mentions.Place(
            f"スコア「{name}」の{in_words(threshold)}とき", "scores.threshold_edit", {"threshold_id": threshold.id}
        )
        for threshold, name in session.execute(query)
    }
