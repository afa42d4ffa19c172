"""Sets that follow from one another, what trying them out foretells, and sets for many friends."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Base, Database
from lstep_lite.engine import actions, batches, registry, scores, timeline
from lstep_lite.engine.actions import SetDraft, Trigger, saved
from lstep_lite.engine.actions.trial import Node
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.models import (
    Action,
    ActionRun,
    Basis,
    Batch,
    BatchMember,
    Delivery,
    Direction,
    Friend,
    Lane,
    MemberState,
    ScoreTotal,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_mark, a_score, a_tag, an_action

assert registry


def step(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "data": data, "segment": None}


HELLO = step("send_text", text="こんにちは、[name]さん", when="now")


@pytest.fixture
def chain(session: Session) -> Action:
    """Attaches a tag; the tag's set adds points; the threshold's set changes the mark and sends a text."""
    tag, score, mark = (
        a_tag(session, name="来店"),
        a_score(session, name="ポイント"),
        a_mark(session),
    )
    points = step("score", score_id=score.id, way="add", points=5)
    actions.keep(session, "tags.attached", tag.id, SetDraft([points], False), now=NOW)
    crossed = SetDraft([step("mark", mark_id=mark.id), HELLO], True)
    draft = scores.ThresholdDraft(basis=Basis.TOTAL, direction=Direction.UP, points=5, actions=crossed)
    scores.add_threshold(session, score, draft, now=NOW)
    return an_action(session, step("tags", way="attach", tag_ids=[tag.id]), name="来店の記録")


def row_counts(session: Session) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    return {table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}


def said(node: Node) -> list[str]:
    """All that a trial tells, in its order."""
    own = [*(outcome["text"] for outcome in node.outcomes), *(sending.preview for sending in node.sendings)]
    return own + [text for following in node.followed for text in said(following)]


def test_trying_out_foretells_the_whole_chain_and_changes_nothing(session: Session, chain: Action) -> None:
    friend, found = a_friend(session, display_name="あきこ"), saved.set_of(session, chain)
    assert found is not None
    before = row_counts(session)
    trial = actions.try_out(session, saved.PLACE, actions.draft(found, saved.PLACE), friend, now=NOW)
    assert row_counts(session) == before
    assert trial.root is not None
    foretold = said(trial.root)
    assert "こんにちは、あきこさん" in foretold

    actions.run(session, found, friend, Trigger("1", NOW))
    runs = session.scalars(sa.select(ActionRun).order_by(ActionRun.id))
    happened = [outcome["text"] for run in runs for outcome in run.results]
    assert [text for text in foretold if text != "こんにちは、あきこさん"] == happened
    assert friend.mark_id is not None


def test_the_timeline_walks_from_the_message_back_to_the_first_cause(session: Session, chain: Action) -> None:
    friend, found = a_friend(session), saved.set_of(session, chain)
    assert found is not None
    actions.run(session, found, friend, Trigger("1", NOW))
    delivery = session.scalars(sa.select(Delivery)).one()
    assert delivery.cause_id is not None
    kinds = [item.entry.kind for item in timeline.story(session, delivery.cause_id).before]
    assert kinds == ["action.run", "tag.attached", "action.run", "score.changed", "score.crossed"]
    assert "アクション「来店の記録」" in timeline.why(session, delivery)[0].text


# Many friends --------------------------------------------------------------------------------------------------------


def start(session: Session, action: Action, friends: list[Friend]) -> Batch:
    batch = batches.start(
        session, "actions.run", label="実行", params={"action_id": action.id}, dedupe_key="k", staff_id=None, now=NOW,
        audience=Audience(ids=tuple(friend.id for friend in friends)),
    )  # fmt: skip
    session.commit()
    return batch


def work(database: Database) -> None:
    while batches.work(database, now=NOW, wall=NOW):
        pass


def test_many_friends_get_what_one_would_get_behind_everything_else(
    database: Database, session: Session, chain: Action
) -> None:
    friends = [a_friend(session) for _ in range(3)]
    batch = start(session, chain, friends)
    work(database)
    work(database)
    session.expire_all()
    assert (batch.done, batch.skipped, batch.failed) == (3, 0, 0)
    assert session.scalars(sa.select(ScoreTotal.total)).all() == [5, 5, 5]
    assert session.scalars(sa.select(Delivery.lane)).all() == [Lane.BULK] * 3
    labels = session.scalars(sa.select(TimelineEntry.facts).where(TimelineEntry.kind == "action.run"))
    assert {facts["label"] for facts in labels if facts["run_id"] == 1} <= {"アクション「来店の記録」"}


def story(session: Session, friend: Friend) -> tuple[Any, ...]:
    """All that was written down about a friend, without the numbers of rows."""
    entries = session.scalars(sa.select(TimelineEntry).filter_by(friend_id=friend.id).order_by(TimelineEntry.id)).all()
    kinds = {entry.id: entry.kind for entry in entries}
    told = [(entry.kind, kinds.get(entry.cause_id or 0), entry.results) for entry in entries]
    runs = session.scalars(sa.select(ActionRun).filter_by(friend_id=friend.id).order_by(ActionRun.id))
    texts = [(kinds[run.entry_id or 0], [outcome["text"] for outcome in run.results]) for run in runs]
    sent = session.scalars(sa.select(Delivery).filter_by(friend_id=friend.id).order_by(Delivery.id))
    deliveries = [(kinds[delivery.cause_id or 0], delivery.state, delivery.due_at) for delivery in sent]
    totals = session.execute(sa.select(ScoreTotal.total, ScoreTotal.recent).filter_by(friend_id=friend.id)).all()
    return told, texts, deliveries, totals, friend.mark_id


def test_a_chunk_leaves_the_same_traces_as_one_friend_alone(
    database: Database, session: Session, chain: Action
) -> None:
    alone, *together = friends = [a_friend(session, display_name="はなこ") for _ in range(4)]
    found = saved.set_of(session, chain)
    assert found is not None
    actions.run(session, found, alone, Trigger("1", NOW))
    start(session, chain, together)
    work(database)
    session.expire_all()
    expected, *others = [story(session, friend) for friend in friends]
    assert len(expected[0]) == 7 and len(expected[2]) == 1, "the chain has run to its end"
    assert others == [expected] * 3


def test_a_step_that_fails_for_one_friend_fails_for_that_friend_alone(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    score, friends = a_score(session), [a_friend(session) for _ in range(3)]
    action = an_action(session, step("score", score_id=score.id, way="add", points=1), HELLO)
    unlucky_id = friends[1].id
    add = scores.add

    def add_and_fail(session: Session, score: Any, friend: Friend, *args: Any, **kwargs: Any) -> Any:
        after = add(session, score, friend, *args, **kwargs)
        if friend.id == unlucky_id:
            raise RuntimeError("boom")
        return after

    monkeypatch.setattr(scores, "add", add_and_fail)
    batch = start(session, action, friends)
    work(database)
    session.expire_all()
    assert (batch.done, batch.failed) == (2, 1)
    failed = session.scalars(sa.select(BatchMember).where(BatchMember.state == MemberState.FAILED)).one()
    assert failed.friend_id == unlucky_id
    assert session.scalar(sa.select(sa.func.sum(ScoreTotal.total))) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 3


def test_friends_who_had_it_are_passed_over(database: Database, session: Session) -> None:
    friends = [a_friend(session) for _ in range(2)]
    action = an_action(session, HELLO, repeats=False)
    found = saved.set_of(session, action)
    assert found is not None
    actions.run(session, found, friends[0], Trigger("before", NOW))
    batch = start(session, action, friends)
    work(database)
    session.expire_all()
    assert (batch.done, batch.skipped) == (1, 1)
