"""The list of scenarios, the flow of one, its settings, and publishing what was edited."""

import pytest
from sqlalchemy import select

from lstep_lite.engine import actions, scenarios
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.scenarios import ScenarioDraft, StepDraft, steps
from lstep_lite.engine.sequences import Content
from lstep_lite.models import Enrolment, EnrolmentState, Scenario, ScenarioMode, Side, StepKind
from tests.factories import NOW, a_friend, a_template
from tests.web.conftest import regions

SETTINGS = {
    "name": "来店のあと",
    "folder_id": "0",
    "past_start": "skip",
    "restart": "never",
    "next_scenario_id": "0",
    "window-kind": "any",
    "is_quiet": "y",
}
WEEKEND = {"id": "r", "kind": "name", "data": {"how": "contains", "text": "花"}}


def a_text(text, **when):
    return StepDraft(Content(text, blocks=[{"kind": "text", "text": text}]), **when)


def add(session, scenario, *drafts):
    version = scenarios.draft_of(session, scenario, now=NOW)
    return [steps.add(session, scenario, version, draft, now=NOW) for draft in drafts]


def publish(session, scenario):
    scenarios.publish(session, scenario, moves_friends=True, staff_id=None, now=NOW)
    scenarios.switch(session, scenario, is_on=True, now=NOW)
    session.commit()


def put_in(session, scenario, friend, **over):
    values = {"started_at": NOW, "anchor_at": NOW, "lanes": {}, "state": EnrolmentState.ACTIVE, "due_at": NOW}
    version = scenarios.live(session, scenario)
    session.add(Enrolment(scenario_id=scenario.id, version_id=version.id, friend_id=friend.id, **(values | over)))
    session.commit()


@pytest.fixture
def scenario(session, owner):
    made = scenarios.create(session, ScenarioDraft("新しい友だち", ScenarioMode.CLOCK), now=NOW)
    add(session, made, a_text("ようこそ"), a_text("お店の紹介", days=1, at_time="12:15"))
    session.commit()
    return made


def test_an_empty_list_says_what_scenarios_are_for_and_offers_samples(page, owner):
    shown = page("/scenarios")
    assert "まだシナリオがありません" in shown.select_one(".empty").get_text()
    assert len(shown.select("form[action*='/scenarios/samples/']")) == 3


@pytest.mark.parametrize("name", ["welcome", "thanks", "dormant"])
def test_a_sample_becomes_a_draft_that_could_be_published(client, page, session, owner, name):
    answer = client.post(f"/scenarios/samples/{name}")
    scenario = session.scalars(select(Scenario)).one()
    assert answer.headers["Location"] == f"/scenarios/{scenario.id}"
    assert "下書き" in page(f"/scenarios/{scenario.id}").select_one(".scenario-facts").get_text()
    assert scenarios.problems(session, scenario) == []


def test_the_list_tells_state_steps_and_people(page, session, scenario):
    publish(session, scenario)
    put_in(session, scenario, a_friend(session))
    add(session, scenario, a_text("まだ使わない", days=2, at_time="10:00"))
    session.commit()
    row = page("/scenarios").select_one("tbody tr").get_text(" ", strip=True)
    for words in ("2ステップ", "配信中", "編集中の内容あり", "1人", "1人・0人"):
        assert words in row


def test_the_list_costs_the_same_however_many_there_are(page, session, scenario, count_queries):
    publish(session, scenario)
    with count_queries() as few:
        page("/scenarios")
    for number in range(8):
        other = scenarios.create(session, ScenarioDraft(f"シナリオ{number}", ScenarioMode.ELAPSED), now=NOW)
        add(session, other, a_text("あ", minutes=number))
        publish(session, other)
    with count_queries() as many:
        page("/scenarios")
    assert len(many) == len(few) <= 12


def test_a_scenario_is_made_by_its_name_and_how_its_times_are_told(htmx, session, owner):
    answer = htmx("/scenarios", {"name": "お礼", "folder_id": "0", "mode": "elapsed"})
    scenario = session.scalars(select(Scenario)).one()
    assert answer.headers["HX-Redirect"] == f"/scenarios/{scenario.id}"
    assert (scenario.mode, scenario.is_on) == (ScenarioMode.ELAPSED, False)


def test_a_new_scenario_needs_a_name(htmx, page, session, owner):
    assert "経った時間で決める" in page("/scenarios/new").get_text()
    answer = htmx("/scenarios", {"name": "", "folder_id": "0", "mode": "clock"})
    assert (answer.status_code, regions(answer)) == (422, ["scenario-form"])
    assert session.scalars(select(Scenario)).all() == []


def test_the_flow_shows_days_times_messages_and_both_lanes(page, session, scenario):
    tree = {"all": [WEEKEND], "any": []}
    [branch] = add(session, scenario, StepDraft(Content("分ける", tree=tree), StepKind.BRANCH, days=3, at_time="10:00"))
    add(
        session,
        scenario,
        a_text("はいの方へ", within=branch.code, side=Side.YES, days=4, at_time="10:00"),
        a_text("ほかの方へ", within=branch.code, side=Side.NO, days=4, at_time="11:00"),
    )
    session.commit()
    shown = page(f"/scenarios/{scenario.id}")
    assert [head.get_text() for head in shown.select(".flow-day h3")] == [
        *("開始当日", "翌日", "3日後", "4日後", "4日後"),
    ]
    yes, no = shown.select(".flow-lane")
    assert "はいの方へ" in yes.get_text() and "ほかの方へ" in no.get_text()
    assert "within=" in yes.select_one(".flow-add a")["href"]


def test_the_flow_costs_the_same_however_many_steps_it_has(page, session, scenario, count_queries):
    blocks = [{"kind": "template", "template_id": a_template(session).id}]
    shows = (StepDraft(Content(blocks=blocks), days=day, at_time="10:00") for day in range(2, 30))
    add(session, scenario, next(shows))
    publish(session, scenario)
    walk_through(session, scenario)
    with count_queries() as few:
        page(f"/scenarios/{scenario.id}")
    add(session, scenario, *shows)
    publish(session, scenario)
    walk_through(session, scenario)
    with count_queries() as many:
        page(f"/scenarios/{scenario.id}")
    assert len(many) == len(few) <= 25


def walk_through(session, scenario):
    enrolment = scenarios.start(session, scenario, a_friend(session), now=NOW).enrolment
    while enrolment.due_at:
        scenarios.advance(session, enrolment, now=enrolment.due_at)
    session.commit()


def test_settings_are_kept_and_hold_at_once(htmx, page, session, scenario):
    seen = page(f"/scenarios/{scenario.id}/edit").select_one("[name=seen]")["value"]
    answer = htmx(f"/scenarios/{scenario.id}", SETTINGS | {"seen": seen})
    assert (answer.status_code, regions(answer)) == (200, ["scenario-form", "toasts"])
    session.refresh(scenario)
    assert (scenario.name, scenario.past_start, scenario.restart) == ("来店のあと", "skip", "never")


def test_a_window_nothing_can_go_through_is_refused(htmx, session, scenario):
    window = {
        "window-kind": "chosen",
        "window-starts_at": "10:00",
        "window-ends_at": "10:00",
        "window-holidays": "send",
    }
    answer = htmx(f"/scenarios/{scenario.id}", SETTINGS | window)
    assert (answer.status_code, regions(answer)) == (422, ["scenario-form"])
    assert "別の時刻" in answer.text
    session.refresh(scenario)
    assert scenario.name == "新しい友だち"


def test_a_next_scenario_that_can_not_exist_is_refused(htmx, session, scenario):
    answer = htmx(f"/scenarios/{scenario.id}", SETTINGS | {"next_scenario_id": "9" * 20})
    assert (answer.status_code, regions(answer)) == (422, ["scenario-form"])


def test_the_flow_says_when_steps_may_go_out(page, session, scenario):
    scenario.window = {"weekdays": [], "starts_at": "10:00", "ends_at": "19:00", "holidays": "send"}
    session.commit()
    assert "毎日 10:00〜19:00のみ" in page(f"/scenarios/{scenario.id}").get_text()


def test_nothing_to_publish_is_said_instead_of_done(htmx, session, owner):
    empty = scenarios.create(session, ScenarioDraft("空", ScenarioMode.CLOCK), now=NOW)
    session.commit()
    answer = htmx(f"/scenarios/{empty.id}/publish", {"moves_friends": "yes", "is_on": "yes"})
    assert (answer.status_code, regions(answer)) == (422, ["publishing"])
    session.refresh(empty)
    assert (empty.live_version_id, empty.is_on) == (None, False)


def test_what_was_edited_since_the_page_was_read_is_shown_before_it_is_published(htmx, page, session, scenario):
    publish(session, scenario)
    draft = scenarios.draft_of(session, scenario, now=NOW)
    draft.steps[0].name = "一度目"
    session.commit()
    path = f"/scenarios/{scenario.id}/publish"
    posted = {"moves_friends": "yes", "read": page(path).select_one("[name=read]")["value"]}
    draft.steps[0].name = "二度目"
    session.commit()
    answer = htmx(path, posted)
    assert (answer.status_code, "内容が変わりました" in answer.text) == (422, True)
    posted["read"] = page(path).select_one("[name=read]")["value"]
    assert htmx(path, posted).status_code < 400


def test_publishing_says_what_changes_for_whom_and_asks_about_friends_in_flight(client, page, session, scenario):
    publish(session, scenario)
    put_in(session, scenario, a_friend(session))
    [first, second] = steps.in_version(session, scenarios.draft_of(session, scenario, now=NOW))
    steps.update(session, scenario, second, a_text("紹介", days=2, at_time="12:15"), now=NOW)
    steps.delete(session, first)
    add(session, scenario, a_text("おまけ", days=9, at_time="10:00"))
    session.commit()
    shown = page(f"/scenarios/{scenario.id}/publish").get_text(" ", strip=True)
    for words in ("増える", "なくなる", "翌日 12:15 → 2日後 12:15", "メッセージ", "1人", "前の内容のまま"):
        assert words in shown
    badges = [
        badge.get_text(strip=True) for badge in page(f"/scenarios/{scenario.id}/publish").select(".change-cards .badge")
    ]
    assert badges == ["時刻・場所が変わる", "増える", "なくなる"], "in the order of time"
    assert "まだ使われていません" in page(f"/scenarios/{scenario.id}").get_text()
    client.post(f"/scenarios/{scenario.id}/publish", data={"moves_friends": "no"})
    session.expire_all()
    assert scenarios.edited(session, scenario) is None
    assert not scenarios.live(session, scenario).moves_friends


def test_edits_can_be_taken_back(client, session, scenario):
    publish(session, scenario)
    add(session, scenario, a_text("やめた", days=2, at_time="10:00"))
    session.commit()
    client.post(f"/scenarios/{scenario.id}/draft/delete")
    session.expire_all()
    assert scenarios.edited(session, scenario) is None


def test_the_switch_works_from_the_list(htmx, session, scenario):
    publish(session, scenario)
    answer = htmx(f"/scenarios/{scenario.id}/switch", {"is_on": "no"})
    assert regions(answer) == ["scenario-list", "toasts"]
    session.refresh(scenario)
    assert not scenario.is_on


def test_copies_and_deletions(client, page, session, scenario):
    actions.keep(session, scenarios.FINISHED, scenario.id, SetDraft(), now=NOW)
    client.post(f"/scenarios/{scenario.id}/copy")
    client.post(f"/scenarios/{scenario.id}/delete")
    assert [row.get_text() for row in page("/scenarios").select("tbody .rule-name")] == ["新しい友だちのコピー"]
    assert client.get(f"/scenarios/{scenario.id}").status_code == 404


@pytest.mark.parametrize("path", ["", "/new", "/{id}", "/{id}/edit", "/{id}/results", "/{id}/publish"])
def test_only_those_who_may_see_scenarios(outsider, scenario, path):
    assert outsider.get(f"/scenarios{path.format(id=scenario.id)}").status_code == 403
