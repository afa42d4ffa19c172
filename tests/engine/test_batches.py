"""Batches: everybody once, whoever stops the worker, whichever friend goes wrong."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lstep_lite.engine import actions, agenda, batches, friends
from lstep_lite.engine.actions import SetDraft, saved
from lstep_lite.engine.batches import Outcome, working
from lstep_lite.engine.batches.kinds import kinds
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.errors import DomainError
from lstep_lite.models import Batch, BatchMember, BatchState, Friend, MemberState
from tests.factories import NOW, a_friend, a_staff


@pytest.fixture(autouse=True)
def own_kinds():
    before = dict(kinds)
    yield
    kinds.clear()
    kinds.update(before)


@pytest.fixture
def done():
    """Whom the kind `test.note` was done to, chunk by chunk. 「困る」 is refused, 「落ちる」 is a bug."""
    chunks = []

    @batches.kind("test.note", label="メモする", chunk=3)
    def apply(session, batch, friend_ids, *, now):
        names = dict(session.execute(sa.select(Friend.id, Friend.display_name).where(Friend.id.in_(friend_ids))).all())
        session.execute(sa.update(Friend).where(Friend.id.in_(friend_ids)).values(memo="済"))
        if "困る" in names.values():
            raise DomainError("この方には付けられません。")
        if "落ちる" in names.values():
            raise RuntimeError("a bug")
        chunks.append(list(friend_ids))
        return Outcome(skipped={key: "もう付いています。" for key in friend_ids if names[key] == "付いている"})

    return chunks


def start(session, friend_ids=(), *, key="k", **over):
    given = {"label": "メモする", "params": {}, "audience": Audience(ids=friend_ids), "staff_id": None, "now": NOW}
    batch = batches.start(session, "test.note", dedupe_key=key, **given | over)
    session.commit()
    return batch


def named(session, *names):
    found = [a_friend(session, display_name=name).id for name in names]
    session.commit()
    return found


def work(database):
    while batches.work(database, now=NOW, wall=NOW):
        pass


def states(session, batch):
    session.expire_all()
    query = sa.select(BatchMember.friend_id, BatchMember.state).filter_by(batch_id=batch.id)
    return dict(session.execute(query.order_by(BatchMember.friend_id)).all())


def test_everybody_meant_is_worked_on_once_in_chunks(database, session, done):
    meant = named(session, *"あいうえおかき")
    named(session, "ほかの人")
    batch = start(session, meant)
    work(database)
    work(database)
    assert done == [meant[:3], meant[3:6], meant[6:]]
    assert set(states(session, batch).values()) == {MemberState.DONE}
    assert (batch.state, batch.total, batch.done, batch.finished_at) == (BatchState.DONE, 7, 7, NOW)


def test_a_key_makes_one_batch(session, done):
    first = start(session, key="once")
    assert start(session, key="once", label="別の名前").id == first.id
    assert session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 1


def test_friends_are_gathered_piece_by_piece_as_of_the_start(database, session, done, monkeypatch):
    monkeypatch.setattr(working, "GATHERED_AT_ONCE", 4)
    monkeypatch.setattr(working, "CHUNK", 2)
    meant = named(session, *"あいうえお")
    batch = start(session, audience=Audience())
    batches.work(database, now=NOW, wall=NOW)
    session.expire_all()
    assert (batch.state, batch.total, batch.cursor) == (BatchState.GATHERING, 4, meant[3])
    work(database)
    session.expire_all()
    assert (batch.total, batch.done) == (5, 5)


def test_a_batch_for_nobody_ends_at_once(database, session, done):
    batch = start(session, [0])
    work(database)
    session.expire_all()
    assert (batch.state, batch.total) == (BatchState.DONE, 0)


def test_one_bad_friend_fails_alone_and_the_others_of_its_chunk_are_done(database, session, done, caplog):
    good, refused, bug, already, other = named(session, "良い", "困る", "落ちる", "付いている", "別")
    batch = start(session, [good, refused, bug, already, other])
    work(database)
    assert states(session, batch) == {
        good: MemberState.DONE,
        refused: MemberState.FAILED,
        bug: MemberState.FAILED,
        already: MemberState.SKIPPED,
        other: MemberState.DONE,
    }
    assert (batch.state, batch.done, batch.skipped, batch.failed) == (BatchState.DONE, 2, 1, 2)
    assert session.get_one(Friend, refused).memo == "", "what was done before the refusal is undone"
    texts = {reason.note for reason in batches.reasons(session, batch)}
    assert "この方には付けられません。" in texts and "もう付いています。" in texts
    assert any(f"batch {batch.id}: friend {bug}" in text for text in texts), "the log can be found"
    assert f"batch {batch.id}: friend {bug} failed" in caplog.text


def test_a_lost_lock_fails_nobody_and_the_chunk_is_tried_again(database, session, monkeypatch, caplog):
    [one] = named(session, "一人")
    tries = []

    @batches.kind("test.note", label="メモする")
    def apply(session, batch, friend_ids, *, now):
        tries.append(friend_ids)
        if len(tries) == 1:
            raise OperationalError("", {}, Exception("deadlock"))

    batch = start(session, [one])
    work(database)
    work(database)
    assert states(session, batch) == {one: MemberState.DONE}
    assert len(tries) == 2


def test_batches_take_turns_so_that_a_small_one_is_not_kept_waiting(database, session, done):
    large, small = named(session, *"あいうえおか"), named(session, "小")
    start(session, large, key="large")
    second = start(session, small, key="small")
    for _ in range(2):  # gathering, then one chunk of each
        batches.work(database, now=NOW, wall=NOW)
    assert done == [large[:3], small]
    work(database)
    session.expire_all()
    assert second.state is BatchState.DONE


def test_cancelling_ends_it_between_two_chunks(database, session, done):
    meant = named(session, *"あいうえお")
    batch = start(session, meant)
    for _ in range(2):
        batches.work(database, now=NOW, wall=NOW)
    with database.unit() as unit:
        batches.cancel(unit, batches.get(unit, batch.id), now=NOW)
    work(database)
    assert done == [meant[:3]]
    assert list(states(session, batch).values()).count(MemberState.WAITING) == 2
    assert (batch.state, batch.done) == (BatchState.CANCELLED, 3)
    with pytest.raises(DomainError, match="すでに終わっている"), database.unit() as unit:
        batches.cancel(unit, batches.get(unit, batch.id), now=NOW)


def test_somebody_merged_away_meanwhile_is_still_one_person(database, session, done):
    staff = a_staff(session)
    kept, gone = a_friend(session), a_friend(session, line_user_id=None)
    session.commit()
    batch = start(session, [kept.id, gone.id])
    batches.work(database, now=NOW, wall=NOW)
    session.expire_all()
    friends.merge(session, kept, gone, staff_id=staff.id, now=NOW)
    session.commit()
    work(database)
    assert states(session, batch) == {kept.id: MemberState.DONE}
    assert batch.state is BatchState.DONE


def test_what_is_open_is_pending_for_the_clock(database, session, done):
    start(session, named(session, "一人"))
    assert agenda.whole(session, now=NOW, wall=NOW).due == 1
    work(database)
    assert agenda.whole(session, now=NOW, wall=NOW).due == 0


def test_the_results_of_each_go_after_a_while_and_the_numbers_stay(database, session, done):
    batch = start(session, named(session, *"あいう"))
    work(database)
    assert batches.sweep(database, now=NOW + timedelta(days=90), wall=NOW) is False
    while batches.sweep(database, now=NOW + timedelta(days=91), wall=NOW):
        pass
    assert states(session, batch) == {}
    assert (batch.total, batch.done) == (3, 3)


def test_progress_tells_how_far_and_how_long(session, done):
    batch = start(session)
    batch.state, batch.total, batch.done, batch.failed = BatchState.RUNNING, 100, 20, 5
    seen = batches.progress(batch, now=NOW + timedelta(seconds=10))
    assert (seen.worked, seen.percent, seen.remaining) == (25, 25, timedelta(seconds=30))


def test_a_batch_of_actions_says_beforehand_what_it_does_and_costs(session):
    text = {"text": "こんにちは", "when": "now"}
    inner = an_action(session, step("send_text", text))
    outer = an_action(session, step("send_text", text), step("run_action", {"action_id": inner.id}))
    actions.keep(session, saved.PLACE, inner.id, SetDraft([step("run_action", {"action_id": outer.id})]), now=NOW)
    explain = batches.get_kind("actions.run").explain
    assert "最大1通" in " ".join(explain(session, {"action_id": outer.id}, 1)), "a circle is followed once"
    actions.keep(session, saved.PLACE, inner.id, SetDraft([step("send_text", text)]), now=NOW)
    first, second, cost, _ = explain(session, {"action_id": outer.id}, 1200)
    assert first.startswith("1. ") and "こんにちは" in first and second.startswith("2. ")
    assert "最大2,400通" in cost and "1人2通" in cost


def an_action(session, *steps):
    return saved.create(session, saved.ActionDraft("お礼", SetDraft(steps)), now=NOW)


def step(kind, data):
    return {"id": kind, "kind": kind, "data": data, "segment": None}
