"""The worker's frame: lanes, wake-ups, the consumer's start and end, and its health."""

import dataclasses
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huey.storage import MemoryStorage, SqliteStorage

from lstep_lite import config, jobs, runtime
from lstep_lite.config import BadSetting
from lstep_lite.db import Database
from lstep_lite.emulator import Emulator, EmulatorConfig, start
from lstep_lite.engine import agenda, deliveries, messages, workers
from lstep_lite.jobs import LaneRunner
from lstep_lite.models import Channel, Delivery, DeliveryState, Lane
from lstep_lite.runtime import Runtime
from tests.emulator.conftest import Control
from tests.factories import NOW, a_friend


class Work:
    """A lane's step that can be held up."""

    def __init__(self) -> None:
        self.steps = 0
        self.wakes = 0
        self.started = threading.Event()
        self.may_end = threading.Event()

    def step(self) -> bool:
        self.steps += 1
        self.started.set()
        assert self.may_end.wait(10)
        return False

    def runner(self) -> LaneRunner:
        return LaneRunner(self.step, wake=self._wake, finish=lambda: None)

    def _wake(self) -> None:
        self.wakes += 1


def test_a_lane_runs_in_one_thread_and_looks_again_when_asked_meanwhile() -> None:
    work = Work()
    runner = work.runner()
    thread = threading.Thread(target=runner.run)
    thread.start()
    assert work.started.wait(10)
    runner.run()
    assert (work.steps, work.wakes) == (1, 1), "the second caller does not wait; it wakes the one at work"
    work.may_end.set()
    thread.join(10)
    assert work.steps == 2


def test_a_lane_that_is_to_stop_begins_nothing_more() -> None:
    work = Work()
    runner = work.runner()
    runner.stop()
    runner.run()
    assert work.steps == 0


def test_kicks_are_not_repeated_until_one_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = MemoryStorage("test")
    monkeypatch.setattr(jobs.huey, "storage", storage)
    monkeypatch.setattr(jobs._process, "is_connected", True)
    monkeypatch.setattr(jobs, "_kicked_at", {})
    for _ in range(3):
        jobs.kick(Lane.REPLY)
    assert storage.queue_size() == 1
    jobs.huey.execute(jobs.huey.dequeue())
    jobs.kick(Lane.REPLY)
    assert storage.queue_size() == 1


def test_without_a_queue_kicks_do_nothing() -> None:
    jobs.kick_all()
    assert jobs.huey.storage.queue_size() == 0


def test_the_queue_is_chosen_by_the_address(tmp_path: Path) -> None:
    settings = config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(tmp_path)})
    storage = jobs._open_storage(settings)
    assert isinstance(storage, SqliteStorage) and Path(storage.filename).parent == tmp_path
    storage.close()
    with pytest.raises(BadSetting, match="HUEY_URL"):
        jobs._open_storage(dataclasses.replace(settings, huey_url="amqp://nowhere"))


# A whole installation


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    running = start(EmulatorConfig.load(tmp_path, app_url="http://127.0.0.1:9", public_url="https://x.invalid", port=0))
    yield running
    running.stop()


@pytest.fixture
def it(fresh_database: Database, emulator: Emulator, tmp_path: Path) -> Iterator[Runtime]:
    environ = {"LSTEP_MODE": "demo", "DATA_DIR": str(tmp_path), "LINE_API_URL": emulator.api_url}
    built = runtime.build(config.load(environ), fresh_database)
    with fresh_database.unit() as session:
        session.add(
            Channel(
                id=1,
                messaging_channel_id=emulator.config.channel_id,
                messaging_secret=built.vault.seal(emulator.config.channel_secret),
                login_channel_id=emulator.config.login_channel_id,
                login_secret=built.vault.seal(emulator.config.login_channel_secret),
            )
        )
    return built


def test_one_chore_that_fails_does_not_keep_the_others_from_being_done(
    monkeypatch: pytest.MonkeyPatch, it: Runtime
) -> None:
    done = []

    def fails(*_: object) -> None:
        raise ValueError("no")

    chores = (fails, lambda *_: done.append("second"))
    monkeypatch.setattr(jobs, "CHORE_LIST", [jobs.Chore(agenda.always, each) for each in chores])
    jobs.run_lane(it, jobs.CHORES)
    assert done == ["second"]


def test_every_chore_finds_nothing_to_do_in_an_empty_shop(it: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    jobs.run_lane(it, jobs.CHORES)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.fixture
def unstarted(it: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """What starting the worker registers in this process is forgotten afterwards."""
    monkeypatch.setattr(jobs, "_process", jobs._Process())
    monkeypatch.setattr(jobs.huey, "storage", MemoryStorage("none"))
    monkeypatch.setattr("lstep_lite.engine.deliveries.outbox._listeners", [])
    monkeypatch.setattr("lstep_lite.engine.intake.storing._listeners", [])
    yield it
    jobs.huey.storage.close()


@pytest.fixture
def consumer(unstarted: Runtime) -> Iterator[Runtime]:
    """The worker's threads in this process."""
    assert jobs.start_consumer(unstarted)
    yield unstarted
    jobs.stop_consumer()


def put(it: Runtime, emulator: Emulator, lane: Lane) -> int:
    with it.database.unit() as session:
        friend = a_friend(session, line_user_id=Control(emulator).a_friend("花子"))
        content = messages.freeze(session, [{"kind": "text", "text": "やあ"}], now=it.clock.now())
        put = deliveries.put(
            session, friend, content, source="chat", label="", dedupe_key="1", lane=lane, now=it.clock.now()
        )
        assert put
        return put.id


def test_what_is_put_leaves_at_once_and_the_worker_shows_that_it_lives(consumer: Runtime, emulator: Emulator) -> None:
    delivery_id = put(consumer, emulator, Lane.CHAT)
    put_at = time.monotonic()
    while _state(consumer, delivery_id) is not DeliveryState.SENT:
        assert time.monotonic() < put_at + 20, "a commit wakes the lane, and so does the tick"
        time.sleep(0.02)
    with consumer.database.read() as session:
        assert jobs.worker_problem(session, wall=consumer.clock.wall()) is None


def _state(it: Runtime, delivery_id: int) -> DeliveryState:
    with it.database.read() as session:
        return session.get_one(Delivery, delivery_id).state


def test_a_data_directory_has_one_worker(consumer: Runtime) -> None:
    assert not jobs.start_consumer(consumer)


def test_a_worker_that_ends_leaves_no_trace(unstarted: Runtime) -> None:
    assert jobs.start_consumer(unstarted)
    jobs.stop_consumer()
    with unstarted.database.read() as session:
        assert workers.last_beat(session) is None
        assert "動いていません" in str(jobs.worker_problem(session, wall=NOW))
