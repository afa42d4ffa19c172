"""Who gets a broadcast, and that nobody gets one twice."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import broadcasts, tags, timeline
from lstep_lite.engine.broadcasts import VariantDraft, putting
from lstep_lite.models import (
    AudienceAt,
    BroadcastState,
    ChangedBy,
    Delivery,
    DeliveryState,
    Notification,
)
from tests.engine.broadcasts.conftest import (
    DAY,
    MINUTE,
    PERSONAL,
    book,
    friends,
    go,
    numbers,
    rules,
    tagged,
    user_ids,
    work,
)
from tests.factories import NOW, a_tag


def test_it_reaches_everybody_who_can_receive_once_hidden_friends_too(session, outbox, staff_id):
    reached = [*friends(session, 3), *friends(session, 1, is_hidden=True)]
    (
        friends(session, 1, is_blocked=True),
        friends(session, 1, is_following=False),
        friends(session, 1, line_user_id=None),
    )
    broadcast = book(session, staff_id)
    assert sorted(go(outbox, session, broadcast)) == user_ids(reached)
    assert len(outbox.fake.sent) == 1, "the same words for all leave together"
    assert (broadcast.state, broadcast.totals) == (BroadcastState.DONE, {"sent": 4})
    assert go(outbox, session, broadcast, after=DAY) == []


def test_a_friend_who_blocks_us_meanwhile_is_left_out_and_the_others_get_it(session, outbox, staff_id):
    stays, leaves = friends(session, 2)
    broadcast = book(session, staff_id, audience_at=AudienceAt.BOOKING, variants=[VariantDraft(PERSONAL)])
    go(outbox, session, broadcast, after=timedelta(0))
    session.refresh(leaves)
    leaves.is_following = False
    session.commit()
    assert go(outbox, session, broadcast) == [stays.line_user_id]
    assert numbers(session, broadcast) == {"sent": 1, "skipped": 1}
    [reason] = broadcasts.results(session, broadcast, now=outbox.time).reasons
    assert reason.text == "友だちがこのアカウントをブロックしているため、送信しませんでした。"


@pytest.mark.parametrize(("fixed_at", "count"), [(AudienceAt.SENDING, 2), (AudienceAt.BOOKING, 1)])
def test_who_is_tagged_after_the_booking_counts_only_where_the_audience_is_fixed_at_sending(
    session, outbox, staff_id, fixed_at, count
):
    tag, (early, late) = a_tag(session), friends(session, 2)
    tags.attach(session, tag, early, changed_by=ChangedBy.STAFF, now=NOW)
    broadcast = book(session, staff_id, tree=tagged(tag), audience_at=fixed_at, planned_at=NOW + DAY)
    assert work(outbox) == []
    tags.attach(session, tag, late, changed_by=ChangedBy.STAFF, now=NOW)
    session.commit()
    assert len(go(outbox, session, broadcast, after=DAY)) == count


def test_nobody_to_send_to_ends_it_and_tells_staff(session, outbox, staff_id):
    broadcast = book(session, staff_id)
    go(outbox, session, broadcast)
    assert broadcast.state is BroadcastState.DONE
    [told] = session.scalars(sa.select(Notification)).all()
    assert told.title == "送る相手がいなかった一斉配信があります"


def test_the_timeline_says_which_broadcast_a_message_belongs_to(session, outbox, staff_id):
    [friend] = friends(session, 1)
    go(outbox, session, book(session, staff_id))
    [item] = timeline.entries(session, friend)
    assert (item.label, item.detail) == ("一斉配信の送り先になった", "春のお知らせ")
    assert [delivery.state for delivery in item.deliveries] == [DeliveryState.SENT]


def test_so_many_a_minute_leave_and_no_more(session, outbox, staff_id):
    friends(session, 5)
    broadcast = book(session, staff_id, per_minute=2)
    sent = [len(go(outbox, session, broadcast)), len(go(outbox, session, broadcast, after=MINUTE / 2))]
    sent += [len(go(outbox, session, broadcast, after=MINUTE / 2)), len(go(outbox, session, broadcast))]
    assert sent == [2, 0, 2, 1]
    assert broadcast.state is BroadcastState.DONE


def test_the_outbox_is_filled_only_so_far_ahead(session, outbox, staff_id, monkeypatch):
    monkeypatch.setattr(putting, "AHEAD", 4)
    monkeypatch.setattr(putting, "CHUNK", 2)
    friends(session, 9)
    broadcast = book(session, staff_id)
    outbox.wait(minutes=1)
    while broadcasts.work(outbox.database, now=outbox.time, wall=outbox.machine_time):
        pass
    assert session.scalar(sa.select(sa.func.count(Delivery.id))) == 4
    assert len(go(outbox, session, broadcast, after=timedelta(0))) == 9


def test_only_so_many_get_it_by_lot_and_always_the_same(session, outbox, staff_id):
    friends(session, 20)
    broadcast = book(session, staff_id, at_most=7)
    sheet = broadcasts.preflight(session, broadcast, public_url="", now=NOW)
    first = {sample.friend.line_user_id for sample in sheet.samples}
    people = go(outbox, session, broadcast)
    assert len(set(people)) == 7
    assert first < set(people), "the five of the sheet have drawn the lowest lots"


def test_who_has_had_as_many_as_the_shop_allows_is_left_out_with_the_reason(session, outbox, staff_id):
    rules(session, frequency_most=1)
    first, second = friends(session, 2)
    tag = a_tag(session)
    tags.attach(session, tag, first, changed_by=ChangedBy.STAFF, now=NOW)
    go(outbox, session, book(session, staff_id, tree=tagged(tag)))
    again = book(session, staff_id)
    sheet = broadcasts.preflight(session, again, public_url="", now=outbox.time)
    assert (sheet.recipients, [(each.reason, each.count) for each in sheet.left_out]) == (
        1,
        [("お店で決めた回数まで最近の一斉配信を受け取っている方", 1)],
    )
    assert go(outbox, session, again) == [second.line_user_id]
    assert numbers(session, again) == {"sent": 1, "skipped": 1}
    later = book(session, staff_id, planned_at=outbox.time + 31 * DAY)
    assert len(go(outbox, session, later, after=31 * DAY)) == 2
