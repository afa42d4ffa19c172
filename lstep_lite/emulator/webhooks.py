"""Delivers webhooks to the application: signed, in order for each person, again when no 2xx came.

Events wait in the database until they are delivered, so a restart loses none. LINE does not say how often and when it
redelivers; here it is a handful of tries within a minute, on the wall clock.
"""

import base64
import heapq
import hmac
import json
import logging
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import urllib3

from . import people, tokens
from .store import dump

if TYPE_CHECKING:
    from .platform import Emulator

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 2.0
SENDERS = 4
MOST_IN_A_BATCH = 5  # events of different people that happen to wait together travel together
REDELIVERY_SECONDS = (0.5, 1, 2, 4, 8, 8, 8, 8, 8, 8)


@dataclass(order=True)
class Waiting:
    """An event that is not delivered yet. *due* is on the monotonic clock."""

    due: float
    n: int
    user_id: str = field(compare=False)
    body: dict[str, Any] = field(compare=False)
    tries: int = field(compare=False, default=0)


class Webhooks:
    """The queue and its sender threads. Only the head of each person's line may be under way."""

    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator
        self._http = urllib3.PoolManager(maxsize=64, retries=False, timeout=urllib3.Timeout(total=DEADLINE_SECONDS))
        self._changed = threading.Condition()
        self._lines: dict[str, deque[Waiting]] = {}
        self._heads: list[Waiting] = []  # a heap: the head of every line that is not under way
        self._threads: list[threading.Thread] = []
        self._stopping = False

    def start(self) -> None:
        self._load()
        self._threads = [
            threading.Thread(target=self._work, name=f"webhook-sender-{number}", daemon=True)
            for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(DEADLINE_SECONDS + 1)
        self._http.clear()

    def undelivered(self) -> int:
        with self._changed:
            return sum(len(line) for line in self._lines.values())

    def enqueue(self, user_id: str, event: dict[str, Any]) -> bool:
        """Keep *event* for delivery. False when the account has no webhook in use: LINE then sends nothing.

        Call it inside the unit of what happened, so that both are stored or neither.
        """
        store = self._emulator.store
        if not store.setting("webhook_endpoint") or not store.setting("webhook_active", True):
            return False
        n = store.write("INSERT INTO event (user_id, body) VALUES (?, ?)", user_id, dump(event))
        self._append(Waiting(time.monotonic(), n, user_id, event))
        return True

    def _load(self) -> None:
        for row in self._emulator.store.rows("SELECT * FROM event WHERE lost = 0 ORDER BY n"):
            self._append(
                Waiting(time.monotonic(), row["n"], row["user_id"], json.loads(row["body"]), tries=row["tries"])
            )

    def _append(self, waiting: Waiting) -> None:
        with self._changed:
            line = self._lines.setdefault(waiting.user_id, deque())
            line.append(waiting)
            if len(line) == 1:
                heapq.heappush(self._heads, waiting)
                self._changed.notify()

    def _work(self) -> None:
        while batch := self._claim():
            delivered = self._attempt(batch)
            self._finish(batch, delivered)

    def _claim(self) -> list[Waiting]:
        """Wait for events to become due; an empty list means stop."""
        with self._changed:
            while not self._stopping:
                if self._heads and self._heads[0].due <= time.monotonic():
                    return self._take_due()
                self._changed.wait(self._heads[0].due - time.monotonic() if self._heads else None)
        return []

    def _take_due(self) -> list[Waiting]:
        batch = [heapq.heappop(self._heads)]
        while self._heads and len(batch) < MOST_IN_A_BATCH and self._may_join(batch):
            batch.append(heapq.heappop(self._heads))
        return batch

    def _may_join(self, batch: list[Waiting]) -> bool:
        """Events that failed once travel alone, so that one bad event does not hold up others for ever."""
        head = self._heads[0]
        return head.due <= time.monotonic() and not head.tries and not batch[0].tries

    def _attempt(self, batch: list[Waiting]) -> bool:
        for waiting in batch:
            if waiting.tries:
                waiting.body["deliveryContext"] = {"isRedelivery": True}
        body = {"destination": self._emulator.bot_user_id, "events": [waiting.body for waiting in batch]}
        status, _ = self.post(dump(body).encode())
        return 200 <= status < 300

    def _finish(self, batch: list[Waiting], delivered: bool) -> None:
        over = [waiting for waiting in batch if delivered or waiting.tries >= len(REDELIVERY_SECONDS)]
        with self._emulator.store.unit() as db:
            for waiting in batch:
                if delivered:
                    db.execute("DELETE FROM event WHERE n = ?", (waiting.n,))
                else:
                    db.execute("UPDATE event SET tries = tries + 1 WHERE n = ?", (waiting.n,))
            if not delivered:
                db.executemany("UPDATE event SET lost = 1 WHERE n = ?", [(waiting.n,) for waiting in over])
        if over and not delivered:
            log.warning("gave up %s webhook events after %s tries", len(over), over[0].tries + 1)
        with self._changed:
            for waiting in batch:
                self._move_on(waiting, is_over=waiting in over)
            self._changed.notify_all()

    def _move_on(self, waiting: Waiting, *, is_over: bool) -> None:
        line = self._lines[waiting.user_id]
        if is_over:
            line.popleft()
        else:
            waiting.due = time.monotonic() + REDELIVERY_SECONDS[waiting.tries]
            waiting.tries += 1
        if line:
            heapq.heappush(self._heads, line[0])
        else:
            del self._lines[waiting.user_id]

    def post(self, raw: bytes, *, signature: str | None = None, url: str | None = None) -> tuple[int, str]:
        """Send *raw* once and return the status (0 when nothing came back in time) and what went wrong.

        *signature* replaces the right one; '' sends none.
        """
        emulator = self._emulator
        address = url or emulator.store.setting("webhook_endpoint") or ""
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "LineBotWebhook/2.0"}
        sent_signature = self._sign(raw) if signature is None else signature
        if sent_signature:
            headers["x-line-signature"] = sent_signature
        tokens.note_delivery(emulator.store, _reply_tokens(raw), now=emulator.clock.now())
        try:
            answer = self._http.request(
                "POST", emulator.config.loopback(address), body=raw, headers=headers, redirect=False
            )
        except urllib3.exceptions.TimeoutError:
            return 0, "REQUEST_TIMEOUT"
        except urllib3.exceptions.HTTPError:
            return 0, "COULD_NOT_CONNECT"
        return answer.status, "OK" if 200 <= answer.status < 300 else "ERROR_STATUS_CODE"

    def _sign(self, raw: bytes) -> str:
        digest = hmac.digest(self._emulator.config.channel_secret.encode(), raw, "sha256")
        return base64.b64encode(digest).decode()

    def probe(self, endpoint: str) -> dict[str, Any]:
        """What the webhook test endpoint reports: an empty batch is sent and must be answered with 200."""
        raw = json.dumps({"destination": self._emulator.bot_user_id, "events": []}).encode()
        status, reason = self.post(raw, url=endpoint)
        return {
            "success": reason == "OK",
            "timestamp": self._emulator.clock.now().isoformat(timespec="milliseconds"),
            "statusCode": status,
            "reason": reason,
            "detail": str(status) if status else reason.lower(),
        }

    def deliver_raw(self, bodies: list[bytes], *, parallel: int, signature: str) -> list[dict[str, Any]]:
        """Sign and deliver ready-made bodies at once, in order when *parallel* is 1. Nothing is redelivered."""
        for raw in bodies:
            self._get_to_know(raw)
        replaced = {"good": None, "bad": base64.b64encode(bytes(32)).decode(), "none": ""}[signature]
        with ThreadPoolExecutor(parallel) as pool:
            return list(pool.map(lambda raw: self._timed_post(raw, replaced), bodies))

    def _timed_post(self, raw: bytes, signature: str | None) -> dict[str, Any]:
        began = time.monotonic()
        status, _ = self.post(raw, signature=signature)
        return {"status": status, "ms": round((time.monotonic() - began) * 1000, 1)}

    def _get_to_know(self, raw: bytes) -> None:
        """People and reply tokens of a ready-made body become real, so that the application can answer them."""
        store, now = self._emulator.store, self._emulator.clock.now()
        with store.unit():
            for event in _events(raw):
                user_id = _user_id(event)
                if user_id is None:
                    continue
                people.make_known(store, user_id)
                if event.get("type") == "follow":
                    people.set_relation(store, user_id, people.FRIEND)
                elif event.get("type") == "unfollow":
                    people.set_relation(store, user_id, people.BLOCKED)
                elif event.get("type") == "message":
                    people.note_writing(store, user_id, now=now)
                if isinstance(event.get("replyToken"), str):
                    tokens.know_reply_token(store, event["replyToken"], user_id, now=now)


def _events(raw: bytes) -> list[dict[str, Any]]:
    """The events of a body, as far as it has any; a ready-made body may be anything."""
    try:
        events = json.loads(raw)["events"]
    except (ValueError, TypeError, KeyError):
        return []
    return [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []


def _user_id(event: dict[str, Any]) -> str | None:
    source = event.get("source")
    user_id = source.get("userId") if isinstance(source, dict) else None
    return user_id if isinstance(user_id, str) else None


def _reply_tokens(raw: bytes) -> list[str]:
    return [event["replyToken"] for event in _events(raw) if isinstance(event.get("replyToken"), str)]
