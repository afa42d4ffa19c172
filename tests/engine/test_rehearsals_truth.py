"""What a rehearsal says is what the phone then receives: the same words at the same minutes, for random scenarios."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite import config, jobs, runtime
from lstep_lite.clock import Clock
from lstep_lite.db import Database
from lstep_lite.engine import actions, agenda, rehearsals, scenarios
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.line import Account
from lstep_lite.engine.rehearsals import ScenarioBegin, Setting
from lstep_lite.models import (
    ChangedBy,
    Delivery,
    DeliveryState,
    Friend,
    FriendTag,
    Lane,
    PastStart,
    ScenarioMode,
    SendingRules,
    Side,
    StepKind,
    Tag,
)
from lstep_lite.runtime import Runtime
from tests.emulator.conftest import PUBLIC_URL, Control
from tests.factories import NOW, a_friend, a_scenario, a_shop, a_step, a_tag

Heard = list[tuple[datetime, str]]
HORIZON = timedelta(days=12)
TAGS = ("A", "B")
CHANCE = "50%"
WINDOWS = (
    None,
    {"weekdays": [0, 1, 2, 3, 4], "starts_at": "12:00", "ends_at": "13:00", "holidays": "next_business_day"},
    {"weekdays": [], "starts_at": "21:00", "ends_at": "02:00", "holidays": "send"},
)

# Random scenarios ----------------------------------------------------------------------------------------------------

conditions = st.none() | st.tuples(st.sampled_from([*TAGS, CHANCE]), st.sampled_from(["any", "none"]))
doings = st.lists(
    st.tuples(st.just("attach"), st.sampled_from(TAGS))
    | st.tuples(st.just("detach"), st.sampled_from(TAGS))
    | st.tuples(st.just("later"), st.integers(1, 3000)),
    max_size=2,
)
times = st.tuples(st.integers(0, 4), st.sampled_from([None, "00:00", "07:30", "10:00", "10:01", "12:15", "23:59"]))


@dataclass(frozen=True)
class Step:
    """A step as it is drawn."""

    time: tuple[int, str | None]
    minutes: int
    condition: tuple[str, str] | None
    message_condition: tuple[str, str] | None
    doings: list[tuple[str, Any]]
    fork: str | None
    """None stands on the way itself; "branch" is one; "yes" and "no" stand in the lanes of the branch before."""


steps = st.builds(
    Step,
    times,
    st.sampled_from([0, 1, 90, 1439, 1440, 4000]),
    conditions,
    conditions,
    doings,
    st.sampled_from([None, None, "branch", "yes", "no"]),
)


@dataclass(frozen=True)
class Drawn:
    mode: ScenarioMode
    steps: list[Step]
    window: Any
    is_quiet: bool
    past_start: PastStart
    start_after: int
    """Minutes from NOW, Thursday 10:00."""
    tags: list[str]


drawings = st.builds(
    Drawn,
    st.sampled_from(ScenarioMode),
    st.lists(steps, min_size=1, max_size=5),
    st.sampled_from(WINDOWS),
    st.booleans(),
    st.sampled_from(PastStart),
    st.sampled_from([0, 1, 135, 820]),
    st.lists(st.sampled_from(TAGS), unique=True),
)

# The shop and the phone ----------------------------------------------------------------------------------------------


class MovingClock(Clock):
    """Both clocks stand where the test has put them."""

    def __init__(self) -> None:
        self.time = NOW

    def wall(self) -> datetime:
        return self.time

    def now(self) -> datetime:
        return self.time


@dataclass
class Shop:
    """The application at work, with the emulator as its LINE."""

    runtime: Runtime
    clock: MovingClock
    control: Control

    @property
    def database(self) -> Database:
        return self.runtime.database

    def a_person(self) -> str:
        user_id = str(self.control.post("/users", {"name": "花子"}, status=201)["user_id"])
        self.control.post(f"/users/{user_id}/follow")
        return user_id

    def live_through(self, user_id: str, start: datetime) -> Heard:
        """Go from one due moment to the next and write down what the phone gets."""
        heard: Heard = []
        moment: datetime | None = start
        while moment is not None and moment < start + HORIZON:
            self.clock.time = moment
            jobs.run_lane(self.runtime, Lane.TIMED)
            heard += [(moment, words) for words in self._received(user_id)[len(heard) :]]
            moment = self._next_due()
        return heard

    def _received(self, user_id: str) -> list[str]:
        talk = self.control.get(f"/users/{user_id}/talk")
        return [entry["message"]["text"] for entry in talk if entry["from"] == "account"]

    def _next_due(self) -> datetime | None:
        now = self.clock.time
        with self.database.read() as session:
            pending = agenda.whole(session, now=now, wall=now)
            waiting = sa.select(sa.func.min(Delivery.due_at)).where(Delivery.state == DeliveryState.WAITING)
            found = (pending.next_due, session.scalar(waiting))
            return min((each for each in found if each is not None), default=None)


@pytest.fixture
def shop(database: Database, account: Account, control: Control, tmp_path: Path) -> Shop:
    clock = MovingClock()
    loaded = config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(tmp_path / "data")})
    built = runtime.build(replace(loaded, public_url=PUBLIC_URL), database=database, clock=clock)
    with database.unit() as session:
        a_shop(session)
        for name in TAGS:
            a_tag(session, name=name)
    return Shop(replace(built, account=account), clock, control)


def agree(shop: Shop, drawn: Drawn) -> None:
    """The heart of it: rehearse, then live through the same."""
    shop.clock.time = NOW
    user_id, start = shop.a_person(), NOW + timedelta(minutes=drawn.start_after)
    with shop.database.unit() as session:
        friend_id, scenario_id = _set_the_stage(session, drawn, user_id)
    with shop.database.unit() as session:
        setting = Setting(start, start + HORIZON, PUBLIC_URL)
        begin = ScenarioBegin(scenario_id)
        film = rehearsals.play(session, session.get_one(Friend, friend_id), begin, setting, now=NOW)
    foretold = [(at, each["text"]) for at, sending in film.sendings for each in sending.objects]
    shop.clock.time = start
    with shop.database.unit() as session:
        scenario = scenarios.get(session, scenario_id)
        scenarios.start(session, scenario, session.get_one(Friend, friend_id), now=start)

    heard = shop.live_through(user_id, start)

    assert foretold == heard and not film.is_cut


def _set_the_stage(session: Session, drawn: Drawn, user_id: str) -> tuple[int, int]:
    """The ids of the friend and of the scenario."""
    session.merge(SendingRules(id=1, quiet_from="22:00", quiet_to="08:00", late_minutes=60))
    tags = {tag.name: tag for tag in session.scalars(sa.select(Tag).where(Tag.name.in_(TAGS)))}
    friend = a_friend(session, line_user_id=user_id)
    for name in drawn.tags:
        session.add(FriendTag(friend_id=friend.id, tag_id=tags[name].id, attached_at=NOW, changed_by=ChangedBy.STAFF))
    how = {"mode": drawn.mode, "window": drawn.window, "is_quiet": drawn.is_quiet, "past_start": drawn.past_start}
    scenario = a_scenario(session, *_rows(drawn.steps, tags), **how)
    version = scenarios.live(session, scenario)
    assert version is not None
    for step, row in zip(drawn.steps, scenarios.steps.in_version(session, version), strict=True):
        wanted = SetDraft([_doing(number, *doing, tags) for number, doing in enumerate(step.doings)], repeats=True)
        actions.keep(session, scenarios.PLACE, row.id, wanted, now=NOW)
    return friend.id, scenario.id


def _rows(drawn: list[Step], tags: dict[str, Tag]) -> Iterator[dict[str, Any]]:
    fork: str | None = None
    for number, step in enumerate(drawn):
        where: dict[str, Any] = {"code": f"step-{number}", "days": step.time[0], "at": step.time[1]}
        if step.time[1] is None:
            where["days"] = 0  # what has no clock time is due right after the start
        where |= {"minutes": step.minutes, "tree": _tree(step.condition, tags)}
        if step.fork == "branch":
            fork = f"step-{number}"
            yield a_step(kind=StepKind.BRANCH, **where)
            continue
        if step.fork and fork:
            where |= {"within": fork, "side": Side(step.fork)}
        second = {"kind": "text", "text": f"{number}の2つ目"}
        if (tree := _tree(step.message_condition, tags)) is not None:
            second["if"] = tree
        yield a_step(blocks=[{"kind": "text", "text": f"{number}の1つ目"}, second], **where)


def _tree(condition: tuple[str, str] | None, tags: dict[str, Tag]) -> dict[str, Any] | None:
    if condition is None:
        return None
    name, how = condition
    if name == CHANCE:
        return {"all": [{"id": how, "kind": "percent", "data": {"percent": 50}}], "any": []}
    return {"all": [{"id": "c", "kind": "tag", "data": {"how": how, "tag_ids": [tags[name].id]}}], "any": []}


def _doing(number: int, what: str, value: Any, tags: dict[str, Tag]) -> dict[str, Any]:
    step: dict[str, Any] = {"id": f"a{number}", "segment": None}
    if what == "later":
        data = {
            "text": f"{value}分後",
            "when": "after",
            "minutes_from": value,
            "minutes_to": value + 60,
            "rechecks": True,
        }
        return step | {"kind": "send_text", "data": data}
    return step | {"kind": "tags", "data": {"way": what, "tag_ids": [tags[value].id]}}


# The claims ----------------------------------------------------------------------------------------------------------


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(drawn=drawings)
def test_a_rehearsal_tells_what_the_phone_will_get(shop: Shop, drawn: Drawn) -> None:
    agree(shop, drawn)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(drawn=drawings)
def test_a_rehearsal_tells_the_truth_of_many_scenarios(shop: Shop, drawn: Drawn) -> None:
    agree(shop, drawn)
