"""What steps that send have in common: when, whether the condition is checked again, and the way into the outbox."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine import deliveries, messages, segments, settings
from lstep_lite.engine.actions.registry import Running, Skipped
from lstep_lite.engine.deliveries.claim import why_not
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments import Tree
from lstep_lite.errors import DomainError

SOURCE = "actions"
WHENS = {"now": "すぐに", "after": "しばらくあとに", "at": "決まった時刻に"}
MOST_MINUTES = 30 * 24 * 60
_CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")


def parse_timing(values: Values) -> Data:
    """When to send, as templates/actions/_timing.html posts it. Raises DomainError naming the input."""
    timing = _timing(values)
    return timing | ({"rechecks": values.flag("rechecks")} if timing["when"] != "now" else {})


def when_in_words(data: Data) -> str:
    """As the beginning of a sentence; empty for at once."""
    if data["when"] == "after":
        least, most = data["minutes_from"], data["minutes_to"]
        return f"{least}分後に" if least == most else f"{least}〜{most}分後のどこかで"
    return f"次の{data['time']}に" if data["when"] == "at" else ""


def put(running: Running, data: Data, blocks: Sequence[dict[str, Any]]) -> str:
    """Lay *blocks* into the outbox for the friend of *running*; when they go out, in words (empty for at once).

    Raises Skipped for somebody who can't be reached.
    """
    friend = running.friend
    if (reason := why_not(friend.line_user_id, friend.is_following, friend.is_blocked)) is not None:
        raise Skipped(reason)
    due_at = _due_at(running, data)
    is_now = due_at <= running.now
    deliveries.put(
        running.session,
        friend,
        messages.freeze(running.session, messages.pinned(running.session, blocks, running.pins), now=running.now),
        source=SOURCE,
        label=running.entry.facts["label"],
        dedupe_key=running.key,
        lane=running.lane if is_now else running.later_lane,
        now=running.now,
        due_at=due_at,
        event=running.event if is_now else None,
        cause=running.entry,
        staff_id=running.staff_id,
        tree=None if is_now else _tree(running, data),
        guard=None if is_now else running.guard,
    )
    return _due_in_words(running, due_at)


def _timing(values: Values) -> Data:
    when = values.chosen("when", WHENS, "いつ送るかを選んでください。")
    if when == "after":
        return {"when": when, **_minutes(values)}
    if when == "at":
        if not _CLOCK_TIME.fullmatch(values.one("time")):
            raise DomainError("時刻を入力してください（例：10:00）。", "time")
        return {"when": when, "time": values.one("time").zfill(5)}
    return {"when": when}


def _minutes(values: Values) -> Data:
    least = values.number("minutes_from", "何分後か", least=1, most=MOST_MINUTES)
    if not values.one("minutes_to"):
        return {"minutes_from": least, "minutes_to": least}
    most = values.number("minutes_to", "何分後まで", least=1, most=MOST_MINUTES)
    if most < least:
        raise DomainError("「何分後まで」は、始まりと同じか、それより大きい数字にしてください。", "minutes_to")
    return {"minutes_from": least, "minutes_to": most}


def _due_at(running: Running, data: Data) -> datetime:
    if data["when"] == "after":
        return running.now + timedelta(minutes=_drawn_minutes(running, data))
    if data["when"] == "at":
        return _next(running.now, time.fromisoformat(data["time"]), settings.zone(running.session))
    return running.now


def _drawn_minutes(running: Running, data: Data) -> int:
    """A minute of the range: the same for this friend, step and run whenever it is asked."""
    thing = f"{running.action_set.id}:{running.step_id}"
    sides = data["minutes_to"] - data["minutes_from"] + 1
    lot = running.friend.lot_number
    drawn: int = segments.draw(lot, thing, running.run.occurrence, sides=sides)
    return int(data["minutes_from"]) + drawn


def _next(now: datetime, clock_time: time, zone: ZoneInfo) -> datetime:
    """The next moment at which clocks in *zone* show *clock_time*; now counts."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), clock_time, zone)
    return today if today >= local else datetime.combine(local.date() + timedelta(days=1), clock_time, zone)


def _tree(running: Running, data: Data) -> Tree | None:
    """What the friend must still be when the time comes."""
    if not data["rechecks"] or running.tree is None or segments.is_empty(running.tree):
        return None
    return running.tree | {"occurrence": running.run.occurrence}


def _due_in_words(running: Running, due_at: datetime) -> str:
    if due_at <= running.now:
        return ""
    local = due_at.astimezone(settings.zone(running.session))
    return f"{local.month}月{local.day}日 {local:%H:%M}に送ります。"
