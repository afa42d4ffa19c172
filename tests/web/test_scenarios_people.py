"""Who is in a scenario, and starting and stopping by hand, from its page and beside a friend."""

import pytest
from sqlalchemy import select

from lstep_lite.engine import scenarios
from lstep_lite.engine.scenarios import ScenarioDraft, StepDraft, steps
from lstep_lite.engine.sequences import Content
from lstep_lite.engine.text import normalise
from lstep_lite.models import Enrolment, EnrolmentState, ScenarioMode
from tests.factories import NOW, a_friend
from tests.web.conftest import regions


def published(session, name="来店のあと"):
    scenario = scenarios.create(session, ScenarioDraft(name, ScenarioMode.CLOCK), now=NOW)
    version = scenarios.draft_of(session, scenario, now=NOW)
    for day in (1, 7):
        content = Content(f"{day}日目", blocks=[{"kind": "text", "text": f"{day}日目です"}])
        steps.add(session, scenario, version, StepDraft(content, days=day, at_time="12:00"), now=NOW)
    scenarios.publish(session, scenario, moves_friends=True, staff_id=None, now=NOW)
    scenarios.switch(session, scenario, is_on=True, now=NOW)
    session.commit()
    return scenario


@pytest.fixture
def scenario(session, owner):
    return published(session)


@pytest.fixture
def friend(session):
    made = a_friend(session, display_name="山田 花子", search_text=normalise("山田 花子"))
    session.commit()
    return made


def states(session):
    session.expire_all()
    return [row.state for row in session.scalars(select(Enrolment).order_by(Enrolment.id))]


def test_a_friend_is_found_started_in_the_middle_and_stopped(htmx, page, session, scenario, friend):
    second = steps.in_version(session, scenarios.live(session, scenario))[1]
    shown = page(f"/scenarios/{scenario.id}/friends?q=花子")
    assert "山田 花子" in shown.select_one("button[name=friend_id]").get_text()
    start = {"friend_id": str(friend.id), "at_code": second.code}
    assert regions(htmx(f"/scenarios/{scenario.id}/friends", start)) == ["people", "toasts"]
    row = page(f"/scenarios/{scenario.id}/friends").select_one("tbody tr").get_text(" ", strip=True)
    assert "3月5日(木) 12:00" in row and "7日後 12:00" in row, "what it begins with comes at its next clock time"
    htmx(f"/scenarios/{scenario.id}/friends/{friend.id}/stop")
    assert states(session) == [EnrolmentState.STOPPED]
    assert "スタッフ" in page(f"/scenarios/{scenario.id}/friends?state=stopped").select_one("tbody tr").get_text()


def test_a_step_that_is_not_there_is_refused(htmx, session, scenario, friend):
    huge = {"friend_id": "9" * 20}
    assert htmx(f"/scenarios/{scenario.id}/friends", huge).status_code == 404
    answer = htmx(f"/scenarios/{scenario.id}/friends", {"friend_id": str(friend.id), "at_code": "gone"})
    assert (answer.status_code, regions(answer), states(session)) == (422, ["people"], [])


def test_many_people_cost_no_more_queries(page, session, scenario, count_queries):
    with count_queries() as few:
        page(f"/scenarios/{scenario.id}/friends")
    for _ in range(30):
        scenarios.start(session, scenario, a_friend(session), now=NOW)
    session.commit()
    with count_queries() as many:
        page(f"/scenarios/{scenario.id}/friends")
    assert len(many) <= len(few) + 1 <= 18


def test_the_results_count_people_by_step(page, session, scenario, friend):
    assert "まだ結果がありません" in page(f"/scenarios/{scenario.id}/results").get_text()
    enrolment = scenarios.start(session, scenario, friend, now=NOW).enrolment
    session.commit()
    scenarios.advance(session, enrolment, now=enrolment.due_at)
    session.commit()
    first, second = page(f"/scenarios/{scenario.id}/results").select("tbody tr")
    assert (first["data-reached"], first["data-sent"], second["data-reached"]) == ("1", "1", "0")
    assert "送った 1" in page(f"/scenarios/{scenario.id}").select_one(".flow-numbers").get_text()


def test_beside_a_friend_scenarios_are_shown_started_changed_and_stopped(htmx, page, session, scenario, friend):
    other = published(session, "お誕生日")
    panel = page(f"/friends/{friend.id}").select_one("#friend-scenarios")
    assert [option.get_text() for option in panel.select("option")] == ["来店のあと", "お誕生日"]
    assert panel.select_one("[name=scenario_id]")["hx-get"] == "/scenarios/friends/steps"
    start = f"/scenarios/friends/{friend.id}"
    answer = htmx(start, {"scenario_id": str(scenario.id), "at_code": ""})
    assert regions(answer) == ["friend-scenarios", "toasts"]
    assert "3月6日(金) 12:00" in answer.text
    htmx(start, {"scenario_id": str(other.id)})
    assert states(session) == [EnrolmentState.STOPPED, EnrolmentState.ACTIVE], "one at a time"
    assert "お誕生日" in page(f"/chat/{friend.id}").select_one("#friend-scenarios").get_text()
    htmx(f"{start}/{other.id}/stop")
    assert states(session) == [EnrolmentState.STOPPED] * 2


def test_a_scenario_being_deleted_is_no_longer_shown_beside_its_friends(page, session, scenario, friend):
    scenarios.start(session, scenario, friend, now=NOW)
    scenarios.delete(session, scenario, now=NOW)
    session.commit()
    assert scenario.name not in page(f"/friends/{friend.id}").select_one("#friend-scenarios").get_text()


def test_the_steps_of_the_chosen_scenario_are_offered(htmx, scenario):
    answer = htmx(f"/scenarios/friends/steps?scenario_id={scenario.id}", method="GET")
    assert regions(answer) == ["start-steps"]
    assert "7日後 12:00「7日目」" in answer.text


def test_only_those_who_may_see_the_people_of_a_scenario(outsider, scenario, friend):
    assert outsider.get(f"/scenarios/{scenario.id}/friends").status_code == 403
    assert outsider.post(f"/scenarios/{scenario.id}/friends", data={"friend_id": friend.id}).status_code == 403
