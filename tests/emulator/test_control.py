"""The control API's own promises: clock, settling, journal, and who may use it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from lstep_lite.emulator import Emulator, replay
from tests.emulator.conftest import PUBLIC_URL, WEBHOOK_PATH, Application, Caller, Control, wait_until


def test_the_clock_stops_at_every_due_instant_on_the_way(
    application: Application, emulator: Emulator, control: Control
) -> None:
    now = emulator.clock.now()
    wanted = [now + timedelta(hours=hours) for hours in (1, 2, 30)]
    application.due = list(wanted)
    answer = control.post("/clock", {"advance_seconds": 86400})
    assert datetime.fromisoformat(answer["now"]) >= now + timedelta(days=1)
    assert [due for due, _ in application.ran_at] == wanted[:2]
    assert all(ran - due < timedelta(seconds=5) for due, ran in application.ran_at), "nothing ran late"


def test_what_falls_due_between_two_looks_is_not_passed_over(
    application: Application, emulator: Emulator, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = {"events": 0, "due": 0, "in_flight": 0, "retrying": 0}
    soon, later = (emulator.clock.now() + timedelta(seconds=seconds) for seconds in (2, 3600))
    looks: list[datetime] = []

    def pending() -> dict[str, object]:
        """At the first look the next thing is two seconds away; before anybody looks again it has come."""
        now = emulator.clock.now()
        looks.append(now)
        if len(looks) == 1:
            emulator.clock.move_to(soon)
            return quiet | {"next_due": soon.isoformat(), "now": now.isoformat()}
        is_due = len(looks) == 2
        return quiet | {"due": int(is_due), "next_due": later.isoformat(), "now": now.isoformat()}

    monkeypatch.setattr(application, "pending", pending)
    control.post("/clock", {"to": later.isoformat()})
    assert looks[2] < soon + timedelta(minutes=1), "the clock waited until it was dealt with"


def test_the_clock_goes_from_one_due_instant_to_the_next(
    application: Application, emulator: Emulator, control: Control
) -> None:
    now = emulator.clock.now()
    wanted = [now + timedelta(hours=hours) for hours in (1, 30)]
    application.due = list(wanted)
    for count in (1, 2):
        reached = datetime.fromisoformat(control.post("/clock", {"to": "next"})["now"])
        assert [due for due, _ in application.ran_at] == wanted[:count]
        assert reached - wanted[count - 1] < timedelta(seconds=5)
    assert control.post("/clock", {"to": "next"}, status=409)["nothing_due"] is True


def test_on_the_way_to_the_next_due_instant_the_clock_stops_where_it_is_told(
    application: Application, emulator: Emulator, control: Control
) -> None:
    until = emulator.clock.now() + timedelta(hours=2)
    application.due = [until + timedelta(days=1)]
    wanted = {"to": "next", "until": until.isoformat()}
    assert datetime.fromisoformat(control.post("/clock", wanted)["now"]) - until < timedelta(seconds=5)
    assert application.ran_at == []
    control.post("/clock", wanted, status=409)


def test_a_jump_makes_things_late(application: Application, emulator: Emulator, control: Control) -> None:
    now = emulator.clock.now()
    application.due = [now + timedelta(hours=1)]
    control.post("/clock", {"to": (now + timedelta(hours=9)).isoformat(), "jump": True})
    control.post("/settle")
    [(due, ran)] = application.ran_at
    assert ran - due > timedelta(hours=7)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"advance_seconds": -1}, 409),
        ({"to": "2020-01-01T00:00:00Z"}, 409),
        ({"to": "2030-01-01T00:00:00"}, 400),
        ({"to": "tomorrow"}, 400),
        ({"to": "next", "until": "soon"}, 400),
        ({}, 400),
    ],
)
def test_the_clock_goes_forward_to_a_clear_time_only(control: Control, body: dict[str, object], status: int) -> None:
    assert control.post("/clock", body, status=status)["message"]


def test_settling_waits_for_webhooks_and_gives_up_in_time(
    application: Application, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.statuses = [500, 500]
    control.post(f"/users/{control.a_friend()}/say", {"text": "もしもし"})
    control.post("/settle")
    assert len(application.received) == 3

    monkeypatch.setattr("lstep_lite.emulator.control.PATIENCE_SECONDS", 0.2)
    application.statuses = [500] * 5
    control.post(f"/users/{control.a_friend()}/say", {"text": "もしもし"})
    assert control.post("/settle", status=504)["pending"]["webhooks"] == 1


def test_a_clock_that_cannot_settle_says_how_far_it_came(
    application: Application, emulator: Emulator, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "PATIENCE_SECONDS", 0.2)
    application.statuses = [500] * 5
    before = emulator.clock.now()
    control.post(f"/users/{control.a_friend()}/say", {"text": "もしもし"})
    reached = control.post("/clock", {"advance_seconds": 3600}, status=202)["now"]
    assert datetime.fromisoformat(reached) < before + timedelta(minutes=1)


def test_every_call_is_written_down_without_its_secrets(control: Control, call: Caller, emulator: Emulator) -> None:
    user = control.a_friend()
    call.push(user, "記録されます")
    issued, pushed = control.get("/requests")
    assert (pushed["method"], pushed["path"], pushed["status"]) == ("POST", "/v2/bot/message/push", 200)
    assert pushed["body"]["messages"][0]["text"] == "記録されます"
    written = json.dumps([issued, pushed])
    assert call.token not in written
    assert emulator.config.channel_secret not in written
    assert control.get(f"/requests?since={pushed['n']}") == []


def test_a_page_of_another_origin_can_do_nothing(control: Control) -> None:
    user = control.a_user()
    follow = f"/emulator/control/users/{user}/follow"
    foreign = {"Origin": "https://evil.example"}
    assert control.client.post(follow, data="a=1", headers=foreign).status_code == 415
    assert control.client.post(follow, data="{}", content_type="text/plain").status_code == 415
    assert control.client.post(follow, headers=foreign).status_code == 403
    assert control.get("/state")["users"][0]["following"] is False
    assert control.client.post(follow).status_code == 200, "no body needs no content type"


def test_there_is_no_rich_menu_yet(control: Control) -> None:
    user = control.a_friend()
    assert control.get(f"/users/{user}/menu") is None
    control.post(f"/users/{user}/tap", {"area": 1}, status=409)


def test_tapping_a_link_tells_where_it_really_leads(application: Application, control: Control) -> None:
    user = control.a_friend()
    own = control.post(f"/users/{user}/tap", {"uri": PUBLIC_URL + "/r/abc?x=1"})
    assert own == {"location": application.url + "/r/abc?x=1"}
    for other in ("https://example.com/", PUBLIC_URL + ".evil.example/", "tel:0312345678"):
        assert control.post(f"/users/{user}/tap", {"uri": other}) == {"location": other}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"text": ""},
        {"text": "a", "image": "b"},
        {"image": "!"},
        {"image": "aGVsbG8="},
        {"sticker": {}},
        {"text": 1},
    ],
)
def test_what_cannot_be_said_is_refused(control: Control, said: dict[str, object]) -> None:
    user = control.a_friend()
    assert control.post(f"/users/{user}/say", said, status=400)["message"]
    assert control.get(f"/users/{user}/talk") == []


def test_unknown_people_and_addresses_are_told_apart_from_success(control: Control) -> None:
    control.post("/users/nobody/follow", status=404)
    control.get("/users/nobody/talk", status=404)
    control.get("/nothing", status=404)
    blocker = control.a_friend()
    control.post(f"/users/{blocker}/unfollow")
    control.post(f"/users/{blocker}/say", {"text": "届く?"}, status=409)


@pytest.fixture
def process(application: Application, tmp_path: Path) -> Iterator["Process"]:
    started = Process(application.url, tmp_path)
    started.start()
    yield started
    started.stop(signal.SIGTERM)


class Process:
    """The emulator as a process of its own."""

    def __init__(self, app_url: str, data_dir: Path) -> None:
        self._command = [sys.executable, "-m", "lstep_lite.emulator"]
        self._command += ["--data-dir", str(data_dir), "--app-url", app_url, "--port", "0"]

    def start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.getcwd()}
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout
        self.api_url, self.control_url = (
            word.strip(",\n") for word in self._process.stdout.readline().split(" ") if word.startswith("http")
        )

    def stop(self, number: signal.Signals) -> int:
        self._process.send_signal(number)
        with self._process:
            return self._process.wait(10)


def test_a_killed_emulator_goes_on_where_it_was(
    application: Application, process: Process, http: urllib3.PoolManager
) -> None:
    application.statuses = [500]
    credentials = json.loads((application.data_dir / "emulator.json").read_text())
    fields = {
        "grant_type": "client_credentials",
        "client_id": credentials["channel_id"],
        "client_secret": credentials["channel_secret"],
    }
    token = http.request("POST", process.api_url + "/oauth2/v3/token", fields=fields, encode_multipart=False).json()
    call = Caller(http, process.api_url, token["access_token"])
    call("PUT", "/v2/bot/channel/webhook/endpoint", {"endpoint": PUBLIC_URL + WEBHOOK_PATH})
    user = http.request("POST", process.control_url + "/users", json={"name": "山田"}).json()["user_id"]
    http.request("POST", f"{process.control_url}/users/{user}/follow", json={})
    wait_until(lambda: len(application.received) == 1)

    process.stop(signal.SIGKILL)
    process.start()

    follow, _ = application.events(2)
    call.url = process.api_url
    assert call.reply(follow["replyToken"], "ようこそ").status == 200
    talk = http.request("GET", f"{process.control_url}/users/{user}/talk").json()
    assert [entry["message"]["text"] for entry in talk] == ["ようこそ"]
