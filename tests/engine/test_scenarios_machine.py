"""Whatever happens to a friend in two scenarios, in whatever order: a simple model knows what they have got."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from lstep_lite.db import Database
from lstep_lite.engine import registry, scenarios
from lstep_lite.engine.scenarios import ticking
from lstep_lite.models import Enrolment, EnrolmentState, Friend, Passage, PassageState, Scenario, ScenarioMode, Shop
from tests.factories import NOW, a_friend, a_scenario, a_shop, a_step
from tests.ways import MINUTE, edit, look, publish, sent, settle, text

assert registry
LATE = timedelta(minutes=60)
QUIETLY = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
Steps = dict[str, int]
"""Minutes after the start, by code, in the order of their positions."""


@dataclass
class Way:
    """What the model knows of one way through a scenario."""

    scenario: int
    started_at: datetime
    steps: Steps
    states: dict[str, PassageState] = field(default_factory=dict)
    end: EnrolmentState = EnrolmentState.ACTIVE

    def next_step(self) -> tuple[str, datetime] | None:
        left = [(minutes, code) for code, minutes in self.steps.items() if code not in self.states]
        if not left:
            return None
        minutes = min(minutes for minutes, _ in left)
        code = next(code for code, its in self.steps.items() if its == minutes and code not in self.states)
        return code, self.started_at + minutes * MINUTE


class Machine(RuleBasedStateMachine):
    database: Database

    @initialize(
        first=st.lists(st.integers(0, 240), min_size=1, max_size=4), second=st.lists(st.integers(0, 240), min_size=1)
    )
    def open(self, first: list[int], second: list[int]) -> None:
        self.now, self.ways, self.sent = NOW, list[Way](), list[str]()
        self.is_following, self.number = True, 0
        self.steps = [_named("a", first), _named("b", second[:3])]
        self.is_on = [True, True]
        with self.database.unit() as session:
            if session.get(Shop, 1) is None:
                a_shop(session)
            self.friend_id = a_friend(session).id
            self.ids = [
                a_scenario(session, *(_step(*each) for each in steps.items()), mode=ScenarioMode.ELAPSED).id
                for steps in self.steps
            ]

    # What may happen

    @rule(which=st.integers(0, 1))
    def start(self, which: int) -> None:
        with self.database.unit() as session:
            scenario, friend = session.get_one(Scenario, self.ids[which]), session.get_one(Friend, self.friend_id)
            started = scenarios.start(session, scenario, friend, now=self.now).enrolment
            assert (started is not None) is self.is_on[which]
        if self.is_on[which]:
            self._end(EnrolmentState.STOPPED)
            self.ways.append(Way(which, self.now, dict(self.steps[which])))
            self._expect_look()

    @rule()
    def stop(self) -> None:
        with self.database.unit() as session:
            scenarios.stop(session, session.get_one(Friend, self.friend_id), now=self.now, reason="手で止めたため")
        self._end(EnrolmentState.STOPPED)

    @rule(which=st.integers(0, 1))
    def switch(self, which: int) -> None:
        self.is_on[which] = not self.is_on[which]
        with self.database.unit() as session:
            scenarios.switch(session, session.get_one(Scenario, self.ids[which]), is_on=self.is_on[which], now=self.now)

    @rule()
    def block_or_come_back(self) -> None:
        self.is_following = not self.is_following
        with self.database.unit() as session:
            session.get_one(Friend, self.friend_id).is_following = self.is_following

    @rule(away=st.integers(-60, 90), moves=st.booleans(), is_new=st.booleans())
    def edit_and_publish(self, away: int, *, moves: bool, is_new: bool) -> None:
        """The scenario that the friend is in, if they are: a step is put somewhere near to where they stand."""
        way = self._way()
        which = way.scenario if way else 0
        minutes = max(0, away + (int((self.now - way.started_at) / MINUTE) if way else 0))
        self.number += 1
        code = f"n{self.number}" if is_new else next(iter(self.steps[which]))
        self.steps[which] = self.steps[which] | {code: minutes}
        with self.database.unit() as session:
            scenario = session.get_one(Scenario, self.ids[which])
            edit(session, scenario, **{code: {"minutes": minutes, "blocks": text(code)}})
            publish(session, scenario, self.now, moves=moves)
        if moves:
            self._expect_move(which)
        settle(self.database, self.now)
        self._look()

    @rule(minutes=st.integers(1, 60))
    def time_passes(self, minutes: int) -> None:
        """The worker lives it, and looks whenever somebody is next."""
        until = self.now + minutes * MINUTE
        while (due_at := self._next_due()) is not None and due_at <= until:
            self.now = max(self.now, due_at)
            self._look()
        self.now = until

    @rule(minutes=st.integers(1, 200))
    def the_server_was_off(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self._look()

    # What is known

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        if not hasattr(self, "friend_id"):
            return
        with self.database.read() as session:
            assert sent(session, self.friend_id) == self.sent
            rows = session.scalars(select(Enrolment).filter_by(friend_id=self.friend_id).order_by(Enrolment.id)).all()
            assert [row.state for row in rows] == [way.end for way in self.ways]
            ids = [row.id for row in rows]
            passages = select(Passage.enrolment_id, Passage.code, Passage.state).filter_by(friend_id=self.friend_id)
            found = {(enrolment_id, code): state for enrolment_id, code, state in session.execute(passages)}
        ways = zip(ids, self.ways, strict=True)
        assert found == {(own_id, code): state for own_id, way in ways for code, state in way.states.items()}

    def teardown(self) -> None:
        if hasattr(self, "friend_id"):
            settle(self.database, self.now)

    # The model

    def _look(self) -> None:
        with self.database.unit() as session:
            look(session, session.get_one(Friend, self.friend_id), self.now)
        self._expect_look()

    def _next_due(self) -> datetime | None:
        with self.database.read() as session:
            return session.scalar(ticking._next_due(session.get_one(Friend, self.friend_id)))

    def _expect_look(self) -> None:
        way = self._way()
        while way is not None:
            coming = way.next_step()
            if coming is None:
                way.end = EnrolmentState.FINISHED
                return
            code, at = coming
            if at > self.now:
                return
            way.states[code] = self._state(way, at)
            if way.states[code] is PassageState.SENT:
                self.sent.append(code)

    def _state(self, way: Way, at: datetime) -> PassageState:
        if not self.is_on[way.scenario]:
            return PassageState.SKIPPED
        if self.now - at > LATE:
            return PassageState.MISSED
        return PassageState.SENT if self.is_following else PassageState.SKIPPED

    def _expect_move(self, which: int) -> None:
        way = self._way()
        if way is None or way.scenario != which:
            return
        way.steps = dict(self.steps[which])
        for code, minutes in way.steps.items():
            if code not in way.states and way.started_at + minutes * MINUTE <= self.now:
                way.states[code] = PassageState.SKIPPED

    def _way(self) -> Way | None:
        return self.ways[-1] if self.ways and self.ways[-1].end is EnrolmentState.ACTIVE else None

    def _end(self, state: EnrolmentState) -> None:
        if (way := self._way()) is not None:
            way.end = state


def _named(prefix: str, minutes: list[int]) -> Steps:
    return {f"{prefix}{number}": each for number, each in enumerate(minutes)}


def _step(code: str, minutes: int) -> dict[str, Any]:
    return a_step(code, minutes=minutes, code=code)


def run(database: Database, examples: int, steps: int) -> None:
    machine = type("Bound", (Machine,), {"database": database})
    run_state_machine_as_test(machine, settings=settings(QUIETLY, max_examples=examples, stateful_step_count=steps))


def test_the_model_and_the_shop_agree(database: Database) -> None:
    run(database, examples=5, steps=8)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_model_and_the_shop_agree_for_long(database: Database) -> None:
    run(database, examples=25, steps=20)
