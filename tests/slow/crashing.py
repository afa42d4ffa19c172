"""A shop whose worker is killed again and again, with LINE as a process of its own."""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import urllib3

from lstep_lite import config, runtime, schema
from lstep_lite.emulator import EmulatorConfig
from lstep_lite.engine import deliveries, intake, messages
from lstep_lite.models import (
    Call,
    CallState,
    Channel,
    Delivery,
    DeliveryState,
    EventState,
    Friend,
    Lane,
    WebhookEvent,
)
from lstep_lite.runtime import Runtime
from tests.factories import a_friend, a_rule, a_shop, a_text_event
from tests.world import nest

MODES = ("500", "429", "drop-before", "drop-after-accept", "slow")
ANSWER = "お答えします"


class Crashing:
    """The application's data, LINE in a process of its own, and a worker that comes and goes."""

    def __init__(self, folder: Path, database_url: str, api_url: str, control_url: str, friends: int) -> None:
        self.environ = {
            "LSTEP_MODE": "demo",
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url.replace("+psycopg", ""),
            "LINE_API_URL": api_url,
            "LINE_TIMEOUT_SECONDS": "1",
        }
        self.folder = folder
        self.worker = 0
        self.control_url = control_url
        self.http = urllib3.PoolManager(retries=False, timeout=20)
        settings = config.load(self.environ)
        schema.migrate(settings)
        self.runtime: Runtime = runtime.build(settings)
        self.control("POST", "/quota", {"limit": 1_000_000, "used": 0})
        self.user_ids = [self._person(number) for number in range(friends)]
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
        """The first *count* friends write."""
        now = self.runtime.clock.now()
        events = [a_text_event(user_id, "質問です", at=now) for user_id in self.user_ids[:count]]
        self.receive(events)

    def receive(self, events: list[dict[str, Any]]) -> None:
        """Store webhooks as the web process does."""
        body = {"destination": "U", "events": events}
        self.control("POST", "/webhooks", {"bodies": [json.dumps(body)]})  # LINE knows the reply tokens from here
        with self.runtime.database.unit() as session:
            assert intake.store(session, body, now=self.runtime.clock.now()) == len(events)

    def misbehave(self, chance: random.Random) -> None:
        for way in ("push", "multicast", "reply"):
            fault = {"path": f"/v2/bot/message/{way}", "mode": chance.choice(MODES), "times": chance.randint(1, 3)}
            self.control("POST", "/faults", {**fault, "seconds": 1.5})

    def behave(self) -> None:
        for way in ("push", "multicast", "reply"):
            for mode in MODES:
                self.control("POST", "/faults", {"path": f"/v2/bot/message/{way}", "mode": mode, "times": 0})

    def start_worker(self) -> None:
        self.worker = nest().hatch("worker", {**os.environ, **self.environ}, self.folder / "worker.log")

    def kill_worker(self) -> None:
        if self.worker:
            os.kill(self.worker, signal.SIGKILL)
            wait_until(lambda: not Path(f"/proc/{self.worker}").exists(), 10, why=self.log)
            self.worker = 0

    def get_somewhere_and_die(self, progress: Callable[[], object], chance: random.Random) -> None:
        """Dies within moments of *progress* having changed: in the tick, or in a call to LINE."""
        before = progress()
        self.start_worker()
        wait_until(lambda: progress() != before, 60, why=self.log, every=0.02)
        time.sleep(chance.uniform(0, 0.05))
        self.kill_worker()

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


def wait_until(condition: Callable[[], bool], seconds: float, *, why: Callable[[], str], every: float = 0.05) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, f"not within {seconds} s: {why()}"
        time.sleep(every)
