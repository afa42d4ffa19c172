"""The funnel as it is read, what leads where, the list in numbers, and test sends."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lstep_lite.engine import actions, scenarios, taps
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scenarios import ScenarioDraft, StepDraft, arrows, results, samples, steps, testing
from lstep_lite.engine.scenarios.funnel import Numbers
from lstep_lite.engine.sequences import Content
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Delivery, Enrolment, EnrolmentState, ScenarioMode, Side, StepKind
from tests.factories import (
    NOW,
    a_friend,
    a_scenario,
    a_staff,
    a_step,
    a_tap,
    a_template,
    a_tester,
    an_answer,
)


def made(session, name="シナリオ"):
    return scenarios.create(session, ScenarioDraft(name, ScenarioMode.CLOCK), now=NOW)


def add(session, scenario, name="文", **over):
    content = Content(name, blocks=[{"kind": "text", "text": name}])
    version = scenarios.draft_of(session, scenario, now=NOW)
    return steps.add(session, scenario, version, StepDraft(**{"content": content, **over}), now=NOW)


def a_branch(session, scenario, **when):
    tree = {"all": [{"id": "r", "kind": "name", "data": {"how": "contains", "text": "花"}}], "any": []}
    return add(session, scenario, content=Content("分ける", tree=tree), kind=StepKind.BRANCH, **when)


def test_those_who_wait_are_not_lost_and_a_fifth_less_is_marked(session):
    scenario = made(session)
    first, second, third = (add(session, scenario, days=day, at_time="10:00") for day in (1, 2, 3))
    scenarios.publish(session, scenario, moves_friends=True, staff_id=None, now=NOW)
    for _ in range(2):
        wait_for(session, scenario, a_friend(session), second.code)
    funnel = {first.code: Numbers(sent=20), second.code: Numbers(sent=15), third.code: Numbers(sent=12)}
    nodes = scenarios.flow(session, scenario, scenarios.live(session, scenario))
    rows = results.rows(session, scenario, nodes, funnel)
    assert [(row.lost, row.waiting, row.is_drop) for row in rows] == [(0, 0, False), (3, 2, False), (3, 0, True)]


def test_who_chose_something_in_a_step_after_getting_it_is_counted_there(session):
    template = a_template(session, {"kind": "text", "text": "カラーに興味はありますか"})
    pack = a_template(session, {"kind": "text", "text": "こんにちは"}, {"kind": "template", "template_id": template.id})
    asked = a_step(days=0, code="asked", blocks=[{"kind": "template", "template_id": pack.id}])
    scenario, tap = a_scenario(session, asked, a_step("つづき", days=1, at="10:00")), a_tap(session, template)
    chose, early, _ = friends = [a_friend(session) for _ in range(3)]
    for friend in friends:
        scenarios.start(session, scenario, friend, now=NOW)
    an_answer(session, tap, chose, at=NOW + timedelta(minutes=1))
    an_answer(session, tap, early, at=NOW - timedelta(days=1))
    assert scenarios.funnel(session, scenario)["asked"] == Numbers(sent=3, tapped=1)


def wait_for(session, scenario, friend, code):
    values = {"started_at": NOW, "anchor_at": NOW, "lanes": {}, "state": EnrolmentState.ACTIVE, "due_at": NOW}
    ids = {"scenario_id": scenario.id, "version_id": scenario.live_version_id, "friend_id": friend.id}
    session.add(Enrolment(**ids, **values, next_code=code))
    session.flush()


def test_a_lane_is_measured_by_those_who_took_it(session):
    scenario = made(session)
    branch = a_branch(session, scenario, days=1, at_time="10:00")
    inner = add(session, scenario, within=branch.code, side=Side.NO, days=2, at_time="10:00")
    funnel = {branch.code: Numbers(yes=6, no=10), inner.code: Numbers(sent=4)}
    nodes = scenarios.flow(session, scenario, scenarios.shown(session, scenario))
    [_, row] = results.rows(session, scenario, nodes, funnel)
    assert (row.lane, row.before, row.lost, row.is_drop) == (
        "翌日 10:00の「いいえ」",
        10,
        6,
        True,
    )


def test_a_step_that_starts_another_scenario_leads_there(session):
    scenario, other = made(session), made(session, "つづき")
    step = add(session, scenario)
    data = {"way": "start", "scenario_id": other.id}
    kept = {"id": "a", "kind": "scenario", "data": data, "segment": None}
    actions.keep(session, scenarios.PLACE, step.id, SetDraft([kept], repeats=True), now=NOW)
    [doing] = arrows.doings(session, [step])[step.id]
    assert (doing.words, doing.scenario_id) == ("シナリオ「つづき」を始める", other.id)


def test_a_button_in_a_step_that_starts_another_scenario_leads_there(session):
    template, scenario, other = (
        a_template(session, {"kind": "text", "text": "質問"}),
        made(session),
        made(session, "つづき"),
    )
    pack = a_template(session, {"kind": "text", "text": "こんにちは"}, {"kind": "template", "template_id": template.id})
    step = add(session, scenario, content=Content("質問", blocks=[{"kind": "template", "template_id": pack.id}]))
    tap = a_tap(session, template, label="はい")
    data = {"way": "start", "scenario_id": other.id}
    kept = {"id": "a", "kind": "scenario", "data": data, "segment": None}
    actions.keep(session, taps.PLACE, tap.code, SetDraft([kept], repeats=True), now=NOW)
    [doing] = arrows.doings(session, [step])[step.id]
    assert (doing.words, doing.scenario_id) == ("「はい」を押すと：シナリオ「つづき」を始める", other.id)
    scenarios.delete(session, other, now=NOW)
    [doing] = arrows.doings(session, [step])[step.id]
    assert doing.scenario_id is None, "there is nowhere to go"


def test_the_list_counts_this_month_only(session):
    scenario = made(session)
    add(session, scenario, days=1, at_time="10:00")
    scenarios.publish(session, scenario, moves_friends=True, staff_id=None, now=NOW)
    for friend, started_at in ((a_friend(session), NOW), (a_friend(session), NOW - timedelta(days=10))):
        wait_for(session, scenario, friend, None)
        session.scalars(select(Enrolment).filter_by(friend_id=friend.id)).one().started_at = started_at
    session.flush()
    line = scenarios.lines(session, [scenario], zone=ZoneInfo("Asia/Tokyo"), now=NOW)[scenario.id]
    assert (line.step_count, line.active, line.started, line.finished, line.has_draft) == (1, 2, 1, 0, False)


def test_a_sample_that_is_not_there_is_refused(session):
    with pytest.raises(NotFound):
        samples.create(session, "gone", now=NOW)


def test_a_test_send_never_becomes_a_flood(session):
    scenario, staff = made(session), a_staff(session)
    many = [add(session, scenario, days=day, at_time="10:00") for day in range(1, 12)]
    testers = [a_tester(session, a_friend(session)).id for _ in range(20)]
    with pytest.raises(DomainError, match="200通まで"):
        testing.send(session, scenario, many, testers, token="t", staff_id=staff.id, now=NOW)
    assert session.scalars(select(Delivery)).all() == []
