"""The worker is killed twenty times while LINE misbehaves: nothing is lost, nobody gets anything twice."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import urllib3

from lstep_lite import config, db, runtime, schema
from lstep_lite.emulator import EmulatorConfig
from lstep_lite.engine import deliveries, intake, messages
from lstep_lite.models import (
    Call,
    CallState,
    Channel,
    ChatMessage,
    Delivery,
    DeliveryState,
    EventState,
    Friend,
    Lane,
    WebhookEvent,
)
from lstep_lite.runtime import Runtime
from tests.conftest import BACKENDS, _fresh_url
from tests.factories import a_friend, a_rule, a_shop, a_text_event

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 20
FRIENDS = 25
MODES = ("500", "429", "drop-before", "drop-after-accept", "slow")
ANSWER = "お答えします"


class Crashing:
    """The application's data, LINE in a process of its own, and a worker that comes and goes."""

    def __init__(self, folder: Path, database_url: str, api_url: str, control_url: str) -> None:
        self.environ = {
            "LSTEP_MODE": "demo",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url.replace("+psycopg", ""),
            "LINE_API_URL": api_url,
            "LINE_TIMEOUT_SECONDS": "1",
        }
        self.folder = folder
        self.nest: subprocess.Popen[str] | None = None
        self.worker = 0
        self.control_url = control_url
        self.http = urllib3.PoolManager(retries=False, timeout=20)
        settings = config.load(self.environ)
        schema.migrate(settings)
        self.runtime: Runtime = runtime.build(settings)
        self.control("POST", "/quota", {"limit": 1_000_000, "used": 0})
        self.user_ids = [self._person(number) for number in range(FRIENDS)]
        self._set_up()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, self.control_url + path, json=body)
        assert answer.status < 300, (path, answer.status, answer.data)
        return answer.json()

    def _person(self, number: int) -> str:
        user_id = str(self.control("POST", "/users", {"name": f"友だち{number}"})["user_id"])
        self.control("POST", f"/users/{user_id}/follow", {})
        return user_id

    def _set_up(self) -> None:
        now, vault = self.runtime.clock.now(), self.runtime.vault
        line = EmulatorConfig.load(self.folder, app_url="http://127.0.0.1:9", public_url="https://x.invalid", port=0)
        with self.runtime.database.unit() as session:
            a_shop(session)
            a_rule(session, keywords=[{"text": "質問", "match": "partial"}], blocks=[{"kind": "text", "text": ANSWER}])
            session.add(
                Channel(
                    id=1,
                    messaging_channel_id=line.channel_id,
                    messaging_secret=vault.seal(line.channel_secret),
                    login_channel_id=line.login_channel_id,
                    login_secret=vault.seal(line.login_channel_secret),
                    connected_at=now,
                )
            )
        for number, user_id in enumerate(self.user_ids):
            with self.runtime.database.unit() as session:
                a_friend(session, line_user_id=user_id, display_name=f"友だち{number}", profile_checked_at=now)
        self.runtime.account.line().set_webhook_endpoint("https://x.invalid/line/webhook")

    def put_a_message_for_each(self, number: int) -> None:
        """Ten personal ones, and the same one for the other fifteen."""
        for place, user_id in enumerate(self.user_ids):
            if place < 10:
                self._put(user_id, f"[name]さん {number}", Lane.CHAT)
            else:
                self._put(user_id, f"お知らせ {number}", Lane.TIMED)

    def _put(self, user_id: str, text: str, lane: Lane) -> None:
        now = self.runtime.clock.now()
        with self.runtime.database.unit() as session:
            friend = session.scalars(sa.select(Friend).where(Friend.line_user_id == user_id)).one()
            content = messages.freeze(session, [{"kind": "text", "text": text}], now=now)
            key = f"crash:{text}:{friend.id}"
            deliveries.put(session, friend, content, source="chat", label="", dedupe_key=key, lane=lane, now=now)

    def ask_a_question_each(self, count: int) -> None:
        """The first *count* friends write; their webhooks are stored as the web process stores them."""
        now = self.runtime.clock.now()
        events = [a_text_event(user_id, "質問です", at=now) for user_id in self.user_ids[:count]]
        body = {"destination": "U", "events": events}
        self.control("POST", "/webhooks", {"bodies": [json.dumps(body)]})  # LINE knows the reply tokens from here
        with self.runtime.database.unit() as session:
            assert intake.store(session, body, now=now) == count

    def misbehave(self, chance: random.Random) -> None:
        for way in ("push", "multicast", "reply"):
            fault = {"path": f"/v2/bot/message/{way}", "mode": chance.choice(MODES), "times": chance.randint(1, 3)}
            self.control("POST", "/faults", {**fault, "seconds": 1.5})

    def behave(self) -> None:
        for way in ("push", "multicast", "reply"):
            for mode in MODES:
                self.control("POST", "/faults", {"path": f"/v2/bot/message/{way}", "mode": mode, "times": 0})

    def start_worker(self) -> None:
        if self.nest is None:
            with (self.folder / "worker.log").open("ab") as log:
                self.nest = subprocess.Popen(
                    [sys.executable, "-m", "tests.slow.nest"],
                    env={**os.environ, **self.environ},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        assert self.nest.stdin and self.nest.stdout
        self.nest.stdin.write("\n")
        self.nest.stdin.flush()
        self.worker = int(self.nest.stdout.readline())

    def kill_worker(self) -> None:
        if self.worker:
            os.kill(self.worker, signal.SIGKILL)
            wait_until(lambda: not Path(f"/proc/{self.worker}").exists(), 10, why=self.log)
            self.worker = 0

    def work_a_moment_and_die(self, chance: random.Random) -> None:
        before = self._beats()
        self.start_worker()
        wait_until(lambda: self._beats() > before, 60, why=self.log)
        time.sleep(chance.uniform(0, 0.8))
        self.kill_worker()

    def call_line_and_die(self, chance: random.Random) -> None:
        """Dies within moments of a call to LINE, however slow the machine is to come so far."""
        known = self._calls()
        self.start_worker()
        wait_until(lambda: self._calls() > known, 60, why=self.log)
        time.sleep(chance.uniform(0, 0.1))
        self.kill_worker()

    def _calls(self) -> int:
        return sum(request["path"].startswith("/v2/bot/message/") for request in self.control("GET", "/requests"))

    def close(self) -> None:
        self.kill_worker()
        if self.nest and self.nest.stdin and self.nest.stdout:
            self.nest.stdin.close()
            self.nest.wait(10)
            self.nest.stdout.close()
        self.http.clear()
        self.runtime.database.dispose()

    def log(self) -> str:
        return (self.folder / "worker.log").read_text()[-3000:]

    def _beats(self) -> str:
        with self.runtime.database.read() as session:
            return str(session.scalar(sa.text("SELECT max(heartbeat_at) FROM workers")) or "")

    def retry_at_once(self) -> None:
        """What still waits for its next try has waited long enough: after many of them that would take minutes."""
        with self.runtime.database.unit() as session:
            retrying = sa.update(Call).where(Call.state == CallState.RETRYING)
            session.execute(retrying.values(due_at=self.runtime.clock.wall()))

    def is_settled(self) -> bool:
        with self.runtime.database.read() as session:
            open_states = (DeliveryState.WAITING, DeliveryState.SENDING)
            is_open = sa.exists().where(Delivery.state.in_(open_states))
            is_unread = sa.exists().where(WebhookEvent.state == EventState.WAITING)
            return not session.scalar(sa.select(is_open | is_unread))

    def texts(self, user_id: str) -> Counter[str]:
        talk = self.control("GET", f"/users/{user_id}/talk")
        return Counter(entry["message"]["text"] for entry in talk if entry["from"] == "account")

    def answers(self, user_id: str) -> Counter[DeliveryState]:
        """What our records say of the automatic answers to this friend."""
        with self.runtime.database.read() as session:
            query = sa.select(Delivery.state).join(Friend, Friend.id == Delivery.friend_id)
            query = query.where(Friend.line_user_id == user_id, Delivery.source == "auto_replies")
            return Counter(session.scalars(query))


@pytest.fixture(params=BACKENDS)
def crashing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crashing]:
    monkeypatch.setattr(db, "slow_unit_seconds", 2.0)  # this process only sets the stage, on a machine kept busy
    url = _fresh_url(request, tmp_path)
    command = [sys.executable, "-m", "lstep_lite.emulator", "--data-dir", str(tmp_path), "--port", "0"]
    line = subprocess.Popen([*command, "--app-url", "http://127.0.0.1:9"], stdout=subprocess.PIPE, text=True)
    try:
        assert line.stdout is not None
        api_url, control_url = re.findall(r"http://[^\s,]+", line.stdout.readline())
        made = Crashing(tmp_path, url, api_url, control_url)
        try:
            yield made
        finally:
            made.close()
    finally:
        line.kill()
        line.wait()
        if line.stdout:
            line.stdout.close()


def wait_until(condition: Callable[[], bool], seconds: float, *, why: Callable[[], str]) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, f"not within {seconds} s: {why()}"
        time.sleep(0.05)


def test_twenty_kills_lose_nothing_and_double_nothing(crashing: Crashing) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    chance = random.Random(seed)
    questions = 0
    for number in range(KILLS):
        crashing.put_a_message_for_each(number)
        crashing.ask_a_question_each(5)
        questions += 1
        crashing.misbehave(chance)
        if number % 2:
            crashing.work_a_moment_and_die(chance)
        else:
            crashing.call_line_and_die(chance)
    crashing.behave()
    crashing.retry_at_once()
    crashing.start_worker()
    wait_until(crashing.is_settled, 120, why=crashing.log)
    crashing.kill_worker()

    with crashing.runtime.database.read() as session:
        sent = sa.select(Delivery.state, sa.func.count()).where(Delivery.source == "chat").group_by(Delivery.state)
        assert [tuple(row) for row in session.execute(sent)] == [(DeliveryState.SENT, KILLS * FRIENDS)]
        assert session.scalar(sa.select(sa.func.count()).select_from(ChatMessage)) == 5 * questions
        tried_again = session.scalar(sa.select(sa.func.count()).where(Call.attempts > 1))
        assert tried_again, "no kill and no fault ever hit a call"
        states = session.scalars(sa.select(WebhookEvent.state).distinct()).all()
        assert states == [EventState.DONE], "every event is processed"
    for place, user_id in enumerate(crashing.user_ids):
        received, answers = crashing.texts(user_id), crashing.answers(user_id)
        name = f"友だち{place}さん" if place < 10 else "お知らせ"
        arrived = received.pop(ANSWER, 0)
        assert received == Counter({f"{name} {number}": 1 for number in range(KILLS)}), "each message exactly once"
        if place < 5:
            assert answers.total() == questions, "each question is answered once"
        sure, maybe = answers[DeliveryState.SENT], answers[DeliveryState.UNKNOWN]
        assert sure <= arrived <= sure + maybe, (sure, arrived, maybe)
