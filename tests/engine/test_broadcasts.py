"""Broadcasts: who gets them, when, in which version, and that nobody gets one twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import agenda, broadcasts, deliveries, mentions, segments, tags, timeline
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.broadcasts import BroadcastDraft, Outcome, VariantDraft, pausing, putting
from lstep_lite.engine.deliveries.pausing import MONTHLY_LIMIT
from lstep_lite.engine.line import Answer
from lstep_lite.errors import DomainError, NotAllowed
from lstep_lite.models import (
    AfterLimit,
    AudienceAt,
    Broadcast,
    BroadcastState,
    ChangedBy,
    Channel,
    Delivery,
    DeliveryState,
    Friend,
    Lane,
    Notification,
    Recipient,
    Role,
    SendingRules,
    Tag,
    TimelineEntry,
    Verdict,
    WinnerBy,
)
from tests.engine.deliveries.conftest import NO_MORE, FakeLine, Outbox, Sent, refused
from tests.factories import NOW, a_broadcast, a_friend, a_shop, a_staff, a_tag, a_tap, a_template, an_answer

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELLO: list[Any] = [{"kind": "text", "text": "お知らせ"}]
PERSONAL: list[Any] = [{"kind": "text", "text": "[name]さんへ"}]
ALL_STATES = tuple(BroadcastState)


@pytest.fixture(autouse=True)
def shop(session: Session) -> None:
    a_shop(session)
    session.commit()


@pytest.fixture
def outbox(database: Any) -> Outbox:
    return Outbox(database, Choosy())


class Choosy(FakeLine):
    """Takes nothing for some people."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses: set[str] = set()

    def _answer(self, sent: Sent) -> Answer:
        answer = super()._answer(sent)
        return refused() if sent.way == "push" and sent.body["to"] in self.refuses else answer


@pytest.fixture
def staff_id(session: Session) -> int:
    return _kept(session, a_staff(session)).id


def _kept(session: Session, row: Any) -> Any:
    session.commit()
    return row


def rules(session: Session, **over: Any) -> None:
    values = {"hold_seconds": 60, "late_minutes": 60, "needs_approval": False, "frequency_days": 30}
    session.add(SendingRules(id=1, **values | over))
    session.commit()


def friends(session: Session, count: int, **over: Any) -> list[Friend]:
    return _kept(session, [a_friend(session, **over) for _ in range(count)])


def draft(**over: Any) -> BroadcastDraft:
    return BroadcastDraft(**{"name": "春のお知らせ", "variants": [VariantDraft(HELLO)], **over})


def tagged(tag: Tag) -> dict[str, Any]:
    data = {"tag_ids": [tag.id], "how": "any"}
    return {"all": [{"id": "1", "kind": "tag", "data": data}], "any": []}


def book(session: Session, staff_id: int, **over: Any) -> Broadcast:
    broadcast = broadcasts.create(session, draft(**over), now=NOW)
    broadcasts.submit(session, broadcast, staff_id=staff_id, now=NOW)
    return _kept(session, broadcast)


def work(outbox: Outbox) -> list[str]:
    """Let the worker do all it can now; to whom LINE was asked to send."""
    people: list[str] = []
    for _ in range(100):
        has_more = broadcasts.work(outbox.database, now=outbox.time, wall=outbox.machine_time)
        sent = outbox.send(Lane.BULK)
        for each in sent:
            people += each.body["to"] if each.way == "multicast" else [each.body["to"]]
        if not (has_more or sent):
            return people
    raise AssertionError("the worker never comes to an end")


def go(outbox: Outbox, session: Session, broadcast: Broadcast, *, after: timedelta = MINUTE) -> list[str]:
    session.commit()  # what the worker does would go back with what is still open here
    outbox.wait(seconds=after.total_seconds())
    people = work(outbox)
    session.expire_all()
    return people


def do(session: Session, act: Callable[..., None], broadcast: Broadcast, **how: Any) -> None:
    act(session, broadcast, **how)
    session.commit()


def numbers(session: Session, broadcast: Broadcast) -> dict[str, int]:
    return {outcome.value: count for outcome, count in broadcasts.numbers(session, broadcast).by_outcome.items()}


def user_ids(found: list[Friend]) -> list[str | None]:
    return sorted(friend.line_user_id or "" for friend in found)


# Sending -------------------------------------------------------------------------------------------------------------


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


# Until it goes out ---------------------------------------------------------------------------------------------------


def test_until_the_hold_is_over_it_can_be_taken_back_and_pressing_twice_books_once(session, outbox, staff_id):
    friends(session, 1)
    broadcast = book(session, staff_id)
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=NOW + MINUTE / 2)
    assert (broadcast.state, broadcast.due_at) == (BroadcastState.BOOKED, NOW + MINUTE)
    do(session, broadcasts.take_back, broadcast, now=NOW + MINUTE / 2)
    assert go(outbox, session, broadcast) == []
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=outbox.time)
    with pytest.raises(DomainError, match="取り消せません"):
        broadcasts.take_back(session, broadcast, now=outbox.time + MINUTE)
    session.rollback()
    assert len(go(outbox, session, broadcast)) == 1


def test_changing_a_booked_one_makes_it_a_draft_and_gathers_anew(session, outbox, staff_id):
    tag, (_, new) = a_tag(session), friends(session, 2)
    tags.attach(session, tag, new, changed_by=ChangedBy.STAFF, now=NOW)
    later = NOW + HOUR
    broadcast = book(session, staff_id, audience_at=AudienceAt.BOOKING, planned_at=later)
    work(outbox)
    assert session.scalar(sa.select(sa.func.count(Recipient.id))) == 2
    changed = draft(tree=tagged(tag), audience_at=AudienceAt.BOOKING, planned_at=later)
    do(session, broadcasts.update, broadcast, draft=changed, now=NOW)
    assert broadcast.state is BroadcastState.DRAFT
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=NOW)
    assert go(outbox, session, broadcast, after=HOUR) == [new.line_user_id]
    with pytest.raises(DomainError, match="送信が始まっている"):
        broadcasts.update(session, broadcast, changed, now=outbox.time)


def test_a_second_person_has_to_say_yes_where_the_shop_wants_it(session, outbox, staff_id):
    rules(session, needs_approval=True)
    other = _kept(session, a_staff(session, role=Role.OWNER))
    friends(session, 1)
    broadcast = book(session, staff_id)
    assert broadcast.state is BroadcastState.ASKED
    assert go(outbox, session, broadcast) == []
    with pytest.raises(NotAllowed):
        broadcasts.approve(session, broadcast, staff_id=staff_id, now=outbox.time)
    do(session, broadcasts.decline, broadcast, word="誤字があります", now=outbox.time)
    assert broadcast.state is BroadcastState.DRAFT
    do(session, broadcasts.submit, broadcast, staff_id=staff_id, now=outbox.time)
    do(session, broadcasts.approve, broadcast, staff_id=other.id, now=outbox.time)
    assert len(go(outbox, session, broadcast)) == 1
    bodies = session.scalars(sa.select(Notification.body).order_by(Notification.id)).all()
    assert bodies == ["春のお知らせ", "春のお知らせ：誤字があります", "春のお知らせ", "春のお知らせ"]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"planned_at": NOW}, "planned_at"),
        ({"at_most": 0}, "at_most"),
        ({"per_minute": 0}, "per_minute"),
        ({"variants": []}, "percent"),
        ({"variants": [VariantDraft(HELLO, 50)] * 5}, "percent"),
        ({"variants": [VariantDraft(HELLO, 60), VariantDraft(HELLO, 30)]}, "percent"),
        ({"variants": [VariantDraft(HELLO, 60), VariantDraft(HELLO, 40)], "winner_by": WinnerBy.HAND}, "percent"),
        (
            {"variants": [VariantDraft(HELLO, 10), VariantDraft(HELLO, 10)], "winner_by": WinnerBy.TAPS},
            "winner_after_minutes",
        ),
        ({"variants": [VariantDraft([{"kind": "text", "text": ""}])]}, "blocks-0"),
        ({"name": " "}, "name"),
    ],
)
def test_what_can_not_be_sent_so_is_refused_with_the_field(session, over, field):
    with pytest.raises(DomainError) as refusal:
        broadcasts.create(session, draft(**over), now=NOW)
    assert refusal.value.field == field


def test_a_draft_may_lack_its_message_but_does_not_go_out_without(session, staff_id):
    broadcast = broadcasts.create(session, draft(variants=[VariantDraft([])]), now=NOW)
    with pytest.raises(DomainError, match="1つ以上") as refusal:
        broadcasts.submit(session, broadcast, staff_id=staff_id, now=NOW)
    assert refusal.value.field == "blocks-0"
    assert broadcast.state is BroadcastState.DRAFT


def test_a_planned_time_that_has_passed_is_refused_when_it_is_sent(session, staff_id):
    broadcast = broadcasts.create(session, draft(planned_at=NOW + MINUTE), now=NOW)
    with pytest.raises(DomainError) as refusal:
        broadcasts.submit(session, broadcast, staff_id=staff_id, now=NOW + HOUR)
    assert refusal.value.field == "planned_at"


# On its way ----------------------------------------------------------------------------------------------------------


def test_pausing_holds_what_waits_and_resuming_loses_nothing(session, outbox, staff_id, monkeypatch):
    monkeypatch.setattr(putting, "CHUNK", 2)
    reached = friends(session, 5)
    broadcast = book(session, staff_id)
    outbox.wait(minutes=1)
    for _ in range(3):  # start, gather, put two
        broadcasts.work(outbox.database, now=outbox.time, wall=outbox.machine_time)
    do(session, broadcasts.pause, broadcast, now=outbox.time)
    assert work(outbox) == []
    assert numbers(session, broadcast) == {"held": 2, "waiting": 3}
    assert go(outbox, session, broadcast, after=DAY) == []
    do(session, broadcasts.resume, broadcast, now=outbox.time)
    assert sorted(go(outbox, session, broadcast, after=timedelta(0))) == user_ids(reached)
    assert broadcast.totals == {"sent": 5}


def test_stopping_on_the_way_sends_no_more(session, outbox, staff_id):
    friends(session, 4)
    broadcast = book(session, staff_id, per_minute=1)
    assert len(go(outbox, session, broadcast)) == 1
    do(session, broadcasts.stop, broadcast, now=outbox.time)
    assert go(outbox, session, broadcast, after=DAY) == []
    assert (broadcast.state, broadcast.totals) == (BroadcastState.CANCELLED, {"sent": 1, "waiting": 3})


@pytest.mark.parametrize("after_limit", AfterLimit)
def test_a_used_up_allowance_pauses_it_and_nothing_is_lost(session, outbox, staff_id, after_limit):
    rules(session, after_limit=after_limit)
    reached = friends(session, 3)
    broadcast = book(session, staff_id, variants=[VariantDraft(PERSONAL)])
    outbox.fake.answers = [NO_MORE] * 3
    go(outbox, session, broadcast)
    assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.PAUSED, MONTHLY_LIMIT)
    with pytest.raises(DomainError, match="まだ再開できません"):
        broadcasts.resume(session, broadcast, now=outbox.time)
    session.rollback()
    [left] = deliveries.left_over(session, now=outbox.time)
    assert (left.kind, left.leftover.people) == ("broadcasts", 3)
    outbox.fake.sent.clear()
    channel = session.get_one(Channel, 1)
    channel.paused_at = channel.pause_reason = None
    session.commit()
    people = go(outbox, session, broadcast, after=20 * DAY)
    if after_limit is AfterLimit.BY_HAND:
        assert people == []
        deliveries.decide(session, left.kind, left.leftover.key, Verdict.SEND, staff_id=staff_id, now=outbox.time)
        session.commit()
        agenda.run(outbox.database, Lane.BULK, now=lambda: outbox.time, wall=lambda: outbox.machine_time)
        people = go(outbox, session, broadcast, after=timedelta(0))
    assert sorted(people) == user_ids(reached)
    assert broadcast.totals == {"sent": 3}


def test_after_a_long_outage_it_is_missed_until_somebody_says_what_to_do(session, outbox, staff_id):
    friends(session, 2)
    sent, dropped = book(session, staff_id), book(session, staff_id)
    assert go(outbox, session, sent, after=2 * HOUR) == []
    session.refresh(dropped)
    assert (sent.state, dropped.state) == (BroadcastState.MISSED, BroadcastState.MISSED)
    do(session, broadcasts.send_missed, sent, now=outbox.time)
    do(session, broadcasts.drop_missed, dropped, now=outbox.time)
    assert len(go(outbox, session, sent, after=timedelta(0))) == 2
    session.refresh(dropped)
    assert dropped.state is BroadcastState.CANCELLED


def test_an_outage_on_the_way_pauses_it_instead_of_bursting(session, outbox, staff_id):
    friends(session, 3)
    broadcast = book(session, staff_id, per_minute=1)
    go(outbox, session, broadcast)
    assert go(outbox, session, broadcast, after=3 * HOUR) == []
    assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.PAUSED, pausing.OUTAGE)
    do(session, broadcasts.resume, broadcast, now=outbox.time)
    assert len(go(outbox, session, broadcast, after=timedelta(0))) == 1


def test_the_clock_of_the_demo_stops_when_it_goes_out(session, outbox, staff_id):
    friends(session, 1)
    broadcast = book(session, staff_id, planned_at=NOW + HOUR)
    assert agenda.whole(session, now=NOW, wall=NOW).next_due == NOW + HOUR
    go(outbox, session, broadcast, after=HOUR)
    assert agenda.whole(session, now=outbox.time, wall=outbox.machine_time) == agenda.Pending(0, None)


# Versions ------------------------------------------------------------------------------------------------------------


def versions(*texts: str, percents: tuple[int, ...]) -> list[VariantDraft]:
    blocks = [[{"kind": "text", "text": text}] for text in texts]
    return [VariantDraft(each, percent) for each, percent in zip(blocks, percents, strict=True)]


def texts(outbox: Outbox) -> dict[str, int]:
    found: dict[str, int] = {}
    for sent in outbox.fake.sent:
        people = sent.body["to"] if sent.way == "multicast" else [sent.body["to"]]
        found[sent.texts[0]] = found.get(sent.texts[0], 0) + len(people)
    return found


def test_two_versions_share_the_friends_by_percent(session, outbox, staff_id):
    friends(session, 60)
    broadcast = book(session, staff_id, variants=versions("A", "B", percents=(30, 70)))
    go(outbox, session, broadcast)
    found = texts(outbox)
    assert sum(found.values()) == 60
    assert 8 <= found["A"] <= 28
    assert len(outbox.fake.sent) == 2


def test_the_version_with_more_taps_goes_to_those_who_wait(session, outbox, staff_id):
    template = a_template(session, {"kind": "text", "text": "B"})
    tap = a_tap(session, template)
    friends(session, 40)
    blocks = [{"kind": "template", "template_id": template.id}]
    variants = [VariantDraft(HELLO, 25), VariantDraft(blocks, 25)]
    broadcast = book(session, staff_id, variants=variants, winner_by=WinnerBy.TAPS, winner_after_minutes=30)
    on_trial = go(outbox, session, broadcast)
    assert 0 < len(on_trial) < 40
    second = broadcast.variants[1]
    reader = session.scalars(sa.select(Recipient).where(Recipient.variant_id == second.id)).first()
    an_answer(session, tap, session.get_one(Friend, reader.friend_id), at=outbox.time + MINUTE)
    session.commit()
    rest = go(outbox, session, broadcast, after=30 * MINUTE)
    assert (len(on_trial) + len(rest), broadcast.winner_id) == (40, second.id)
    shown = broadcasts.results(session, broadcast, now=outbox.time)
    assert [version.tapped for version in shown.versions] == [0, 1]
    [member] = broadcasts.members(session, broadcast, outcome=Outcome.TAPPED, now=outbox.time).rows
    assert member.friend.id == reader.friend_id


def test_staff_choose_the_version_for_the_rest(session, outbox, staff_id):
    friends(session, 30)
    variants = versions("A", "B", percents=(20, 20))
    broadcast = book(session, staff_id, variants=variants, winner_by=WinnerBy.HAND)
    on_trial = go(outbox, session, broadcast)
    assert broadcasts.waits_for_staff(session, broadcast)
    assert go(outbox, session, broadcast, after=DAY) == [], "it waits for as long as it takes"
    with pytest.raises(DomainError):
        broadcasts.choose_winner(session, broadcast, 0, now=outbox.time)
    session.rollback()
    do(session, broadcasts.choose_winner, broadcast, variant_id=broadcast.variants[1].id, now=outbox.time)
    before = texts(outbox)
    rest = go(outbox, session, broadcast, after=timedelta(0))
    assert len(on_trial) + len(rest) == 30
    assert texts(outbox)["B"] == before["B"] + len(rest)
    assert broadcast.state is BroadcastState.DONE


# What follows --------------------------------------------------------------------------------------------------------


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


# Before sending ------------------------------------------------------------------------------------------------------


def test_the_sheet_says_who_what_it_costs_and_what_to_think_about(session, outbox):
    friends(session, 6)
    (
        friends(session, 1, is_following=False),
        friends(session, 2, line_user_id=None),
        friends(session, 1, is_blocked=True),
    )
    channel = session.get_one(Channel, 1)
    channel.quota_limit, channel.quota_used, channel.quota_checked_at = 200, 197, NOW
    broadcast = a_broadcast(session, *PERSONAL)
    session.commit()
    sheet = broadcasts.preflight(session, broadcast, public_url="", now=NOW)
    assert (sheet.recipients, sheet.counted, sheet.left, sheet.is_short) == (6, 6, 3, True)
    assert [(each.reason, each.count) for each in sheet.left_out] == [
        ("こちらでブロックした方", 1),
        ("このアカウントをブロックした方", 1),
        ("LINEなしのお客様", 2),
    ]
    assert len(sheet.samples) == 5
    assert all(sample.objects[0]["text"] == f"{sample.friend.display_name}さんへ" for sample in sheet.samples)
    assert [warning[:13] for warning in sheet.warnings] == ["今月送れる残りは3通です。"]


def test_the_sheet_warns_of_the_night_of_nobody_and_of_what_is_gone(session, outbox):
    at_night = NOW + 13 * HOUR
    broadcast = a_broadcast(session, tree=tagged(Tag(id=999)), due_at=at_night, is_at_once=False)
    sheet = broadcasts.preflight(session, broadcast, public_url="", now=NOW)
    assert [warning[:6] for warning in sheet.warnings] == ["今の条件では", "夜間や早朝（", "送る相手の条"]


# Keeping -------------------------------------------------------------------------------------------------------------


def test_a_copy_is_a_draft_that_says_the_same(session, staff_id):
    template = a_template(session, {"kind": "text", "text": "春"})
    variants = [VariantDraft([{"kind": "template", "template_id": template.id}], 60), VariantDraft(HELLO, 40)]
    broadcast = book(session, staff_id, variants=variants, planned_at=NOW + DAY, per_minute=5, at_most=3)
    copied = broadcasts.copy(session, broadcast, now=NOW)
    assert (copied.name, copied.state, copied.due_at) == ("春のお知らせのコピー", BroadcastState.DRAFT, None)
    assert [(each.percent, each.blocks) for each in copied.variants] == [
        (each.percent, each.blocks) for each in variants
    ]
    assert (copied.per_minute, copied.at_most) == (5, 3)
    used = [place.label for place in mentions.places(session, "templates", template.id)]
    assert used == ["一斉配信「春のお知らせ」", "一斉配信「春のお知らせのコピー」"]


def test_a_deleted_one_is_gone_at_once_and_cleared_away_bit_by_bit(session, outbox, staff_id):
    friends(session, 3)
    broadcast = book(session, staff_id)
    with pytest.raises(DomainError, match="先に取り消すか"):
        broadcasts.delete(session, broadcast, now=NOW)
    session.rollback()
    go(outbox, session, broadcast)
    do(session, broadcasts.delete, broadcast, now=outbox.time)
    assert broadcasts.page(session, ALL_STATES).rows == []
    assert mentions.missing(session, [("broadcasts", broadcast.id)]) == {("broadcasts", str(broadcast.id))}
    while broadcasts.sweep(outbox.database, now=outbox.time, wall=outbox.machine_time):
        pass
    session.expire_all()
    assert [session.scalar(sa.select(sa.func.count(model.id))) for model in (Broadcast, Recipient)] == [0, 0]
    assert session.scalar(sa.select(sa.func.count(Delivery.id))) == 3, "what was sent stays in the log"


def test_the_list_is_asked_for_by_state_folder_and_words(session, staff_id):
    first = broadcasts.create(session, draft(name="夏の案内"), now=NOW)
    second = book(session, staff_id)
    assert list(broadcasts.page(session, ALL_STATES).rows) == [second, first]
    assert list(broadcasts.page(session, ALL_STATES, text="夏").rows) == [first]
    assert list(broadcasts.page(session, (BroadcastState.BOOKED,)).rows) == [second]
    assert broadcasts.counts(session) == {BroadcastState.DRAFT: 1, BroadcastState.BOOKED: 1}
    assert list(broadcasts.upcoming(session, now=NOW)) == [second]
    assert not broadcasts.is_broken(session, first)
