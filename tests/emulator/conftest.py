"""The emulator with a tiny application behind it: real HTTP on loopback, real SDK, no part of lstep_lite's own web."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3
from flask import Flask
from linebot.v3.messaging import ApiClient, Configuration, MessagingApi, MessagingApiBlob

from lstep_lite.clock import Clock
from lstep_lite.emulator import Emulator, EmulatorConfig, blueprint, start

PUBLIC_URL = "https://demo.lstep.invalid"
WEBHOOK_PATH = "/line/webhook"


@dataclass
class Received:
    raw: bytes
    signature: str | None

    @property
    def events(self) -> list[dict[str, Any]]:
        return json.loads(self.raw)["events"]


@dataclass
class Application:
    """Records webhooks, answers them with *statuses* in turn and then 200, and has due instants for the clock."""

    server: ThreadingHTTPServer
    data_dir: Path
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    due: list[datetime] = field(default_factory=list)
    ran_at: list[tuple[datetime, datetime]] = field(default_factory=list)
    held: threading.Event | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def events(self, count: int) -> list[dict[str, Any]]:
        """All events received so far, once there are *count* of them."""
        wait_until(lambda: sum(len(webhook.events) for webhook in self.received) >= count)
        return [event for webhook in list(self.received) for event in webhook.events]

    def answer_webhook(self, raw: bytes, signature: str | None) -> int:
        self.received.append(Received(raw, signature))
        if self.held:
            self.held.wait(10)
        return self.statuses.pop(0) if self.statuses else 200

    def move_clock(self, raw: bytes) -> int:
        try:
            Clock(self.data_dir, movable=True).move_to(datetime.fromisoformat(json.loads(raw)["to"]))
        except ValueError:
            return 409
        return 200

    def pending(self) -> dict[str, Any]:
        """Due things run the moment anybody looks."""
        now = Clock(self.data_dir, movable=True).now()
        for due in [due for due in self.due if due <= now]:
            self.due.remove(due)
            self.ran_at.append((due, now))
        next_due = min(self.due).isoformat() if self.due else None
        return {"events": 0, "due": 0, "in_flight": 0, "retrying": 0, "next_due": next_due, "now": now.isoformat()}


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == WEBHOOK_PATH:
                self._answer(app.answer_webhook(raw, self.headers["x-line-signature"]), {})
            elif self.path == "/_clock" and self.headers["X-Control-Secret"]:
                self._answer(app.move_clock(raw), {})

        def do_GET(self) -> None:
            self._answer(200, app.pending())

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """An answer that comes too late finds nobody listening."""

    server = Server(("127.0.0.1", 0), Handler)
    app = Application(server, tmp_path)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield app
    server.shutdown()
    server.server_close()


@pytest.fixture
def config(application: Application, tmp_path: Path) -> EmulatorConfig:
    return EmulatorConfig.load(tmp_path, app_url=application.url, public_url=PUBLIC_URL, port=0)


@pytest.fixture
def emulator(config: EmulatorConfig) -> Iterator[Emulator]:
    running = start(config)
    running.store.set_setting("webhook_endpoint", PUBLIC_URL + WEBHOOK_PATH)
    yield running
    running.stop()


@cache
def _control_app() -> Flask:
    """Wired once; there is one emulator at a time."""
    app = Flask("control")
    app.register_blueprint(blueprint)
    return app


class Control:
    """The control API as a tester sees it."""

    def __init__(self, emulator: Emulator) -> None:
        app = _control_app()
        app.extensions["emulator"] = emulator
        self.client = app.test_client()

    def post(self, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        answer = self.client.post("/emulator/control" + path, json=body if body is not None else {})
        assert answer.status_code == status, answer.text
        return answer.json

    def get(self, path: str, *, status: int = 200) -> Any:
        answer = self.client.get("/emulator/control" + path)
        assert answer.status_code == status, answer.text
        return answer.json

    def a_user(self, name: str = "山田 花子", **more: Any) -> str:
        return self.post("/users", {"name": name, **more}, status=201)["user_id"]

    def a_friend(self, name: str = "山田 花子") -> str:
        return self.a_user(name, following=True)

    def texts(self, user_id: str) -> list[str]:
        return [entry["message"]["text"] for entry in self.get(f"/users/{user_id}/talk") if entry["from"] == "account"]


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return Control(emulator)


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    pool = urllib3.PoolManager(retries=False, timeout=10)
    yield pool
    pool.clear()


def issue_token(emulator: Emulator, http: urllib3.PoolManager, *, login: bool = False) -> str:
    config = emulator.config
    fields = {
        "grant_type": "client_credentials",
        "client_id": config.login_channel_id if login else config.channel_id,
        "client_secret": config.login_channel_secret if login else config.channel_secret,
    }
    # Short-lived tokens (30 days), so that tests may move the clock without thinking of the stateless one's minutes.
    answer = http.request("POST", emulator.api_url + "/v2/oauth/accessToken", fields=fields, encode_multipart=False)
    assert answer.status == 200, answer.data
    return answer.json()["access_token"]


@dataclass
class Caller:
    """Plain HTTP with a token of the Messaging API channel."""

    http: urllib3.PoolManager
    url: str
    token: str

    def __call__(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        return self.http.request(
            method,
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **({"Content-Type": "application/json"} if body else {})}
            | (headers or {}),
        )

    def push(self, to: str, text: str = "こんにちは", **headers: str) -> urllib3.BaseHTTPResponse:
        body = {"to": to, "messages": [{"type": "text", "text": text}]}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self("POST", "/v2/bot/message/push", body, headers=named)

    def reply(self, token: str, text: str = "こんにちは", **headers: str) -> urllib3.BaseHTTPResponse:
        body = {"replyToken": token, "messages": [{"type": "text", "text": text}]}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self("POST", "/v2/bot/message/reply", body, headers=named)


@pytest.fixture
def call(emulator: Emulator, http: urllib3.PoolManager) -> Caller:
    return Caller(http, emulator.api_url, issue_token(emulator, http))


@pytest.fixture
def sdk(emulator: Emulator, call: Caller) -> Iterator[ApiClient]:
    configuration = Configuration(access_token=call.token, host=emulator.api_url)
    configuration.retries = False
    with ApiClient(configuration) as client:
        yield client
        client.rest_client.pool_manager.clear()


@pytest.fixture
def line(sdk: ApiClient) -> MessagingApi:
    return MessagingApi(sdk)


@pytest.fixture
def blob(sdk: ApiClient) -> MessagingApiBlob:
    return MessagingApiBlob(sdk)


def later(emulator: Emulator, **delta: float) -> None:
    """Move the account's clock, as if the time had passed."""
    emulator.clock.move_to(emulator.clock.now() + timedelta(**delta))
