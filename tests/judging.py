"""A plain-Python answer to every condition: nothing is shared with its SQL but the stored facts."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import segments, text
from lstep_lite.engine.segments import Tree
from lstep_lite.models import AnswerState, CountdownState, DeliveryState, EnrolmentState, Friend, TicketState
from tests.factories import NOW
from tests.people import Filled, Person, World

ZONE = ZoneInfo("Asia/Tokyo")


def matching(world: World, tree: Tree) -> set[int]:
    """The ids of the friends for whom the tree holds."""
    return {person.friend.id for person in world.people if tree_holds(world, tree, person)}


def tree_holds(world: World, tree: Tree, person: Person) -> bool:
    every = all(holds(world, row, person) for row in tree["all"])
    return every and (not tree["any"] or any(holds(world, row, person) for row in tree["any"]))


def holds(world: World, row: dict[str, Any], person: Person) -> bool:
    return ANSWERS[row["kind"]](world, row, person)


def _text(key: str) -> Any:
    def answer(_world: World, row: dict[str, Any], person: Person) -> bool:
        held, data = text_of(person.friend, key), row["data"]
        if data["how"] in ("empty", "filled"):
            return (not any(held)) == (data["how"] == "empty")
        found = any(text.normalise(data["text"]) in text.normalise(part) for part in held)
        return found == (data["how"] == "contains")

    return answer


def text_of(friend: Friend, key: str) -> list[str]:
    if key == "memo":
        return [friend.memo]
    return [name or "" for name in (friend.display_name, friend.system_name, friend.real_name, friend.kana)]


def _days(column: str) -> Any:
    def answer(_world: World, row: dict[str, Any], person: Person) -> bool:
        moment, data = getattr(person.friend, column), row["data"]
        if moment is None or data["how"] == "never":
            return moment is None and data["how"] == "never"
        day, today = _day(moment), _day(NOW)
        if data["how"] == "between":
            return (data["from"] or "") <= day.isoformat() <= (data["to"] or "9999")
        return ((today - day).days <= data["days"]) == (data["how"] == "within")

    return answer


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def _tag(world: World, row: dict[str, Any], person: Person) -> bool:
    asked = set(row["data"]["tag_ids"])
    if not asked <= set(world.tags):
        return False
    has_any, has_all = bool(asked & person.tags), asked <= person.tags
    return {"any": has_any, "all": has_all, "none": not has_any, "not_all": not has_all}[row["data"]["how"]]


def _mark(_world: World, row: dict[str, Any], person: Person) -> bool:
    data, mark_id = row["data"], person.friend.mark_id
    if data["how"] == "unset":
        return mark_id is None
    return (mark_id in data["mark_ids"]) == (data["how"] == "any")


def _score(world: World, row: dict[str, Any], person: Person) -> bool:
    data = row["data"]
    if data["score_id"] not in world.scores:
        return False
    points = person.totals.get(data["score_id"], (0, 0))[data["basis"] == "recent"]
    return (data["least"] is None or points >= data["least"]) and (data["most"] is None or points <= data["most"])


def _coupon(world: World, row: dict[str, Any], person: Person) -> bool:
    data = row["data"]
    if data["coupon_id"] not in world.coupons:
        return False
    if data["coupon_id"] not in person.tickets:
        return data["how"] == "none"
    state, uses, end = person.tickets[data["coupon_id"]]
    is_lost, is_unused = state is TicketState.LOST, state is TicketState.HELD and uses == 0
    return {
        "obtained": not is_lost,
        "none": is_lost,
        "lost": is_lost,
        "used": uses > 0,
        "unused": is_unused and (end is None or end > NOW),
        "expiring": is_unused and end is not None and NOW < end <= NOW + timedelta(days=data.get("days", 0)),
    }[data["how"]]


def _broadcast(world: World, row: dict[str, Any], person: Person) -> bool:
    """The second broadcast is the first one sent again."""
    data, state = row["data"], person.got.get(row["data"]["broadcast_id"])
    if data["broadcast_id"] not in world.broadcasts:
        return False
    has_it_by_now = person.got.get(world.broadcasts[1]) is DeliveryState.SENT
    return {
        "sent": state is DeliveryState.SENT,
        "not_sent": state is not DeliveryState.SENT,
        "failed": state is DeliveryState.FAILED and not has_it_by_now,
        "failed_or_unknown": state in (DeliveryState.FAILED, DeliveryState.UNKNOWN) and not has_it_by_now,
    }[data["how"]]


def _tap(world: World, row: dict[str, Any], person: Person) -> bool:
    data = row["data"]
    known = [tap for tap in world.taps if tap.owner_id == data["owner_id"] and data["code"] in ("", tap.code)]
    state = AnswerState.TAKEN if data["how"] == "none" else AnswerState(data["how"])
    first = _day(NOW) - timedelta(days=9999 if data["days"] is None else data["days"])
    found = [tap for tap, each, at in person.answers if tap in known and each is state and _day(at) >= first]
    return bool(known) and (len(found) >= data.get("times", 1)) != (data["how"] == "none")


def _survey(world: World, row: dict[str, Any], person: Person) -> bool:
    data = row["data"]
    if data["survey_id"] != world.survey_id:
        return False
    return any(_is_such(data, filled) for filled in person.filled) == (data["how"] == "answered")


def _is_such(data: dict[str, Any], filled: Filled) -> bool:
    if data["days"] is not None and (_day(NOW) - _day(filled.at)).days > data["days"]:
        return False
    if data["question"] in ("", "result"):
        is_result = not data["question"] or filled.result == data["choice"]
        said = not data["text"] or any(_says(data, words) for _, _, words, _ in filled.picks)
        return is_result and said and _between(filled.score, data["least"], data["most"])
    return any(_is_picked(data, pick) for pick in filled.picks)


def _is_picked(data: dict[str, Any], pick: tuple[str, str, str, int | None]) -> bool:
    question, choice, words, number = pick
    if question != data["question"] or (data["choice"] and choice != data["choice"]) or not _says(data, words):
        return False
    if number is None:
        return data["least"] is None and data["most"] is None
    return _between(number, data["least"], data["most"])


def _says(data: dict[str, Any], words: str) -> bool:
    return text.normalise(data["text"]) in text.normalise(words)


def _reminder(world: World, row: dict[str, Any], person: Person) -> bool:
    data, (state, goal_at) = row["data"], person.goals.get(row["data"]["reminder_id"], (None, NOW))
    if data["reminder_id"] not in world.reminders:
        return False
    has_goal = state is CountdownState.ACTIVE
    return {
        "has": has_goal,
        "within": has_goal and NOW <= goal_at <= NOW + timedelta(days=data.get("days", 0)),
        "none": not has_goal,
        "never": state is None,
    }[data["how"]]


def _scenario(world: World, row: dict[str, Any], person: Person) -> bool:
    data, (state, next_code) = row["data"], person.ways.get(row["data"]["scenario_id"], (None, None))
    if data["scenario_id"] not in world.scenarios:
        return False
    is_active = state is EnrolmentState.ACTIVE
    return {
        "active": is_active,
        "waiting": is_active and next_code == data.get("code"),
        "finished": state is EnrolmentState.FINISHED,
        "ever": state is not None,
        "inactive": not is_active,
        "never": state is None,
    }[data["how"]]


def _field(_world: World, row: dict[str, Any], person: Person) -> bool:
    how, typed = row["data"]["how"], row["data"]["typed"]
    held = person.values.get(row["data"]["target"])
    if how in ("empty", "filled"):
        return (held is None) == (how == "empty")
    if held is None:
        return how in ("lacks", "none")
    return FIELD_ANSWERS[how](held, typed)


def _between(held: Any, least: Any, most: Any) -> bool:
    return (least is None or held >= least) and (most is None or held <= most)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


FIELD_ANSWERS: dict[str, Any] = {
    "equals": lambda held, typed: text.normalise(held) == text.normalise(typed["text"]),
    "contains": lambda held, typed: text.normalise(typed["text"]) in text.normalise(held),
    "lacks": lambda held, typed: text.normalise(typed["text"]) not in text.normalise(held),
    "between": lambda held, typed: _between(held, _number(typed["least"]), _number(typed["most"])),
    "period": lambda held, typed: _between(held.isoformat(), typed["first"], typed["last"]),
    "next_days": lambda held, typed: 0 <= (held - _day(NOW)).days <= typed["days"],
    "past_days": lambda held, typed: 0 <= (_day(NOW) - held).days <= typed["days"],
    "month": lambda held, _typed: held.month == _day(NOW).month,
    "same_day": lambda held, _typed: (held.month, held.day) == (_day(NOW).month, _day(NOW).day),
    "any": lambda held, typed: bool(held & set(typed["option_ids"])),
    "all": lambda held, typed: set(typed["option_ids"]) <= held,
    "none": lambda held, typed: not held & set(typed["option_ids"]),
}


def _scope(is_one: Any) -> Any:
    def answer(_world: World, row: dict[str, Any], person: Person) -> bool:
        return {"yes": True, "only": is_one(person.friend), "no": not is_one(person.friend)}[row["data"]["shown"]]

    return answer


def has_left(friend: Friend) -> bool:
    return friend.line_user_id is not None and not friend.is_following


def _percent(_world: World, row: dict[str, Any], person: Person) -> bool:
    return segments.draw(person.friend.lot_number, row["id"], "", sides=100) < row["data"]["percent"]


def _rich_menu(world: World, row: dict[str, Any], person: Person) -> bool:
    data, friend, (menu_id, code) = row["data"], person.friend, person.menu
    if data["menu_id"] not in world.menus:
        return False
    default, special, _ = world.menus
    can_see = friend.line_user_id is not None and friend.is_following and not friend.is_blocked
    shown = can_see and data["menu_id"] == (special if menu_id == special else default)
    first = next(iter(world.menu_tabs))
    on_tab = data.get("code") in world.menu_tabs and data["menu_id"] == default and (code or first) == data["code"]
    return {"shown": shown, "not_shown": not shown, "tab": shown and on_tab}[data["how"]]


def _saved(world: World, row: dict[str, Any], person: Person) -> bool:
    tree = world.segments.get(row["data"]["segment_id"])
    return tree is not None and tree_holds(world, tree, person)


def _reservation(world: World, row: dict[str, Any], person: Person) -> bool:
    data = row["data"]
    if data["what"] and int(data["what"].partition(":")[2]) not in world.courses:
        return False
    mine = [each for each in person.bookings if data["what"] in ("", f"courses:{each[2]}")]
    how, days = data["how"], data["days"] or 0
    if how.startswith("not_"):
        return not any(_is_such_booking(how.removeprefix("not_"), 0, *each[:2]) for each in mine)
    return any(_is_such_booking(how, days, *each[:2]) for each in mine)


def _is_such_booking(how: str, days: int, state: str, starts_at: datetime) -> bool:
    is_ahead = state in ("requested", "confirmed", "checked_in") and starts_at > NOW
    distance = (_day(starts_at) - _day(NOW)).days
    return {
        "ahead": is_ahead,
        "within": is_ahead and distance <= days,
        "requested": state == "requested",
        "visited": state == "completed",
        "visited_within": state == "completed" and distance >= -days,
        "no_show": state == "no_show",
    }[how]


def _visits(_world: World, row: dict[str, Any], person: Person) -> bool:
    data = row["data"]
    return _between(getattr(person.customer, data["what"], 0), data["least"], data["most"])


def _last_visit(world: World, row: dict[str, Any], person: Person) -> bool:
    at = person.customer.last_visit_at if person.customer else None
    return bool(_days("last_reaction_at")(world, row, Person(Friend(last_reaction_at=at))))


def _next_visit(_world: World, row: dict[str, Any], person: Person) -> bool:
    due = person.customer.next_due_on if person.customer else None
    if due is None or row["data"]["how"] == "none":
        return due is None and row["data"]["how"] == "none"
    distance = (due - _day(NOW)).days
    return 0 <= distance <= row["data"]["days"] if row["data"]["how"] == "soon" else -distance >= row["data"]["days"]


def _ticket_book(_world: World, row: dict[str, Any], person: Person) -> bool:
    how, number = row["data"]["how"], row["data"]["number"]
    good = [(left, end) for left, end in person.books if left and (end is None or end >= _day(NOW))]
    if how == "none" or not good:
        return how == "none" and not good
    total = sum(left for left, _ in good)
    is_ending = any(end is not None and (end - _day(NOW)).days <= number for _, end in good)
    return {"least": total >= (number or 0), "most": total <= (number or 0), "ending": is_ending}[how]


ANSWERS: dict[str, Any] = {
    "name": _text("name"),
    "memo": _text("memo"),
    "added": _days("followed_at"),
    "last_message": _days("last_message_at"),
    "last_reaction": _days("last_reaction_at"),
    "tag": _tag,
    "mark": _mark,
    "score": _score,
    "coupon": _coupon,
    "broadcast": _broadcast,
    "survey": _survey,
    "tap": _tap,
    "reminder": _reminder,
    "scenario": _scenario,
    "rich_menu": _rich_menu,
    "field": _field,
    "reservation": _reservation,
    "visits": _visits,
    "last_visit": _last_visit,
    "next_visit": _next_visit,
    "ticket_book": _ticket_book,
    "user_block": _scope(has_left),
    "shelved": _scope(lambda friend: friend.is_hidden or friend.is_blocked),
    "without_line": _scope(lambda friend: friend.line_user_id is None),
    "percent": _percent,
    "picked": lambda _world, row, person: person.friend.id in row["data"]["friend_ids"],
    "saved": _saved,
}


def asked(session: Session, condition: sa.ColumnElement[bool]) -> set[int]:
    """The ids of the friends for whom SQL says yes."""
    return set(session.scalars(sa.select(Friend.id).where(condition)))
