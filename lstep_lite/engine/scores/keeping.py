"""Keeping scores and their thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new
from lstep_lite.engine import actions, folders, mentions
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.messages.placeholders import free_words
from lstep_lite.engine.scores.crossing import PLACE
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Basis, Direction, Score, ScoreLeftover, ScoreThreshold, ScoreTotal

FEATURE = "scores"
LONGEST_NAME = 50
MOST_DAYS = 3650
MOST_THRESHOLDS = 20
LARGEST_THRESHOLD = 1_000_000_000
folders.shelf(FEATURE, Score, Permission.AUTOMATION_EDIT)
mentions.target_rows(FEATURE, Score.id, Score.name)


@dataclass(frozen=True)
class ScoreDraft:
    name: str
    recent_days: int = 30
    folder_id: int | None = None


@dataclass(frozen=True)
class ThresholdDraft:
    basis: Basis
    direction: Direction
    points: int
    actions: SetDraft = field(default_factory=SetDraft)


@dataclass(frozen=True)
class Thresholds:
    """How many thresholds a score has, and whether the actions of one refer to something gone."""

    count: int = 0
    is_broken: bool = False


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Score]:
    query = sa.select(Score).order_by(Score.position, Score.id)
    return session.scalars(query if folder_id is None else query.where(Score.folder_id == folder_id)).all()


def get(session: Session, score_id: int) -> Score:
    if (score := session.get(Score, score_id)) is None:
        raise NotFound("このスコアは見つかりませんでした。削除された可能性があります。")
    return score


def friend_counts(session: Session) -> dict[int, int]:
    """How many friends have at least one point, by score."""
    query = sa.select(ScoreTotal.score_id, sa.func.count()).where(ScoreTotal.total >= 1).group_by(ScoreTotal.score_id)
    return {score_id: int(count) for score_id, count in session.execute(query)}


def with_points(score: Score) -> Tree:
    """The friends whom `friend_counts` counts, as conditions."""
    data = {"score_id": score.id, "basis": Basis.TOTAL, "least": 1, "most": None}
    return {"all": [{"id": "points", "kind": "score", "data": data}], "any": []}


def create(session: Session, draft: ScoreDraft, *, now: datetime) -> Score:
    """A new score at the end of the list. Raises DomainError naming the field."""
    values = _checked(session, draft) | {"created_at": now, "updated_at": now}
    values["position"] = folders.next_position(session, FEATURE)
    for word in free_words(str(values["name"])):
        made = session.scalar(insert_new(session, Score).values(**values, word=word).returning(Score.id))
        if made is not None:
            return session.get_one(Score, made)
    raise AssertionError("words never end")


def update(session: Session, score: Score, draft: ScoreDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field. Another number of days has the recent totals counted anew, part by part."""
    session.refresh(score, with_for_update=True)  # the worker may be counting it anew
    if draft.recent_days != score.recent_days:
        score.recounted_to = 0
    for name, value in _checked(session, draft).items():
        setattr(score, name, value)
    score.updated_at = now


def copy(session: Session, score: Score, *, now: datetime) -> Score:
    """The same score with its thresholds and their actions, without anybody's points."""
    draft = ScoreDraft(f"{score.name}のコピー"[:LONGEST_NAME], score.recent_days, score.folder_id)
    twin = create(session, draft, now=now)
    for threshold in thresholds(session, score):
        wanted = actions.draft(actions.at(session, PLACE, threshold.id), PLACE)
        add_threshold(
            session, twin, ThresholdDraft(threshold.basis, threshold.direction, threshold.points, wanted), now=now
        )
    return twin


def delete(session: Session, score: Score) -> None:
    """What refers to it says so from now on. The points are cleared away by and by."""
    for threshold in thresholds(session, score):
        actions.drop(session, PLACE, threshold.id)
    session.delete(score)
    session.add(ScoreLeftover(score_id=score.id))
    session.flush()  # the same request lists the scores


# Thresholds ----------------------------------------------------------------------------------------------------------


def thresholds(session: Session, score: Score) -> Sequence[ScoreThreshold]:
    """Upwards first, the lowest first."""
    query = sa.select(ScoreThreshold).where(ScoreThreshold.score_id == score.id)
    order = (ScoreThreshold.basis.desc(), ScoreThreshold.direction.desc(), ScoreThreshold.points, ScoreThreshold.id)
    return session.scalars(query.order_by(*order)).all()


def overview(session: Session) -> dict[int, Thresholds]:
    """The thresholds of every score, for lists."""
    pairs = session.execute(sa.select(ScoreThreshold.id, ScoreThreshold.score_id)).all()
    sets = actions.at_many(session, PLACE, [threshold_id for threshold_id, _ in pairs])
    broken = {each.holder for each in actions.broken_among(session, sets.values())}
    found: dict[int, Thresholds] = {}
    for threshold_id, score_id in pairs:
        known = found.get(score_id, Thresholds())
        found[score_id] = Thresholds(known.count + 1, known.is_broken or str(threshold_id) in broken)
    return found


def get_threshold(session: Session, threshold_id: int) -> ScoreThreshold:
    if (threshold := session.get(ScoreThreshold, threshold_id)) is None:
        raise NotFound("この基準は見つかりませんでした。削除された可能性があります。")
    return threshold


def add_threshold(session: Session, score: Score, draft: ThresholdDraft, *, now: datetime) -> ScoreThreshold:
    """Raises DomainError naming the field."""
    if len(thresholds(session, score)) >= MOST_THRESHOLDS:
        raise DomainError(f"基準は1つのスコアに{MOST_THRESHOLDS}個までです。", "points")
    threshold = ScoreThreshold(score_id=score.id)
    _write_threshold(threshold, draft)
    session.add(threshold)
    session.flush()  # its set hangs at its id
    actions.keep(session, PLACE, threshold.id, draft.actions, now=now)
    return threshold


def update_threshold(session: Session, threshold: ScoreThreshold, draft: ThresholdDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    _write_threshold(threshold, draft)
    actions.keep(session, PLACE, threshold.id, draft.actions, now=now)


def delete_threshold(session: Session, threshold: ScoreThreshold) -> None:
    actions.drop(session, PLACE, threshold.id)
    session.delete(threshold)
    session.flush()  # the same request lists the thresholds


def _checked(session: Session, draft: ScoreDraft) -> dict[str, object]:
    name = checked_name(draft.name, LONGEST_NAME)
    if not 1 <= draft.recent_days <= MOST_DAYS:
        raise DomainError(f"日数は1〜{MOST_DAYS:,}の数字で入力してください。", "recent_days")
    folder_id = folders.checked(session, FEATURE, draft.folder_id)
    return {"name": name, "recent_days": draft.recent_days, "folder_id": folder_id}


def _write_threshold(threshold: ScoreThreshold, draft: ThresholdDraft) -> None:
    if abs(draft.points) > LARGEST_THRESHOLD:
        raise DomainError(f"点数は{LARGEST_THRESHOLD:,}までの数字で入力してください。", "points")
    threshold.basis, threshold.direction, threshold.points = draft.basis, draft.direction, draft.points
