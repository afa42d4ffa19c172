"""Points, their two totals, and what follows when a threshold is crossed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, agenda, friends, mentions, registry, scores, segments
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scores import ScoreDraft, Standing, ThresholdDraft
from lstep_lite.engine.scores import due as scores_due
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    ActionRun,
    Basis,
    ChangedBy,
    Direction,
    Friend,
    Score,
    ScorePoint,
    ScoreTotal,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_score, a_staff

assert registry

DAY = timedelta(days=1)


def add(session: Session, score: Score, friend: Friend, points: int, **over: Any) -> Standing:
    values: dict[str, Any] = {"reason": "来店", "changed_by": ChangedBy.AUTOMATION, "now": NOW}
    return scores.add(session, score, friend, points, **values | over)


def standing(session: Session, score: Score, friend: Friend) -> Standing:
    return next(row.standing for row in scores.of(session, friend) if row.score.id == score.id)


def a_step(score: Score, points: int) -> dict[str, Any]:
    data = {"score_id": score.id, "way": "add" if points > 0 else "subtract", "points": abs(points)}
    return {"id": "s1", "kind": "score", "data": data, "segment": None}


def a_threshold(session: Session, score: Score, points: int, *steps: dict[str, Any], **over: Any) -> int:
    wanted = SetDraft(list(steps), repeats=True)
    values: dict[str, Any] = {"basis": Basis.TOTAL, "direction": Direction.UP, "points": points, "actions": wanted}
    return scores.add_threshold(session, score, ThresholdDraft(**values | over), now=NOW).id


def happened(session: Session, friend: Friend, kind: str) -> Sequence[TimelineEntry]:
    query = select(TimelineEntry).where(TimelineEntry.friend_id == friend.id, TimelineEntry.kind == kind)
    return session.scalars(query.order_by(TimelineEntry.id)).all()


def pass_time(database: Database, days: float) -> None:
    while scores_due.run_due(database, now=NOW + days * DAY, wall=NOW):
        pass


def test_points_add_up_each_with_its_reason_and_may_fall_below_zero(session: Session) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session)
    add(session, score, friend, 5)
    assert add(session, score, friend, -8, reason="キャンセル") == Standing(-3, -3)
    assert [(line.point.points, line.point.reason) for line in scores.ledger(session, friend, limit=9)] == [
        (-8, "キャンセル"),
        (5, "来店"),
    ]
    assert happened(session, friend, "score.changed")[-1].results == ["「来店」に-8点（累計-3点）：キャンセル"]


@pytest.mark.parametrize(
    ("points", "reason", "field"), [(0, "x", "points"), (10**7, "x", "points"), (1, " ", "reason")]
)
def test_points_need_a_number_and_a_reason(session: Session, points: int, reason: str, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        add(session, a_score(session), a_friend(session), points, reason=reason)
    assert refusal.value.field == field


def test_points_stop_being_recent_after_the_scores_days(database: Database, session: Session) -> None:
    score, friend = a_score(session, recent_days=30), a_friend(session)
    add(session, score, friend, 5)
    add(session, score, friend, 2, now=NOW + 10 * DAY)
    session.commit()
    seen = {}
    for days in (29.9, 30, 40):
        pass_time(database, days)
        seen[days] = standing(session, score, friend)
    assert seen == {29.9: Standing(7, 7), 30: Standing(7, 2), 40: Standing(7, 0)}
    session.expire_all()
    assert session.scalars(select(ScoreTotal.due_at)).one() is None


def test_a_threshold_runs_its_set_when_it_is_crossed_and_the_timeline_tells_why(session: Session) -> None:
    score, other, friend = a_score(session, name="来店"), a_score(session, name="特典"), a_friend(session)
    threshold_id = a_threshold(session, score, 10, a_step(other, 1))
    for points in (9, 1, 5, -10, 20):
        add(session, score, friend, points)
    assert standing(session, other, friend) == Standing(2, 2), "reached twice from below"
    crossed = happened(session, friend, "score.crossed")[0]
    assert crossed.results == ["「来店」の累計が10点以上になった（10点）。", "基準のアクションを実行しました。"]
    changed = happened(session, friend, "score.changed")
    assert crossed.cause_id == changed[1].id
    run = session.scalars(select(ActionRun).order_by(ActionRun.id)).first()
    assert run is not None
    last = session.scalars(select(ScorePoint).where(ScorePoint.score_id == other.id)).first()
    assert last is not None and last.cause_id == run.entry_id
    where = "スコア「来店」の累計が10点以上になったとき"
    assert last.reason == where
    places = mentions.places(session, "scores", other.id)
    assert [(place.label, place.args) for place in places] == [(where, {"threshold_id": threshold_id})]


def test_what_staff_add_by_hand_is_written_down_and_runs_nothing(session: Session) -> None:
    score, friend, staff = a_score(session), a_friend(session), a_staff(session)
    a_threshold(session, score, 10, a_step(score, 1))
    add(session, score, friend, 50, changed_by=ChangedBy.STAFF, staff_id=staff.id)
    assert standing(session, score, friend) == Standing(50, 50)
    assert happened(session, friend, "score.changed")[0].facts["staff_id"] == staff.id
    assert happened(session, friend, "score.crossed") == []


def test_growing_old_crosses_thresholds_downwards_once(database: Database, session: Session) -> None:
    score, other, friend = a_score(session, recent_days=30), a_score(session), a_friend(session)
    a_threshold(session, score, 5, a_step(other, 1), basis=Basis.RECENT, direction=Direction.DOWN)
    a_threshold(session, score, 5, a_step(other, 100), direction=Direction.DOWN)
    add(session, score, friend, 5)
    session.commit()
    pass_time(database, 31)
    pass_time(database, 32)
    session.expire_all()
    assert standing(session, other, friend) == Standing(1, 1), "the total itself does not grow old"


def test_old_points_nobody_has_taken_out_yet_do_not_help_over_a_threshold(session: Session) -> None:
    score, other, friend = a_score(session, recent_days=30), a_score(session), a_friend(session)
    a_threshold(session, score, 10, a_step(other, 1), basis=Basis.RECENT)
    add(session, score, friend, 8)
    assert add(session, score, friend, 5, now=NOW + 40 * DAY) == Standing(13, 5)
    assert standing(session, other, friend) == Standing()


def test_other_days_count_everybody_anew_and_run_nothing(database: Database, session: Session) -> None:
    score, other = a_score(session, recent_days=30), a_score(session)
    a_threshold(session, score, 5, a_step(other, 1), basis=Basis.RECENT, direction=Direction.DOWN)
    people = [a_friend(session) for _ in range(3)]
    for friend in people:
        add(session, score, friend, 5, now=NOW - 10 * DAY)
    scores.update(session, score, ScoreDraft("近ごろ", recent_days=7), now=NOW)
    session.commit()
    with database.read() as reading:
        assert agenda.whole(reading, now=NOW, wall=NOW).due
    pass_time(database, 0)
    session.expire_all()
    assert {standing(session, score, friend) for friend in people} == {Standing(5, 0)}
    assert score.recounted_to is None
    assert session.scalars(select(ActionRun)).all() == []


def test_the_clock_is_told_when_points_stop_being_recent(database: Database, session: Session) -> None:
    add(session, a_score(session, recent_days=30), a_friend(session), 5)
    session.commit()
    with database.read() as reading:
        assert agenda.whole(reading, now=NOW, wall=NOW) == agenda.Pending(0, NOW + 30 * DAY)


def test_two_rows_of_one_person_keep_the_points_of_both(session: Session) -> None:
    both, one, kept, gone = a_score(session), a_score(session), a_friend(session), a_friend(session, line_user_id=None)
    add(session, both, kept, 5, now=NOW)
    add(session, both, gone, 3, now=NOW - DAY)
    add(session, one, gone, 2)
    friends.merge(session, kept, gone, staff_id=a_staff(session).id, now=NOW)
    assert [row.standing for row in scores.of(session, kept)] == [Standing(8, 8), Standing(2, 2)]
    assert len(scores.ledger(session, kept, limit=9)) == 3
    due = session.scalars(select(ScoreTotal.due_at).where(ScoreTotal.score_id == both.id)).one()
    assert due == NOW - DAY + timedelta(days=both.recent_days)


def test_the_step_says_what_it_did(session: Session) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session)
    kept = actions.keep(session, "scores.crossed", 0, SetDraft([a_step(score, -3)], repeats=True), now=NOW)
    assert kept is not None
    run = actions.run(session, kept, friend, actions.Trigger("once", NOW))
    assert run is not None
    assert run.results[0]["text"] == "スコア「来店」から3点を引く（累計-3点）"


@pytest.mark.parametrize(
    ("basis", "least", "most", "found"),
    [
        ("total", 5, None, ["ten", "five"]),
        ("total", None, 5, ["five", "minus", "none"]),
        ("total", 0, 0, ["none"]),
        ("total", -5, -1, ["minus"]),
        ("total", -5, None, ["ten", "five", "minus", "none"]),
        ("recent", 1, None, ["ten"]),
        ("recent", None, 0, ["five", "minus", "none"]),
    ],
)
def test_the_condition_counts_friends_without_points_as_zero(
    session: Session, basis: str, least: int | None, most: int | None, found: list[str]
) -> None:
    score = a_score(session, recent_days=30)
    people = {name: a_friend(session, display_name=name) for name in ("ten", "five", "minus", "none")}
    add(session, score, people["ten"], 10)
    add(session, score, people["five"], 5, now=NOW - 40 * DAY)
    add(session, score, people["minus"], -3)
    session.execute(ScoreTotal.__table__.update().where(ScoreTotal.friend_id == people["five"].id).values(recent=0))
    data = {"score_id": score.id, "basis": basis, "least": least, "most": most}
    tree = {"all": [{"id": "a", "kind": "score", "data": data}], "any": []}
    query = select(Friend.display_name).where(segments.condition(session, tree, now=NOW)).order_by(Friend.id)
    assert list(session.scalars(query)) == found


def test_deleting_a_score_breaks_what_refers_to_it_visibly(session: Session) -> None:
    score, other, friend = a_score(session), a_score(session), a_friend(session)
    a_threshold(session, score, 1, a_step(other, 1))
    scores.delete(session, other)
    add(session, score, friend, 1)
    entry = happened(session, friend, "action.run")[0]
    assert "参照先がありません" in entry.results[0]


def test_a_deleted_scores_points_go_in_small_steps(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores_due, "CLEARING_CHUNK", 2)
    score, other, friend = a_score(session), a_score(session), a_friend(session)
    for _ in range(5):
        add(session, score, friend, 1)
    add(session, other, friend, 1)
    scores.delete(session, score)
    session.commit()
    assert [row.score for row in scores.of(session, friend)] == [other]
    assert [line.point.score_id for line in scores.ledger(session, friend, limit=9)] == [other.id]
    pass_time(database, 31)
    steps = 0
    while scores_due.clear_due(database, now=NOW, wall=NOW):
        steps += 1
    assert steps == 4
    assert session.scalars(select(ScorePoint.score_id)).all() == [other.id]
    assert session.scalars(select(ScoreTotal.score_id)).all() == [other.id]


def test_a_copy_has_the_thresholds_and_nobodys_points(session: Session) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session)
    a_threshold(session, score, 10, a_step(score, 1))
    add(session, score, friend, 3)
    twin = scores.copy(session, score, now=NOW)
    assert twin.name == "来店のコピー"
    copied = scores.thresholds(session, twin)[0]
    assert actions.at(session, scores.PLACE, copied.id) is not None
    assert scores.friend_counts(session) == {score.id: 1}


def test_points_given_at_the_same_time_all_count_and_cross_a_threshold_once(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        score, friend = a_score(session), a_friend(session)
        threshold_id = a_threshold(session, score, 4, a_step(a_score(session), 1))
        score_id, friend_id = score.id, friend.id

    def give(_number: int) -> None:
        with fresh_database.unit() as session:
            add(session, session.get_one(Score, score_id), session.get_one(Friend, friend_id), 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, range(8)))
    with fresh_database.read() as session:
        assert standing(session, session.get_one(Score, score_id), session.get_one(Friend, friend_id)).total == 8
        crossed = happened(session, session.get_one(Friend, friend_id), "score.crossed")
        assert [entry.facts["threshold_id"] for entry in crossed] == [threshold_id]
