"""Starting and stopping scenarios from elsewhere: action sets, bulk operations, what was missed."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import actions, batches, mentions, registry, scenarios
from lstep_lite.engine.actions import SetDraft, kinds, saved
from lstep_lite.engine.friends import Audience
from lstep_lite.engine.rows import Values
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionRun, Enrolment, EnrolmentState, Friend, Restart, Scenario, TimelineEntry
from tests.factories import NOW, a_friend, a_scenario, a_shop, a_step
from tests.ways import begin, sent

assert registry


@pytest.fixture
def friend(session: Session) -> Friend:
    a_shop(session)
    return a_friend(session)


def run(session: Session, friend: Friend, *data: dict[str, Any]) -> list[str]:
    """Run a set with these steps; what came of each."""
    steps = [{"id": str(number), "kind": "scenario", "data": each, "segment": None} for number, each in enumerate(data)]
    action = saved.create(session, saved.ActionDraft("テスト", SetDraft(steps, repeats=True)), now=NOW)
    action_set = saved.set_of(session, action)
    assert action_set is not None
    ran = actions.run(session, action_set, friend, actions.Trigger("test", NOW))
    assert isinstance(ran, ActionRun)
    return [outcome["text"] for outcome in ran.results]


def test_what_was_typed_is_kept_and_given_back(session: Session, friend: Friend) -> None:
    scenario = a_scenario(session, a_step("a", code="a"), a_step("b", days=1, at="10:00", code="b"), name="体験")
    kind = kinds["scenario"]
    for data, words in (
        ({"way": "start", "scenario_id": scenario.id}, "シナリオ「体験」を始める"),
        ({"way": "start", "scenario_id": scenario.id, "code": "b"}, "シナリオ「体験」を翌日 10:00から始める"),
        ({"way": "stop", "scenario_id": scenario.id}, "シナリオ「体験」を止める"),
        ({"way": "stop_all"}, "すべてのシナリオを止める"),
    ):
        assert kind.parse(session, Values(kind.values(data))) == data
        assert kind.sentence(session, data) == words
    with pytest.raises(DomainError, match="ステップ"):
        kind.parse(session, Values({"way": ["start"], "scenario_id": [str(scenario.id)], "code": ["gone"]}))


def test_actions_start_in_the_middle_stop_one_and_stop_all(session: Session, friend: Friend) -> None:
    scenario = a_scenario(
        session, a_step("a", code="a"), a_step("b", code="b"), a_step("c", days=2, at="10:00"), name="体験"
    )
    own = {"scenario_id": scenario.id}
    results = run(session, friend, {"way": "start", "code": "b", **own}, {"way": "stop", **own}, {"way": "stop_all"})
    assert sent(session, friend.id) == ["b"]
    assert results[:2] == ["シナリオ「体験」を始めました。", "シナリオ「体験」を止めました。"]
    assert "配信していません" in results[2]
    stopped = session.scalars(sa.select(TimelineEntry).filter_by(kind="scenario.stopped")).one()
    assert stopped.cause_id == session.scalars(sa.select(TimelineEntry.id).filter_by(kind="action.run")).one()


def test_a_refused_start_and_a_deleted_scenario_are_told(session: Session, friend: Friend) -> None:
    once = a_scenario(session, restart=Restart.NEVER)
    begin(session, once, friend)
    start = {"way": "start", "scenario_id": once.id}
    assert "1人1回だけ" in run(session, friend, start)[0]
    assert [place.endpoint for place in mentions.places(session, "scenarios", once.id)] == ["actions.edit"]
    scenarios.delete(session, once, now=NOW)
    assert "参照先がありません" in run(session, a_friend(session), start)[0]


def test_many_friends_start_and_stop_together(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        scenario = a_scenario(session, a_step("a"), a_step("b", days=1, at="10:00"))
        found = [a_friend(session) for _ in range(3)]
        without_line = a_friend(session, line_user_id=None)
        params = {"scenario_id": scenario.id}
        ids = tuple(each.id for each in [*found, without_line])
        for kind in ("scenarios.start", "scenarios.stop"):
            wanted = {"label": "", "params": params, "audience": Audience(ids=ids), "dedupe_key": kind}
            batches.start(session, kind, **wanted, staff_id=None, now=NOW)
    while batches.working.work(database, now=NOW, wall=NOW):
        pass
    with database.read() as session:
        assert [sent(session, each) for each in ids] == [["a"]] * 3 + [[]]
        assert set(session.scalars(sa.select(Enrolment.state))) == {EnrolmentState.STOPPED}
        assert session.get(Scenario, params["scenario_id"]) is not None
