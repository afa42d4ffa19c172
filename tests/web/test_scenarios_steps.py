"""The editor of a scenario's steps, moving and copying them, and their test sends."""

import json

import pytest

from lstep_lite.engine import actions, scenarios
from lstep_lite.engine.scenarios import ScenarioDraft, StepDraft, steps
from lstep_lite.engine.sequences import Content
from lstep_lite.models import Delivery, ScenarioMode, StepKind
from tests.factories import NOW, a_friend, a_score, a_tester
from tests.web.conftest import regions

TEXT = json.dumps([{"kind": "text", "text": "ようこそ"}])
CLOCK = {"name": "ごあいさつ", "timing": "on_clock", "days": "1", "at_time": "12:15", "blocks": TEXT}
NAMED = {"segment.all": "r", "segment.all.r.kind": "name", "segment.all.r.how": "contains", "segment.all.r.text": "花"}


def made(session, mode, *drafts):
    scenario = scenarios.create(session, ScenarioDraft("シナリオ", mode), now=NOW)
    version = scenarios.draft_of(session, scenario, now=NOW)
    for draft in drafts:
        steps.add(session, scenario, version, draft, now=NOW)
    session.commit()
    return scenario


def a_text(text, **when):
    return StepDraft(Content(text, blocks=[{"kind": "text", "text": text}]), **when)


def shown(session, scenario):
    session.expire_all()
    return steps.in_version(session, scenarios.shown(session, scenario))


@pytest.fixture
def scenario(session, owner):
    return made(session, ScenarioMode.CLOCK)


def test_a_step_is_made_with_its_time_message_and_actions(htmx, page, session, scenario):
    score = a_score(session)
    session.commit()
    action = {
        "steps": "s",
        "steps.s.kind": "score",
        "steps.s.way": "add",
        "steps.s.points": "3",
        "steps.repeats": "yes",
    }
    page(f"/scenarios/{scenario.id}/steps/new?days=1&at=whenever")
    first = page(page(f"/scenarios/{scenario.id}").select_one(".empty a")["href"])
    assert first.select_one("[name=timing][checked]")["value"] == "at_once"
    answer = htmx(f"/scenarios/{scenario.id}/steps", CLOCK | NAMED | action | {"steps.s.score_id": str(score.id)})
    [step] = shown(session, scenario)
    assert answer.headers["HX-Redirect"] == f"/scenarios/{scenario.id}#step-{step.code}"
    assert (step.name, step.days, step.at_time, step.blocks[0]["text"]) == ("ごあいさつ", 1, "12:15", "ようこそ")
    assert step.tree["all"][0]["data"]["text"] == "花"
    assert len(actions.at(session, scenarios.PLACE, step.id).steps) == 1


def test_elapsed_times_are_days_hours_and_minutes(htmx, page, session, owner):
    scenario = made(session, ScenarioMode.ELAPSED)
    htmx(f"/scenarios/{scenario.id}/steps", {"days": "１", "hours": "2", "minutes": "30", "blocks": TEXT})
    [step] = shown(session, scenario)
    assert step.minutes == (24 + 2) * 60 + 30
    suggested = page(page(f"/scenarios/{scenario.id}").select_one(".flow-add a")["href"])
    assert suggested.select_one("[name=hours]")["value"] == "2"
    form = page(f"/scenarios/{scenario.id}/steps/{step.code}/edit")
    assert [form.select_one(f"[name={name}]")["value"] for name in ("days", "hours", "minutes")] == ["1", "2", "30"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"blocks": "[]"}, "どちらかを入れてください"),
        ({"at_time": ""}, "時刻を入力"),
        ({"days": "10001"}, "0以上の数字"),
        ({"segment.all.r.text": ""}, "さがす言葉を入力"),
    ],
)
def test_what_is_missing_in_a_step_is_said_and_nothing_is_saved(htmx, session, scenario, change, words):
    answer = htmx(f"/scenarios/{scenario.id}/steps", CLOCK | NAMED | change)
    assert (answer.status_code, regions(answer)) == (422, ["step-form"])
    assert words in answer.text
    assert shown(session, scenario) == []


def test_a_branch_has_lanes_that_steps_are_put_into(client, htmx, page, session, scenario):
    branching = {"name": "分ける", "timing": "on_clock", "days": "3", "at_time": "10:00"}
    assert htmx(f"/scenarios/{scenario.id}/steps?kind=branch", branching).status_code == 422, "it needs a condition"
    htmx(f"/scenarios/{scenario.id}/steps?kind=branch", branching | NAMED)
    [branch] = shown(session, scenario)
    assert branch.kind is StepKind.BRANCH
    new = page(f"/scenarios/{scenario.id}/steps/new?days=4&within={branch.code}&side=no")
    place = new.select_one("[name=within] option[selected]")
    assert place.get_text() == "3日後 10:00「分ける」の「いいえ」"
    inside = CLOCK | {"within": place["value"]}
    assert htmx(f"/scenarios/{scenario.id}/steps", inside).status_code == 422, "before the branch"
    htmx(f"/scenarios/{scenario.id}/steps", inside | {"days": "4"})
    inner = shown(session, scenario)[1]
    assert (inner.within, inner.side) == (branch.code, "no")
    seen = page(f"/scenarios/{scenario.id}/steps/{inner.code}/edit").select_one("[name=seen]")["value"]
    moved = CLOCK | {"days": "4", "within": f"{branch.code}:yes", "seen": seen}
    assert htmx(f"/scenarios/{scenario.id}/steps/{inner.code}", moved).status_code == 200
    assert shown(session, scenario)[1].side == "yes"
    client.post(f"/scenarios/{scenario.id}/steps/{branch.code}/delete")
    assert shown(session, scenario) == []


def test_editing_a_live_scenario_begins_a_draft_and_leaves_what_friends_get(htmx, page, session, owner):
    scenario = made(session, ScenarioMode.CLOCK, a_text("前の文", days=1, at_time="10:00"))
    live = scenarios.publish(session, scenario, moves_friends=True, staff_id=None, now=NOW)
    session.commit()
    [step] = shown(session, scenario)
    url = f"/scenarios/{scenario.id}/steps/{step.code}"
    seen = page(f"{url}/edit").select_one("[name=seen]")["value"]
    answer = htmx(url, CLOCK | {"seen": seen})
    assert (answer.status_code, regions(answer)) == (200, ["step-form", "toasts"])
    assert "公開するまで" in answer.text
    [edited] = shown(session, scenario)
    assert (edited.code, edited.name) == (step.code, "ごあいさつ")
    assert steps.in_version(session, live)[0].name == "前の文"


def test_two_people_editing_one_step_are_told_of_each_other(htmx, page, session, owner):
    scenario = made(session, ScenarioMode.CLOCK, a_text("文", days=1, at_time="12:15"))
    [step] = shown(session, scenario)
    url = f"/scenarios/{scenario.id}/steps/{step.code}"
    seen = page(f"{url}/edit").select_one("[name=seen]")["value"]
    htmx(url, CLOCK | {"name": "一人目", "seen": seen})
    answer = htmx(url, CLOCK | {"name": "二人目", "seen": seen})
    assert answer.status_code == 422 and "一人目" in answer.text


def test_steps_of_one_time_change_places_and_copies_stand_beside_them(client, session, owner):
    scenario = made(session, ScenarioMode.ELAPSED, a_text("一", minutes=10), a_text("二", minutes=10))
    first, second = shown(session, scenario)
    client.post(f"/scenarios/{scenario.id}/steps/{second.code}/order", data={"to": "up"})
    assert [step.name for step in shown(session, scenario)] == ["二", "一"]
    client.post(f"/scenarios/{scenario.id}/steps/{first.code}/copy")
    assert [step.name for step in shown(session, scenario)] == ["二", "一", "一"]


def test_a_test_send_reaches_testers_and_nobody_else(htmx, page, session, owner):
    scenario = made(session, ScenarioMode.CLOCK, a_text("一通目"), a_text("二通目", days=1, at_time="10:00"))
    tester = a_tester(session, a_friend(session))
    a_friend(session)
    session.commit()
    token = page(f"/scenarios/{scenario.id}/steps/tests/new").select_one("[name=token]")["value"]
    send = {"token": token, "friend_ids": str(tester.id), "code": ""}
    assert regions(htmx(f"/scenarios/{scenario.id}/steps/tests", send)) == ["test-send", "toasts"]
    htmx(f"/scenarios/{scenario.id}/steps/tests", send)
    session.expire_all()
    sent = session.query(Delivery).all()
    assert [(row.friend_id, row.source) for row in sent] == [(tester.id, "test")] * 2
    refused = htmx(f"/scenarios/{scenario.id}/steps/tests", {"token": "t", "code": ""})
    assert (refused.status_code, regions(refused)) == (422, ["test-send"])


@pytest.mark.parametrize("path", ["new", "tests/new"])
def test_only_those_who_may_edit_steps(outsider, scenario, path):
    assert outsider.get(f"/scenarios/{scenario.id}/steps/{path}").status_code == 403
