"""A made-up shop with very many friends and a year of history, written straight into a database."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

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

EACH = 3
"""Messages, deliveries, calls and events of each friend."""
NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
REGULAR = 1
"""The friend with a long history: every fiftieth message and delivery."""


def fill(running: Runtime, size: int) -> None:
    """A shop with *size* friends, a tenth as many other people, and a year of history."""
    open_shop(running, size)
    with running.database.engine.begin() as connection:
        connection.execute(sa.insert(_table(Content)), _contents())
        for model, columns in _history(size).items():
            connection.execute(sa.insert(_table(model)).from_select(list(columns), _rows(columns)))
    settle(running)


def settle(running: Runtime) -> None:
    """What PostgreSQL does by itself sooner or later, and SQLite never."""
    if not running.database.is_sqlite:
        with running.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def open_shop(running: Runtime, size: int) -> None:
    """The shop and its people, to whom nothing has happened yet."""
    Base.metadata.create_all(running.database.engine)
    with running.database.engine.begin() as connection:
        for model, rows in (
            (Staff, [STAFF]),
            (Shop, [SHOP]),
            (Channel, [_channel(running)]),
            (Friend, _friends(size)),
        ):
            connection.execute(sa.insert(_table(model)), rows)


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
