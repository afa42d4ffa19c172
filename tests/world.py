"""The outside world of a journey: a running server, the people with their phones, and staff with a browser.

Stories begin on one day, whatever day it is: a Wednesday morning without holidays near.
"""

import atexit
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

import urllib3
from bs4 import BeautifulSoup, Tag

from lstep_lite.clock import Clock

START_SECONDS = 90
STOP_SECONDS = 40
URLENCODED = "application/x-www-form-urlencoded"
Upload = tuple[str, bytes, str]
"""A file of a form: its name, its content, its media type."""
OWNER = ("owner@example.com", "journey-password")
STORY_START = datetime(2031, 6, 4, 10, tzinfo=ZoneInfo("Asia/Tokyo"))


class Nest:
    """The process that has imported everything, and of which servers and workers are forked."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.nest"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self._close)

    def hatch(self, command: str, environ: dict[str, str], log: Path) -> int:
        """Start a "demo" or a "worker"; its process id."""
        assert self._process.stdin and self._process.stdout
        wanted = {"command": command, "environ": environ, "log": str(log)}
        print(json.dumps(wanted), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def _close(self) -> None:
        self._process.communicate(timeout=STOP_SECONDS)


@cache
def nest() -> Nest:
    """One for all that a test process starts."""
    return Nest()


class Server:
    """`lstep-lite demo` as its own process, on its own port and data."""

    def __init__(self, data_dir: Path, **environ: str) -> None:
        self.data_dir = data_dir
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environ = {
            **os.environ,
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "DEMO_PASSWORD": OWNER[1],
            **environ,
        }
        self._pid = 0
        self.http = urllib3.PoolManager(retries=False, timeout=40)

    def set_clock(self) -> None:
        """Before the first start: have stories begin on their day."""
        Clock(self.data_dir, movable=True).move_to(STORY_START)

    def start(self) -> None:
        self._pid = nest().hatch("demo", self._environ, self.data_dir / "server.log")
        self._wait_until_connected()

    def kill(self) -> None:
        """As a power cut does it: no chance to tidy up."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self._is_running():
            os.killpg(self._pid, number)
            give_up_at = time.monotonic() + STOP_SECONDS
            while self._is_running():
                assert time.monotonic() < give_up_at, f"the server did not stop:\n{self.log()}"
                time.sleep(0.02)
        self.http.clear()

    def _is_running(self) -> bool:
        if not self._pid:
            return False
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _wait_until_connected(self) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at:
            assert self._is_running(), self.log()
            if self._is_connected():
                return
            time.sleep(0.1)
        raise AssertionError(f"the server did not connect to the emulator in {START_SECONDS} s:\n{self.log()}")

    def _is_connected(self) -> bool:
        if self._environ.get("SEED") == "0":
            return self._answers("/healthz")
        return self._answers("/emulator/control/state") and bool(
            self.json("GET", "/emulator/control/state")["account"]["webhook_endpoint"]
        )

    def _answers(self, path: str) -> bool:
        try:
            return self.http.request("GET", self.url + path).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text()[-4000:]

    def json(self, method: str, path: str, body: Any = None, expect: int | None = None) -> Any:
        answer = self.http.request(method, self.url + path, json=body)
        assert answer.status == expect if expect else answer.status < 300, (answer.status, answer.data[:500])
        return answer.json()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class World:
    """What a tester can do through the control API."""

    server: Server

    def person(self, name: str) -> "Person":
        made = self._control("POST", "/users", {"name": name})
        return Person(self, name, made["user_id"])

    def settle(self) -> None:
        self._patiently("/settle", {})

    def advance(self, **time_: Any) -> str:
        if "advance_seconds" in time_:  # however often it is asked, one moment is meant
            moment = datetime.fromisoformat(self.now()) + timedelta(seconds=time_.pop("advance_seconds"))
            time_["to"] = moment.isoformat()
        return str(self._patiently("/clock", time_)["now"])

    def _patiently(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One call waits for 30 seconds, which may be too short for a machine kept busy: then it is asked again."""
        give_up_at = time.monotonic() + START_SECONDS
        while True:
            answer = self.server.http.request("POST", f"{self.server.url}/emulator/control{path}", json=body)
            if answer.status == 200:
                done: dict[str, Any] = answer.json()
                return done
            is_late = answer.status in (202, 504)
            assert is_late and time.monotonic() < give_up_at, (answer.status, answer.data[:500])

    def fault(self, path: str, mode: str, times: int = 1, **more: Any) -> None:
        self._control("POST", "/faults", {"path": path, "mode": mode, "times": times, **more})

    def requests(self, path: str) -> list[dict[str, Any]]:
        return [call for call in self._control("GET", "/requests?since=0") if call["path"].startswith(path)]

    def liff_link(self) -> str:
        """What LINE made of our pages' address: `https://liff.line.me/<id>`. Waits until the server knows it too."""
        give_up_at = time.monotonic() + START_SECONDS
        while b"data-liff-id" not in self.server.http.request("GET", self.server.url + "/liff").data:
            assert time.monotonic() < give_up_at, "the pages for customers were not registered with LINE"
            time.sleep(0.1)
        return str(self._control("GET", "/state")["account"]["liff_links"][0])

    def now(self) -> str:
        return str(self._control("GET", "/state")["now"])

    def webhooks(self, *bodies: str, **how: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._control("POST", "/webhooks", {"bodies": list(bodies), **how})["responses"]
        return found

    def quota(self, **quota: int) -> None:
        self._control("POST", "/quota", quota)

    def used(self) -> int:
        """How many counted messages this month."""
        return int(self._control("GET", "/state")["quota"]["used"])

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        return self.server.json(method, f"/emulator/control{path}", body if method == "GET" else body or {})


@dataclass
class Person:
    """Somebody with a phone."""

    world: World
    name: str
    user_id: str

    def follow(self) -> None:
        self._do("follow")

    def block(self) -> None:
        self._do("unfollow")

    def say(self, text: str = "", **what: Any) -> str:
        return str(self._do("say", what or {"text": text})["message_id"])

    def tap(self, message: dict[str, Any], place: int = 0) -> dict[str, Any]:
        """Tap a button of *message*, a card or a question; the last message that came back."""
        is_card = message["type"] == "flex"
        buttons = message["contents"]["footer"]["contents"] if is_card else message["template"]["actions"]
        action = buttons[place]["action"] if is_card else buttons[place]
        self._do("tap", {"data": action["data"]})
        self.world.settle()
        last: dict[str, Any] = self.received()[-1]["message"]
        return last

    def menu(self) -> dict[str, Any] | None:
        """The rich menu on this phone, as LINE holds it."""
        found: dict[str, Any] | None = self.world._control("GET", f"/users/{self.user_id}/menu")
        return found

    def tap_area(self, number: int, **more: Any) -> dict[str, Any]:
        """Tap an area of the rich menu, counted from 0, and wait for what follows. *more* is what a picker gave."""
        tapped: dict[str, Any] = self._do("tap", {"area": number, **more})
        self.world.settle()
        return tapped

    def open_page(self, path: str, **how: Any) -> "Customer":
        """Open our page for customers at *path* (`/liff/…`) inside LINE. *how* may ask for tokens to be refused."""
        customer = Customer(self)
        customer.visit(self.world.liff_link() + path.removeprefix("/liff"), **how)
        return customer

    def opened(self, url: str, **how: Any) -> dict[str, Any]:
        """What LIFF hands to the page behind *url*: `location` for a real browser, and the tokens."""
        found: dict[str, Any] = self._do("open", {"url": url, **how})
        return found

    def unsend(self, message_id: str) -> None:
        self._do("event", {"unsend": message_id})

    def received(self) -> list[dict[str, Any]]:
        """What the account sent to this phone, oldest first."""
        talk = self.world._control("GET", f"/users/{self.user_id}/talk")
        return [entry for entry in talk if entry["from"] == "account"]

    def texts(self) -> list[str]:
        return [entry["message"].get("text", "") for entry in self.received()]

    def _do(self, verb: str, body: Any = None) -> Any:
        return self.world._control("POST", f"/users/{self.user_id}/{verb}", body)


class Browser:
    """A browser without JavaScript: pages, links and forms, with cookies."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._cookies: dict[str, str] = {}
        self.path = "/"
        self.page = BeautifulSoup("", "html.parser")
        self.status = 0

    def open(self, path: str) -> BeautifulSoup:
        return self._request("GET", path)

    def sign_in(self) -> None:
        self.open("/sign-in")
        self.submit({"email": OWNER[0], "password": OWNER[1]}, form="form[action*='sign-in']")
        assert "/sign-in" not in self.path, self.page.get_text(" ", strip=True)

    def submit(
        self, values: dict[str, Any], form: str = "main form", to: str = "", files: dict[str, Upload] | None = None
    ) -> BeautifulSoup:
        """Fill the first form that the CSS selector *form* finds and send it, following redirects.

        *to* sends it to another address, as a button of it does. *files* go along in the file fields of their names.
        """
        found = self.page.select_one(form)
        assert found is not None, f"no {form} on {self.path}"
        fields = {**_filled(found), **values}
        target = urljoin(self.path, to or str(found.get("action") or self.path))
        if str(found.get("method", "get")).lower() == "get":
            return self._request("GET", f"{target}?{urlencode(fields, doseq=True)}")
        if found.get("enctype") == "multipart/form-data":
            return self._request("POST", target, *_multipart(fields, files or {}))
        return self._request("POST", target, urlencode(fields, doseq=True).encode())

    def text(self) -> str:
        return self.page.get_text(" ", strip=True)

    def _request(self, method: str, path: str, body: bytes | None = None, kind: str = URLENCODED) -> BeautifulSoup:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = kind
        answer = self.server.http.request(method, self.server.url + path, body=body, headers=headers, redirect=False)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, value = cookie.split(";")[0].split("=", 1)
            self._cookies[name] = value
        if answer.status in (302, 303):
            return self._request("GET", self._landing(answer.headers["Location"]))
        self.path, self.status = path, answer.status
        self.page = BeautifulSoup(answer.data, "html.parser")
        return self.page

    def _landing(self, location: str) -> str:
        """The path at which a redirect ends; every address is taken for our own."""
        return re.sub(r"^https?://[^/]+", "", location)


class Customer(Browser):
    """Somebody's own browser, on their phone: pages opened inside LINE know who they are, others ask LINE Login."""

    def __init__(self, person: Person) -> None:
        super().__init__(person.world.server)
        self.person = person
        self.access_token = ""

    def visit(self, url: str, **how: Any) -> BeautifulSoup:
        """Tap a link. Without JavaScript here, the form is sent that the page's script fills from LINE's SDK."""
        opened = self.person.opened(url, **how)
        self.open(self._landing(opened["location"]).partition("#")[0])
        self.access_token = opened["access_token"] or ""
        if opened["id_token"] and self.page.select_one("body[data-entry]"):
            tokens = {"id_token": opened["id_token"], "access_token": opened["access_token"]}
            self.submit(tokens, form="form#identify")
        return self.page

    def send_messages(self, *messages: dict[str, Any]) -> None:
        """What a page inside LINE does with liff.sendMessages: the words stand in the talk as the person's own."""
        api_url = self.person.world._control("GET", "/state")["account"]["api_url"]
        sent = {"access_token": self.access_token, "messages": json.dumps(messages)}
        answer = self.server.http.request("POST", f"{api_url}/liff/sdk/messages", fields=sent, encode_multipart=False)
        assert answer.status == 200, answer.data

    def _landing(self, location: str) -> str:
        """LINE Login is answered on the way, by agreeing."""
        if "/oauth2/v2.1/authorize?" in location:
            location = self.person._do("login", {"authorize_url": location})["redirect"]
        return super()._landing(location)


def _multipart(fields: dict[str, Any], files: dict[str, Upload]) -> tuple[bytes, str]:
    """The body and its content type."""
    pairs = [(name, str(value)) for name, given in fields.items() for value in _listed(given)]
    body, kind = urllib3.encode_multipart_formdata([*pairs, *files.items()])
    return body, kind


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _filled(form: Tag) -> dict[str, list[str]]:
    """What a browser would send of *form* as it stands."""
    values: dict[str, list[str]] = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        kind = field.get("type", "text")
        if field.has_attr("disabled") or kind in ("file", "submit", "button"):
            continue
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        values.setdefault(str(field["name"]), []).append(_value(field))
    return values


def _value(field: Tag) -> str:
    if field.name == "textarea":
        return field.get_text()
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return str(chosen.get("value", chosen.get_text())) if chosen else ""
    return str(field.get("value", "on" if field.get("type") in ("checkbox", "radio") else ""))
