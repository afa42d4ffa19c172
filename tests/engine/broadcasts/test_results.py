"""What follows from a broadcast: actions, numbers, sending again, conditions."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine import broadcasts, segments, tags
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.broadcasts import Outcome, VariantDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    BroadcastState,
    ChangedBy,
    Delivery,
    DeliveryState,
    Friend,
    Recipient,
    TimelineEntry,
)
from tests.engine.broadcasts.conftest import DAY, HOUR, PERSONAL, book, do, friends, go, tagged, user_ids
from tests.factories import NOW, a_tag


def test_the_actions_run_once_for_those_who_got_it(session, outbox, staff_id):
    tag, (reached, lost) = a_tag(session), friends(session, 2)
    outbox.fake.refuses.add(lost.line_user_id)
    steps = [{"id": "1", "kind": "tags", "segment": None, "data": {"way": "attach", "tag_ids": [tag.id]}}]
    actions = SetDraft(steps=steps, repeats=True)
    broadcast = book(session, staff_id, variants=[VariantDraft(PERSONAL)], actions=actions)
    go(outbox, session, broadcast)
    assert broadcast.totals == {"sent": 1, "failed": 1}
    assert [len(tags.of(session, friend)) for friend in (reached, lost)] == [1, 0]
    run = session.scalars(sa.select(TimelineEntry).where(TimelineEntry.kind == "action.run")).one()
    assert session.get_one(TimelineEntry, run.cause_id).kind == "broadcast.put"
    go(outbox, session, broadcast, after=HOUR)
    assert session.scalar(sa.select(sa.func.count()).where(TimelineEntry.kind == "action.run")) == 1


def test_a_step_that_breaks_for_one_friend_does_not_stop_the_others(session, outbox, staff_id):
    friends(session, 3)
    steps = [{"id": "1", "kind": "tags", "segment": None, "data": {"way": "attach", "tag_ids": [999]}}]
    broadcast = book(session, staff_id, actions=SetDraft(steps=steps, repeats=True))
    go(outbox, session, broadcast)
    assert broadcast.state is BroadcastState.DONE
    assert session.scalar(sa.select(sa.func.count()).where(Recipient.acted_at.is_not(None))) == 3


def test_sending_again_reaches_only_those_it_failed_to_reach(session, outbox, staff_id):
    friends(session, 3)
    lost = friends(session, 2)
    outbox.fake.refuses |= {friend.line_user_id for friend in lost}
    broadcast = book(session, staff_id, variants=[VariantDraft(PERSONAL)])
    with pytest.raises(DomainError, match="送り終わってから"):
        broadcasts.resend_failed(session, broadcast, now=NOW)
    go(outbox, session, broadcast)
    again = broadcasts.resend_failed(session, broadcast, now=outbox.time)
    assert broadcasts.resend_failed(session, broadcast, now=outbox.time) is again, "pressing twice makes one draft"
    assert segments.sentence(session, again.tree) == "一斉配信「春のお知らせ」を受け取れなかった（送信に失敗）"
    outbox.fake.refuses.discard(lost[0].line_user_id)
    do(session, broadcasts.submit, again, staff_id=staff_id, now=outbox.time)
    assert sorted(go(outbox, session, again)) == user_ids(lost)
    assert again.totals == {"sent": 1, "failed": 1}
    outbox.fake.refuses.clear()
    third = broadcasts.resend_failed(session, broadcast, now=outbox.time)
    do(session, broadcasts.submit, third, staff_id=staff_id, now=outbox.time)
    assert go(outbox, session, third) == [lost[1].line_user_id], "the other one has got it by now"


def test_who_may_have_got_it_gets_it_again_only_when_somebody_says_so(session, outbox, staff_id):
    [friend] = friends(session, 1)
    broadcast = book(session, staff_id)
    go(outbox, session, broadcast)
    session.execute(sa.update(Delivery).values(state=DeliveryState.UNKNOWN))
    session.commit()
    with pytest.raises(DomainError, match="相手がいません"):
        broadcasts.resend_failed(session, broadcast, now=outbox.time)
    again = broadcasts.resend_failed(session, broadcast, with_unknown=True, now=outbox.time)
    assert session.scalars(sa.select(Friend).where(segments.sendable(session, again.tree, now=NOW))).all() == [friend]


def test_the_results_tell_who_left_within_a_day_and_why_others_got_nothing(session, outbox, staff_id):
    stays, leaves, lost = friends(session, 3)
    outbox.fake.refuses.add(lost.line_user_id)
    broadcast = book(session, staff_id, variants=[VariantDraft(PERSONAL)])
    go(outbox, session, broadcast)
    for friend, at in ((leaves, outbox.time + HOUR), (stays, outbox.time + 2 * DAY)):
        session.add(TimelineEntry(friend_id=friend.id, at=at, kind="friend.unfollowed", facts={}, results=[]))
    session.commit()
    shown = broadcasts.results(session, broadcast, now=outbox.time)
    assert (shown.numbers["sent"], shown.numbers["failed"], shown.left) == (2, 1, 1)
    assert [(reason.outcome, reason.count) for reason in shown.reasons] == [(Outcome.FAILED, 1)]
    page = broadcasts.members(session, broadcast, outcome=Outcome.LEFT, now=outbox.time)
    assert [member.friend.id for member in page.rows] == [leaves.id]
    assert broadcasts.members(session, broadcast, now=outbox.time).total_count == 3
    assert broadcasts.progress(session, broadcast, now=outbox.time).percent == 100


def test_conditions_know_who_got_it_and_who_did_not(session, outbox, staff_id):
    tag, (got, did_not) = a_tag(session), friends(session, 2)
    tags.attach(session, tag, got, changed_by=ChangedBy.STAFF, now=NOW)
    broadcast = book(session, staff_id, tree=tagged(tag))
    go(outbox, session, broadcast)

    def found(how: str) -> list[Friend]:
        data = {"broadcast_id": broadcast.id, "how": how}
        tree = {"all": [{"id": "1", "kind": "broadcast", "data": data}], "any": []}
        return list(session.scalars(sa.select(Friend).where(segments.sendable(session, tree, now=NOW))))

    assert (found("sent"), found("not_sent"), found("failed")) == ([got], [did_not], [])
