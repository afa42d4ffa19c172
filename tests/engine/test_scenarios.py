"""Friends on their way through scenarios: what goes out when, once, and what becomes of it."""

import itertools

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, agenda, registry, scenarios
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.deliveries import rechecks
from lstep_lite.engine.scenarios import missed, positions, ticking
from lstep_lite.models import (
    Delivery,
    Enrolment,
    EnrolmentState,
    Friend,
    FriendTag,
    Lane,
    Passage,
    PastStart,
    Restart,
    ScenarioMode,
    SendingRules,
    StepKind,
    TimelineEntry,
    WebhookEvent,
)
from tests.factories import NOW, a_friend, a_scenario, a_shop, a_staff, a_step, a_tag
from tests.ways import DAY, HOUR, MINUTE, acting, begin, look, sent, start, starting, tagged, tagging

assert registry
ELAPSED = ScenarioMode.ELAPSED


@pytest.fixture
def friend(session: Session) -> Friend:
    a_shop(session)
    return a_friend(session)


def passages(session: Session) -> list[tuple[str, str]]:
    session.flush()
    rows = session.execute(sa.select(Passage.code, Passage.state).order_by(Passage.id))
    return [(code.rpartition("-")[2], state.value) for code, state in rows]


def reasons(session: Session) -> list[str | None]:
    return list(session.scalars(sa.select(Passage.reason).order_by(Passage.id)))


# From start to end ---------------------------------------------------------------------------------------------------


def test_steps_come_at_their_times_and_then_it_is_finished(session: Session, friend: Friend) -> None:
    scenario = a_scenario(
        session, a_step("ようこそ"), a_step("翌日", days=1, at="12:15"), a_step("三日後", days=3, at="09:00")
    )
    enrolment = begin(session, scenario, friend)
    assert sent(session, friend.id) == ["ようこそ"]
    assert enrolment.due_at == NOW + DAY + 2 * HOUR + 15 * MINUTE
    look(session, friend, NOW + DAY + 2 * HOUR + 14 * MINUTE)
    assert sent(session, friend.id) == ["ようこそ"]
    look(session, friend, NOW + DAY + 2 * HOUR + 15 * MINUTE)
    look(session, friend, NOW + DAY + 2 * HOUR + 15 * MINUTE)
    assert sent(session, friend.id) == ["ようこそ", "翌日"]
    look(session, friend, NOW + 3 * DAY - HOUR)
    assert sent(session, friend.id) == ["ようこそ", "翌日", "三日後"]
    assert (enrolment.state, enrolment.due_at) == (EnrolmentState.FINISHED, None)
    kinds = session.scalars(sa.select(TimelineEntry.kind).order_by(TimelineEntry.id)).all()
    assert kinds == ["scenario.started", "scenario.step", "scenario.step", "scenario.step", "scenario.finished"]
    steps = session.scalars(sa.select(TimelineEntry).filter_by(kind="scenario.step")).all()
    assert {step.cause_id for step in steps} == {enrolment.cause_id}
    assert {row.guard for row in session.scalars(sa.select(Delivery))} == {f"scenarios:{enrolment.id}"}


def test_what_is_due_at_the_start_answers_the_event_that_started_it(session: Session, friend: Friend) -> None:
    session.add(SendingRules(id=1, quiet_from="00:00", quiet_to="23:00"))
    scenario = a_scenario(session, a_step("すぐ"), a_step("五分後", minutes=5), mode=ELAPSED)
    event = WebhookEvent(webhook_event_id="e", kind="follow", occurred_at=NOW, received_at=NOW, raw="{}", state="done")
    session.add(event)
    session.flush()
    enrolment = begin(session, scenario, friend, event=event)
    delivery = session.scalars(sa.select(Delivery)).one()
    assert (delivery.lane, delivery.event_id) == (Lane.REPLY, event.id), "an answer does not wait for the morning"
    assert enrolment.due_at == NOW.replace(hour=14), "the others keep the quiet hours"


def test_nobody_gets_a_step_twice_even_when_the_same_work_is_done_again(session: Session, friend: Friend) -> None:
    scenario = a_scenario(session, a_step("a", minutes=5), a_step("b", minutes=5), a_step("c", minutes=9), mode=ELAPSED)
    enrolment = begin(session, scenario, friend)
    look(session, friend, NOW + 5 * MINUTE)
    enrolment.due_at = NOW
    look(session, friend, NOW + 6 * MINUTE)
    assert sent(session, friend.id) == ["a", "b"]


def test_conditions_branches_and_actions_decide_as_of_their_own_moment(session: Session, friend: Friend) -> None:
    tag, seen = a_tag(session), a_tag(session)
    fork = a_step(days=2, at="10:00", code="fork", kind=StepKind.BRANCH, tree=tagged(tag))
    scenario = a_scenario(
        session,
        a_step("全員"),
        a_step("対象外", days=1, at="10:00", tree=tagged(tag)),
        fork,
        a_step("はい", days=2, at="10:00", within="fork", side="yes"),
        a_step("いいえ", days=3, at="10:00", within="fork", side="no"),
        a_step("合流", days=4, at="10:00"),
    )
    acting(session, scenario, 4, tagging(seen))
    enrolment = begin(session, scenario, friend)
    look(session, friend, NOW + DAY)
    session.add(FriendTag(friend_id=friend.id, tag_id=tag.id, attached_at=NOW, changed_by="staff"))
    look(session, friend, NOW + 2 * DAY)
    assert enrolment.lanes == {"fork": "yes"}
    look(session, friend, NOW + 4 * DAY)
    assert sent(session, friend.id) == ["全員", "はい", "合流"]
    assert [state for _, state in passages(session)] == ["sent", "skipped", "yes", "sent", "sent"]
    assert f"タグ「{tag.name}」が付いている" in str(reasons(session)[1])
    assert session.get(FriendTag, (friend.id, seen.id)) is not None


def test_a_first_step_of_the_day_that_is_past_moves_everything_by_a_day(session: Session, friend: Friend) -> None:
    scenario = a_scenario(session, a_step("当日", at="14:00"), a_step("翌日", days=1, at="10:00"))
    started_at = NOW + 4 * HOUR + MINUTE
    enrolment = begin(session, scenario, friend, now=started_at)
    assert enrolment.due_at == NOW + DAY + 4 * HOUR
    look(session, friend, NOW + DAY + 4 * HOUR)
    assert enrolment.due_at == NOW + 2 * DAY
    late = a_scenario(session, a_step("今すぐ", at="08:00"), past_start=PastStart.SEND)
    begin(session, late, friend, now=started_at)
    assert sent(session, friend.id) == ["当日", "今すぐ"]


def test_beginning_in_the_middle_sends_nothing_of_what_lies_before(session: Session, friend: Friend) -> None:
    steps = [a_step(name, days=day, at="10:00", code=name) for day, name in enumerate(["a", "b", "c"])]
    begin(session, a_scenario(session, *steps), friend, at_code="b")
    assert sent(session, friend.id) == ["b"]
    look(session, friend, NOW + DAY)
    assert sent(session, friend.id) == ["b", "c"]
    assert reasons(session)[0] == positions.BEFORE


# Late, off, blocked --------------------------------------------------------------------------------------------------


def test_after_an_outage_there_is_no_burst_and_staff_may_send_what_was_missed(session: Session, friend: Friend) -> None:
    steps = [a_step(f"{minutes}分", minutes=minutes) for minutes in (10, 20, 190, 400)]
    enrolment = begin(session, a_scenario(session, *steps, mode=ELAPSED), friend)
    look(session, friend, NOW + 200 * MINUTE)
    assert sent(session, friend.id) == ["190分"]
    assert [state for _, state in passages(session)] == ["missed", "missed", "sent"]
    assert enrolment.due_at == NOW + 400 * MINUTE
    kind = missed.MissedSteps()
    first, second = sorted(kind.groups(session, now=NOW), key=lambda group: group.since)
    assert (first.people, first.messages) == (1, 1)
    for _ in range(2):
        kind.send(session, first.key, staff_id=a_staff(session).id, now=NOW + 201 * MINUTE)
        kind.drop(session, second.key, staff_id=None, now=NOW + 201 * MINUTE)
    assert sent(session, friend.id) == ["190分", "10分"]
    assert kind.groups(session, now=NOW) == []


def test_switched_off_it_lets_time_pass_and_nothing_starts(session: Session, friend: Friend) -> None:
    scenario = a_scenario(session, a_step("a", minutes=10), a_step("b", minutes=20), mode=ELAPSED)
    begin(session, scenario, friend)
    scenarios.switch(session, scenario, is_on=False, now=NOW)
    look(session, friend, NOW + 10 * MINUTE)
    assert start(session, scenario, a_friend(session)).enrolment is None
    scenarios.switch(session, scenario, is_on=True, now=NOW)
    look(session, friend, NOW + 20 * MINUTE)
    assert sent(session, friend.id) == ["b"]


def test_who_blocks_us_goes_on_in_time_and_gets_the_rest_after_coming_back(session: Session, friend: Friend) -> None:
    scenario = a_scenario(session, *(a_step(f"{n}", minutes=n) for n in (10, 20, 30)), mode=ELAPSED)
    begin(session, scenario, friend)
    friend.is_following = False
    look(session, friend, NOW + 10 * MINUTE)
    friend.is_following = True
    look(session, friend, NOW + 20 * MINUTE)
    look(session, friend, NOW + 30 * MINUTE)
    assert sent(session, friend.id) == ["20", "30"]


def test_what_waits_in_the_outbox_does_not_go_out_once_its_scenario_is_stopped(
    session: Session, friend: Friend
) -> None:
    scenario = a_scenario(session, a_step("a"), a_step("b", days=1, at="10:00"), name="体験")
    enrolment = begin(session, scenario, friend)
    assert asked(session, enrolment) is None
    assert scenarios.stop(session, friend, now=NOW, reason="手で止めたため") == 1
    assert asked(session, enrolment) == "手で止めたため、送信しませんでした。"
    finished = begin(session, a_scenario(session, a_step("c")), friend)
    assert finished.state is EnrolmentState.FINISHED
    assert asked(session, finished) is None, "the last message of a finished one still goes out"
    scenarios.switch(session, finished.scenario, is_on=False, now=NOW)
    assert asked(session, finished) is not None


def asked(session: Session, enrolment: Enrolment) -> str | None:
    session.flush()
    return rechecks._guards["scenarios"](session, [str(enrolment.id)]).get(str(enrolment.id))


# Several scenarios ---------------------------------------------------------------------------------------------------


def test_starting_one_stops_the_other_unless_the_shop_allows_several(session: Session, friend: Friend) -> None:
    first, second, third = (a_scenario(session, a_step("x", days=1, at="10:00"), name=name) for name in "ABC")
    one = begin(session, first, friend)
    two = begin(session, second, friend)
    assert (one.state, one.end_reason) == (EnrolmentState.STOPPED, "「B」を始めたため")
    session.add(SendingRules(id=1, parallel_scenarios=True))
    begin(session, third, friend)
    assert two.state is EnrolmentState.ACTIVE


@pytest.mark.parametrize(
    ("restart", "within", "after"),
    [(Restart.ALWAYS, True, True), (Restart.IF_FINISHED, False, True), (Restart.NEVER, False, False)],
)
def test_starting_again(session: Session, friend: Friend, restart: Restart, within: bool, after: bool) -> None:
    scenario = a_scenario(session, a_step("a"), a_step("b", days=1, at="12:00"), restart=restart)
    begin(session, scenario, friend)
    assert (start(session, scenario, friend).enrolment is not None) is within
    scenarios.stop(session, friend, now=NOW, reason="手で止めたため")
    assert (start(session, scenario, friend).enrolment is not None) is after
    active = sa.select(sa.func.count()).select_from(Enrolment).filter_by(state=EnrolmentState.ACTIVE)
    assert session.scalar(active) == int(after)


def test_a_step_that_moves_on_to_another_scenario_still_says_its_words(session: Session, friend: Friend) -> None:
    other = a_scenario(session, a_step("B1"), a_step("B2", days=1, at="10:00"))
    scenario = a_scenario(session, a_step("A1"), a_step("A2"), a_step("A3"))
    acting(session, scenario, 2, starting(other))
    enrolment = begin(session, scenario, friend)
    assert sent(session, friend.id) == ["A1", "A2", "B1"]
    assert enrolment.state is EnrolmentState.STOPPED
    guards = session.scalars(sa.select(Delivery.guard).order_by(Delivery.id)).all()
    assert guards[:2] == [None, None]


def test_the_end_runs_its_actions_and_leads_into_the_next_scenario(session: Session, friend: Friend) -> None:
    tag, following = a_tag(session), a_scenario(session, a_step("次"))
    scenario = a_scenario(session, a_step("前"), next_scenario_id=following.id)
    drafted = SetDraft([{"id": "a", "segment": None, **tagging(tag)}], repeats=True)
    actions.keep(session, scenarios.FINISHED, scenario.id, drafted, now=NOW)
    begin(session, scenario, friend)
    assert sent(session, friend.id) == ["前", "次"]
    assert session.get(FriendTag, (friend.id, tag.id)) is not None


def test_scenarios_that_start_one_another_in_the_same_instant_come_to_an_end(session: Session, friend: Friend) -> None:
    first, second = a_scenario(session, a_step("A")), a_scenario(session, a_step("B"))
    acting(session, second, 1, starting(first))
    first.next_scenario_id = second.id
    begin(session, first, friend)
    assert sent(session, friend.id) == ["A", "B"]
    chain = [a_scenario(session, a_step(f"{number}")) for number in range(15)]
    for each, following in itertools.pairwise(chain):
        each.next_scenario_id = following.id
    begin(session, chain[0], friend)
    assert sent(session, friend.id)[2:] == [str(number) for number in range(10)]


def test_a_scenario_may_begin_again_from_its_own_last_step(session: Session, friend: Friend) -> None:
    scenario = a_scenario(session, a_step("すぐ"), a_step("毎日", days=1, at="10:00"))
    acting(session, scenario, 2, starting(scenario))
    begin(session, scenario, friend)
    for day in (1, 2):
        look(session, friend, NOW + day * DAY)
    assert sent(session, friend.id) == ["すぐ", "毎日", "すぐ", "毎日", "すぐ"]


def test_the_funnel_tells_where_friends_are_lost(session: Session, friend: Friend) -> None:
    tag = a_tag(session)
    scenario = a_scenario(session, a_step("a", code="a"), a_step("b", days=1, at="10:00", code="b", tree=tagged(tag)))
    gone = a_friend(session)
    begin(session, scenario, friend)
    begin(session, scenario, gone)
    gone.is_following, gone.follow_changed_at = False, NOW + HOUR
    look(session, friend, NOW + DAY)
    look(session, gone, NOW + DAY)
    found = scenarios.funnel(session, scenario)
    assert (found["a"].reached, found["a"].sent, found["a"].blocked) == (2, 2, 1)
    assert (found["b"].reached, found["b"].sent, found["b"].skipped_count) == (2, 0, 2)


# Queries -------------------------------------------------------------------------------------------------------------


def test_looking_for_what_is_due_goes_by_the_partial_index(session: Session) -> None:
    statement = ticking.due(NOW).compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    if session.get_bind().dialect.name == "sqlite":
        rows = session.execute(sa.text(f"EXPLAIN QUERY PLAN {statement}")).all()
        assert any("ix_enrolments_due" in row[-1] for row in rows), rows
    else:
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(session.scalars(sa.text(f"EXPLAIN {statement}")))
        assert "ix_enrolments_due" in plan, plan
        assert "Sort" not in plan, plan


def test_the_clock_is_told_when_somebody_is_next(session: Session, friend: Friend) -> None:
    begin(session, a_scenario(session, a_step("a", days=1, at="10:00")), friend)
    assert ticking.pending(session, now=NOW, wall=NOW) == agenda.Pending(0, NOW + DAY)
    assert ticking.pending(session, now=NOW + DAY, wall=NOW) == agenda.Pending(1, None)
