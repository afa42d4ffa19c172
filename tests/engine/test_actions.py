"""The executor: what runs, how often, in which order, and what is written down about it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, registry, scores
from lstep_lite.engine.actions import SetDraft, Trigger, running, saved
from lstep_lite.engine.deliveries import rechecks
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError
from lstep_lite.models import Action, ActionRun, ChangedBy, Delivery, Friend, Lane, Score, ScoreTotal, TimelineEntry
from tests.factories import NOW, a_friend, a_score, an_action

assert registry

HELLO = {"kind": "send_text", "data": {"text": "こんにちは", "when": "now"}}


def points(score: Score, number: int = 1, **over: Any) -> dict[str, Any]:
    return {"kind": "score", "data": {"score_id": score.id, "way": "add", "points": number}} | over


def at_least(score: Score, number: int) -> dict[str, Any]:
    data = {"score_id": score.id, "basis": "total", "least": number, "most": None}
    return {"all": [{"id": "c", "kind": "score", "data": data}], "any": []}


def inside(action: Action) -> dict[str, Any]:
    return {"kind": "run_action", "data": {"action_id": action.id}}


def run(session: Session, action: Action, friend: Friend, occurrence: str = "1") -> ActionRun | None:
    found = saved.set_of(session, action)
    assert found is not None
    return actions.run(session, found, friend, Trigger(occurrence, NOW))


def states(run: ActionRun | None) -> list[str]:
    assert run is not None
    return [outcome["state"] for outcome in run.results]


def total(session: Session, friend: Friend) -> int:
    return session.scalar(sa.select(sa.func.sum(ScoreTotal.total)).where(ScoreTotal.friend_id == friend.id)) or 0


def entry(session: Session, kind: str = "action.run") -> TimelineEntry:
    return session.scalars(sa.select(TimelineEntry).where(TimelineEntry.kind == kind)).one()


def test_steps_run_in_order_and_stand_on_the_timeline(session: Session) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session)
    done = run(session, an_action(session, points(score, 3), HELLO, name="お礼"), friend)
    assert states(done) == ["done", "done"]
    assert entry(session).facts["label"] == "アクション「お礼」"
    assert entry(session).results == ["スコア「来店」に3点を加える（累計3点）", "「こんにちは」と送る用意をしました。"]
    delivery = session.scalars(sa.select(Delivery)).one()
    assert (delivery.cause_id, delivery.lane, delivery.source_label) == (
        entry(session).id, Lane.TIMED, "アクション「お礼」",
    )  # fmt: skip


def test_a_condition_is_asked_when_its_step_is_reached(session: Session) -> None:
    score, friend = a_score(session, name="来店"), a_friend(session)
    only_regulars = {"segment": at_least(score, 3)}
    done = run(session, an_action(session, HELLO | only_regulars, points(score, 3), HELLO | only_regulars), friend)
    assert states(done) == ["skipped", "done", "done"]
    assert entry(session).results[0] == (
        "「「こんにちは」と送る」を飛ばしました：条件「スコア「来店」の累計が3点以上」に当てはまりません。"
    )


def test_one_that_repeats_runs_once_for_each_occurrence(session: Session) -> None:
    score, friend = a_score(session), a_friend(session)
    action = an_action(session, points(score))
    assert [run(session, action, friend, word) is not None for word in ("a", "a", "b")] == [True, False, True]
    assert total(session, friend) == 2


def test_one_that_does_not_repeat_runs_once_for_each_friend(session: Session) -> None:
    score, friend, other = a_score(session), a_friend(session), a_friend(session)
    action = an_action(session, points(score), repeats=False)
    ran = [run(session, action, who, word) is not None for who, word in ((friend, "a"), (friend, "b"), (other, "a"))]
    assert ran == [True, False, True]


def test_a_set_that_stops_repeating_counts_the_runs_before(session: Session) -> None:
    score, friend = a_score(session), a_friend(session)
    action = an_action(session, points(score))
    run(session, action, friend)
    found = saved.set_of(session, action)
    assert found is not None
    actions.keep(session, saved.PLACE, action.id, SetDraft(found.steps, repeats=False), now=NOW)
    assert run(session, action, friend, "2") is None


def test_staff_may_let_it_run_again(session: Session) -> None:
    score, friend = a_score(session), a_friend(session)
    action = an_action(session, points(score), repeats=False)
    first = run(session, action, friend)
    assert first is not None
    actions.reset(session, first, staff_id=1, now=NOW)
    actions.reset(session, first, staff_id=1, now=NOW)
    assert run(session, action, friend) is not None
    assert run(session, action, friend) is None
    assert total(session, friend) == 2


def test_a_failing_step_is_undone_alone(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    score, friend = a_score(session), a_friend(session)
    add = scores.add

    def add_and_fail(*args: Any, **kwargs: Any) -> None:
        add(*args, **kwargs)
        raise RuntimeError("boom")

    monkeypatch.setattr(scores, "add", add_and_fail)
    done = run(session, an_action(session, points(score), HELLO), friend)
    assert states(done) == ["failed", "done"]
    assert total(session, friend) == 0


def test_what_a_friend_who_blocked_us_would_get_is_skipped_and_the_rest_is_done(session: Session) -> None:
    score, friend = a_score(session), a_friend(session, is_following=False)
    assert states(run(session, an_action(session, HELLO, points(score)), friend)) == ["skipped", "done"]
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0


def test_a_set_runs_a_saved_one_as_part_of_itself(session: Session) -> None:
    score, friend = a_score(session), a_friend(session)
    thanks = an_action(session, points(score), points(score), name="お礼")
    done = run(session, an_action(session, inside(thanks), points(score)), friend)
    assert states(done) == ["done", "done"]
    assert [text[:1] for text in entry(session).results] == ["ア", "　", "　", "ス"]
    assert total(session, friend) == 3


def test_a_set_inside_itself_is_stopped_and_says_so(session: Session) -> None:
    score, friend = a_score(session), a_friend(session)
    first = an_action(session, points(score), name="1")
    second = an_action(session, inside(first), points(score), name="2")
    steps = [{"id": "a", "segment": None} | inside(second), {"id": "b", "segment": None} | points(score)]
    saved.update(session, first, saved.ActionDraft("1", SetDraft(steps, True)), now=NOW)
    run(session, first, friend)
    assert total(session, friend) == 2
    assert any("自分自身をもう一度呼び出した" in text for text in entry(session).results)


def test_a_chain_of_ten_sets_ends_there_and_says_so(session: Session) -> None:
    score, friend = a_score(session), a_friend(session)
    chain = an_action(session, points(score))
    for _ in range(actions.DEPTH_LIMIT):
        chain = an_action(session, inside(chain), points(score))
    run(session, chain, friend)
    assert total(session, friend) == actions.DEPTH_LIMIT
    assert any(f"{actions.DEPTH_LIMIT}段つながった" in text for text in entry(session).results)


def test_sets_that_set_each_other_off_are_stopped_on_the_timeline(session: Session) -> None:
    """Crossing a threshold takes the points away and gives them again: without the guard this would go on for ever."""
    score, friend = a_score(session), a_friend(session)
    action = an_action(session, points(score, 5))
    found = saved.set_of(session, action)
    assert found is not None
    with running._inside(session, found, friend):
        assert run(session, action, friend) is None
    assert "循環していないか" in entry(session, "action.stopped").results[0]


def test_steps_on_something_deleted_say_so(session: Session) -> None:
    gone, friend = an_action(session, HELLO), a_friend(session)
    score = a_score(session)
    action = an_action(session, inside(gone), HELLO | {"segment": at_least(score, 1)})
    saved.delete(session, gone)
    scores.delete(session, score)
    assert saved.listed(session)[0].is_broken
    done = run(session, action, friend)
    assert states(done) == ["failed", "skipped"]
    assert all("参照先がありません" in text for text in entry(session).results)


# When a text is sent -------------------------------------------------------------------------------------------------


def sent_later(session: Session, timing: dict[str, Any], **over: Any) -> Delivery:
    step = {"kind": "send_text", "data": {"text": "はい", "rechecks": True} | timing} | over
    run(session, an_action(session, step), a_friend(session))
    return session.scalars(sa.select(Delivery)).one()


def test_a_minute_of_a_range_is_the_same_whenever_it_is_drawn(session: Session) -> None:
    friend = a_friend(session)
    step = {"kind": "send_text", "data": {"text": "はい", "when": "after", "minutes_from": 10, "minutes_to": 20}}
    step["data"]["rechecks"] = True
    action = an_action(session, step)
    for word in "abcdefgh":
        run(session, action, friend, word)
    minutes = [(row.due_at - NOW) / timedelta(minutes=1) for row in session.scalars(sa.select(Delivery))]
    assert all(10 <= minute <= 20 for minute in minutes)
    assert len(set(minutes)) > 1


@pytest.mark.parametrize(("clock_time", "hours"), [("10:00", 0), ("12:30", 2.5), ("09:00", 23)])
def test_a_clock_time_means_its_next_moment_in_the_shop(session: Session, clock_time: str, hours: float) -> None:
    assert sent_later(session, {"when": "at", "time": clock_time}).due_at == NOW + timedelta(hours=hours)


def test_only_a_delayed_text_carries_its_condition_along(session: Session) -> None:
    score = a_score(session)
    anybody = {"segment": {"all": [], "any": at_least(score, 0)["all"]}}
    delivery = sent_later(session, {"when": "after", "minutes_from": 5, "minutes_to": 5}, **anybody)
    assert delivery.tree == anybody["segment"] | {"occurrence": "1"}
    session.delete(delivery)
    assert sent_later(session, {"when": "now"}, **anybody).tree is None


def test_the_condition_is_asked_again_before_a_delayed_text_goes_out(session: Session) -> None:
    score, others = a_score(session, name="来店"), a_score(session)
    stays, leaves, unclear = (a_friend(session) for _ in range(3))
    for friend in (stays, leaves, unclear):
        give(session, score, friend, 3)
        give(session, others, friend, 3)
    later = {"kind": "send_text", "data": {"text": "はい", "when": "at", "time": "12:00", "rechecks": True}}
    regulars, gone = (an_action(session, later | {"segment": at_least(one, 3)}) for one in (score, others))
    for friend in (stays, leaves):
        run(session, regulars, friend)
    run(session, gone, unclear)
    give(session, score, leaves, -3)
    scores.delete(session, others)
    session.flush()
    rows = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
    reasons = rechecks.reasons(session, rows, now=NOW)
    assert set(reasons) == {rows[1].id, rows[2].id}
    assert "条件「スコア「来店」の累計が3点以上」に当てはまらなくなっていた" in reasons[rows[1].id]
    assert reasons[rows[2].id].startswith("参照先がありません")


def give(session: Session, score: Score, friend: Friend, number: int) -> None:
    scores.add(session, score, friend, number, reason="来店", changed_by=ChangedBy.STAFF, now=NOW)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": [""], "when": ["now"]}, "text"),
        ({"text": ["あ"], "when": ["soon"]}, "when"),
        ({"text": ["あ"], "when": ["at"], "time": ["25:00"]}, "time"),
        ({"text": ["あ"], "when": ["after"], "minutes_from": ["0"]}, "minutes_from"),
        ({"text": ["あ"], "when": ["after"], "minutes_from": ["9"], "minutes_to": ["3"]}, "minutes_to"),
    ],
)
def test_a_text_step_names_the_input_that_is_wrong(session: Session, typed: dict[str, list[str]], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        actions.kinds["send_text"].parse(session, Values(typed))
    assert caught.value.field == field


def test_every_kind_of_step_shows_again_what_it_stored(session: Session) -> None:
    data = {"text": "あ", "when": "after", "minutes_from": 3, "minutes_to": 9, "rechecks": True}
    kind = actions.kinds["send_text"]
    assert kind.parse(session, Values(kind.values(data))) == data


# At the same time ----------------------------------------------------------------------------------------------------


def test_the_same_occurrence_in_two_threads_runs_once(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        score, friend = a_score(session), a_friend(session)
        step, friend_id = points(score), friend.id
    with fresh_database.unit() as session:
        ids = (an_action(session, step, repeats=False).id, friend_id)
    together = threading.Barrier(2)

    def press() -> None:
        together.wait()
        with fresh_database.unit() as session:
            run(session, session.get_one(Action, ids[0]), session.get_one(Friend, ids[1]))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.read() as session:
        assert total(session, session.get_one(Friend, ids[1])) == 1
