"""Editing scenarios that friends are in, and taking them away."""

import threading
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import registry, scenarios, sending_rules
from lstep_lite.engine.scenarios import ScenarioDraft, positions
from lstep_lite.engine.sending_rules import RulesDraft
from lstep_lite.errors import DomainError
from lstep_lite.models import (
    Enrolment,
    Passage,
    Scenario,
    ScenarioMode,
    ScenarioStep,
    ScenarioVersion,
    TimelineEntry,
)
from tests.factories import NOW, a_friend, a_scenario, a_shop, a_step, a_tag
from tests.ways import DAY, HOUR, MINUTE, begin, edit, publish, sent, settle, start, tagged, text, tick

assert registry
ELAPSED = ScenarioMode.ELAPSED


@pytest.mark.parametrize("is_moved_in_time", [True, False])
def test_friends_in_flight_go_over_to_a_new_version(database: Database, is_moved_in_time: bool) -> None:
    with database.unit() as session:
        a_shop(session)
        friend, late = a_friend(session), a_friend(session)
        steps = [a_step(name, days=day, at="10:00", code=name) for day, name in enumerate("abc")]
        scenario = a_scenario(session, *steps)
        begin(session, scenario, friend)
        begin(session, scenario, late, now=NOW + HOUR)
        new = {"days": 0, "at_time": "11:00", "blocks": text("差し込み")}
        edit(session, scenario, b={"blocks": text("b2")}, n=new, d={"days": 3, "at_time": "10:00", "blocks": text("d")})
        publish(session, scenario, NOW + 5 * HOUR)
        friend_id = friend.id
    if is_moved_in_time:
        settle(database, NOW + 5 * HOUR)
    for day in (1, 2, 3):
        tick(database, NOW + day * DAY)
    with database.read() as session:
        assert sent(session, friend_id) == ["a", "b2", "c", "d"]
        reason = sa.select(Passage.reason).filter_by(code="n", friend_id=friend_id)
        assert session.scalars(reason).one() == positions.INSERTED


def test_two_people_who_begin_to_edit_at_once_share_one_draft(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        scenario_id = a_scenario(session, a_step("a")).id
    together = threading.Barrier(2)
    drafts: list[int] = []

    def edit_it() -> None:
        together.wait()
        with fresh_database.unit() as session:
            drafts.append(scenarios.draft_of(session, scenarios.get(session, scenario_id), now=NOW).number)

    people = [threading.Thread(target=edit_it) for _ in range(2)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert drafts == [2, 2]


def test_friends_in_flight_may_keep_what_they_had(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        friend = a_friend(session)
        scenario = a_scenario(session, a_step("a", code="a"), a_step("b", days=1, at="10:00", code="b"))
        begin(session, scenario, friend)
        edit(session, scenario, b={"blocks": text("b2")})
        publish(session, scenario, NOW, moves=False)
        other = a_friend(session)
        begin(session, scenario, other)
        ids = [friend.id, other.id]
    tick(database, NOW + DAY)
    with database.read() as session:
        assert [sent(session, friend_id) for friend_id in ids] == [["a", "b"], ["a", "b2"]]


def test_other_hours_move_the_next_moment_of_everybody_and_make_nothing_late(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        friend = a_friend(session)
        scenario = a_scenario(
            session,
            a_step("夜", at="23:00"),
            window={"weekdays": [0], "starts_at": "10:00", "ends_at": "12:00", "holidays": "send"},
        )
        enrolment = begin(session, scenario, friend)
        assert enrolment.due_at == datetime.fromisoformat("2026-03-09T10:00+09:00")
        anytime = replace(scenarios.draft(session, scenario), window=None)
        scenarios.update(session, scenario, anytime, now=NOW + 3 * DAY)
        friend_id = friend.id
    settle(database, NOW + 3 * DAY)
    tick(database, NOW + 3 * DAY)
    with database.read() as session:
        assert sent(session, friend_id) == ["夜"]


def test_new_quiet_hours_move_the_next_moments_too(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        sending_rules.update(session, RulesDraft(quiet_from="22:00", quiet_to="08:00"))
        friend = a_friend(session)
        enrolment_id = begin(session, a_scenario(session, a_step("夜", at="23:00")), friend).id
    for draft, hours in ((RulesDraft(), 13), (RulesDraft(quiet_from="21:00", quiet_to="07:00"), 21)):
        with database.unit() as session:
            sending_rules.update(session, draft)
        settle(database, NOW + HOUR)
        with database.read() as session:
            assert session.get_one(Enrolment, enrolment_id).due_at == NOW + hours * HOUR


def test_a_version_with_something_wrong_is_not_published(session: Session) -> None:
    scenario = scenarios.create(session, ScenarioDraft("新しい", ScenarioMode.CLOCK), now=NOW)
    with pytest.raises(DomainError, match="1つもありません"):
        publish(session, scenario, NOW)
    with pytest.raises(DomainError, match="まだ公開していません"):
        scenarios.switch(session, scenario, is_on=True, now=NOW)
    tag = a_tag(session)
    edit(session, scenario, a={"blocks": text("a"), "days": 1, "at_time": "10:00", "tree": tagged(tag)})
    session.delete(tag)
    session.flush()
    with pytest.raises(DomainError, match="翌日 10:00：使っているものの中に、削除されたものがあります"):
        publish(session, scenario, NOW)


def test_deleting_one_with_friends_inside_is_done_in_the_background(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        scenario = a_scenario(session, a_step("a"), a_step("b", days=1, at="10:00"))
        found = [a_friend(session) for _ in range(3)]
        for each in found:
            begin(session, scenario, each)
        scenarios.delete(session, scenario, now=NOW)
        assert scenario not in scenarios.in_order(session)
        assert start(session, scenario, found[0]).enrolment is None
        friend_id = found[0].id
    tick(database, NOW + DAY)
    settle(database, NOW + DAY)
    with database.read() as session:
        for model in (Scenario, ScenarioVersion, ScenarioStep, Enrolment, Passage):
            assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
        stopped = sa.select(sa.func.count()).select_from(TimelineEntry).filter_by(kind="scenario.stopped")
        assert session.scalar(stopped) == 3
        assert sent(session, friend_id) == ["a"]


def test_one_that_fails_waits_and_holds_up_nobody(database: Database) -> None:
    with database.unit() as session:
        a_shop(session)
        good, bad = (a_scenario(session, a_step("a", minutes=5), mode=ELAPSED) for _ in range(2))
        found = [a_friend(session) for _ in range(3)]
        for scenario, each in zip([good, bad, good], found, strict=True):
            begin(session, scenario, each)
        ids, version_id = [each.id for each in found], bad.live_version_id
        set_blocks(session, version_id, [{"kind": "a kind that is gone"}])
    tick(database, NOW + 5 * MINUTE)
    with database.read() as session:
        assert [sent(session, friend_id) for friend_id in ids] == [["a"], [], ["a"]]
    with database.unit() as session:
        set_blocks(session, version_id, text("a"))
    tick(database, NOW + 11 * MINUTE)
    with database.read() as session:
        assert sent(session, ids[1]) == ["a"]


def set_blocks(session: Session, version_id: int | None, blocks: list[dict[str, str]]) -> None:
    session.scalars(sa.select(ScenarioStep).filter_by(version_id=version_id)).one().blocks = blocks
