"""When a step may go out: a shop's quiet hours, and a window of weekdays and hours. Pure, but for `rules` and `check`.

A range of hours begins and ends on the shop's clock and may pass midnight; it belongs to the day on which it begins. It
holds its beginning, not its end. What may not go out waits for the next moment that it may, so that two steps never
change their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lstep_lite.engine import business_days, sending_rules, settings
from lstep_lite.engine.business_days import Calendar
from lstep_lite.engine.text import WEEKDAYS
from lstep_lite.errors import DomainError

LONGEST_WAIT = 400
"""Days. What no day within them allows does not wait for its window."""
ONE_DAY = timedelta(days=1)
NEVER = "この曜日と時間帯では、いつまでも送れません。お店の定休日や、送らない時間帯（配信のきまり）も確かめてください。"


class Holidays(StrEnum):
    """What a window does on public holidays and whenever the shop is closed."""

    SEND = "send"
    NEXT_BUSINESS_DAY = "next_business_day"


@dataclass(frozen=True)
class Window:
    """For example 「平日 12:00〜13:00のみ、祝日は翌営業日」."""

    weekdays: tuple[int, ...]
    """Monday = 0 … Sunday = 6; empty means every day."""
    starts_at: str
    """Clock time "HH:MM"."""
    ends_at: str
    """Clock time; before `starts_at` it means the next morning."""
    holidays: Holidays = Holidays.SEND

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Window":
        return cls(tuple(stored["weekdays"]), stored["starts_at"], stored["ends_at"], Holidays(stored["holidays"]))

    def to_json(self) -> dict[str, Any]:
        return {
            "weekdays": list(self.weekdays),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "holidays": self.holidays.value,
        }


@dataclass(frozen=True)
class Rules:
    """All that decides whether a moment is allowed."""

    zone: ZoneInfo
    calendar: Calendar
    window: Window | None = None
    quiet: tuple[str, str] | None = None
    """The clock times between which nothing goes out."""


def rules(session: Session, *, window: dict[str, Any] | None, is_quiet: bool) -> Rules:
    """The rules for what has the stored *window*, and keeps the shop's quiet hours or not."""
    shop = sending_rules.rules(session)
    quiet = (shop.quiet_from, shop.quiet_to) if is_quiet and shop.quiet_from and shop.quiet_to else None
    return Rules(
        settings.zone(session), business_days.calendar(session), Window.from_json(window) if window else None, quiet
    )


def check(session: Session, window: dict[str, Any] | None, *, is_quiet: bool, now: datetime) -> None:
    """Raises DomainError for a window in which nothing could ever go out."""
    if window is None:
        return
    if window["starts_at"] == window["ends_at"]:
        raise DomainError("時間帯の始まりと終わりは、別の時刻にしてください。", "window")
    if _first(now, rules(session, window=window, is_quiet=is_quiet)) is None:
        raise DomainError(NEVER, "window")


def allowed(moment: datetime, rules: Rules) -> datetime:
    """The first moment at or after *moment* at which the rules let something go out.

    Where no day within LONGEST_WAIT has one, only the quiet hours are kept: never is worse than at an odd hour.
    """
    return _first(moment, rules) or _after_quiet(moment, rules)


def _first(moment: datetime, rules: Rules) -> datetime | None:
    if rules.window is None:
        return _after_quiet(moment, rules)
    for start, end in _open_spans(moment, rules, rules.window):
        found = _after_quiet(max(moment, start), rules)
        if found < end:
            return found
    return None


def _open_spans(moment: datetime, rules: Rules, window: Window) -> Iterator[tuple[datetime, datetime]]:
    """The window's spans that are not over by *moment*, in order. That of the day before may pass midnight."""
    today = moment.astimezone(rules.zone).date()
    for number in range(-1, LONGEST_WAIT + 1):
        day = today + number * ONE_DAY
        if _is_day(day, rules.calendar, window):
            start, end = _span(day, window.starts_at, window.ends_at, rules.zone)
            if moment < end:
                yield start, end


def _is_day(day: date, calendar: Calendar, window: Window) -> bool:
    if window.weekdays and day.weekday() not in window.weekdays:
        return False
    return window.holidays is Holidays.SEND or calendar.is_business_day(day)


def _after_quiet(moment: datetime, rules: Rules) -> datetime:
    """*moment*, or the end of the quiet hours it falls into."""
    if rules.quiet is None:
        return moment
    today = moment.astimezone(rules.zone).date()
    for day in (today - ONE_DAY, today):
        start, end = _span(day, *rules.quiet, rules.zone)
        if start <= moment < end:
            moment = end
    return moment


def _span(day: date, starts_at: str, ends_at: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last_day = day if starts_at < ends_at else day + ONE_DAY
    return on_clock(day, starts_at, zone), on_clock(last_day, ends_at, zone)


def on_clock(day: date, at_time: str, zone: ZoneInfo) -> datetime:
    """That clock time of that day, in UTC. One that the clocks skip when summer time begins is taken as much later as
    they skip, mostly an hour; one that comes twice is taken the first time.
    """
    return datetime.combine(day, time.fromisoformat(at_time), tzinfo=zone).astimezone(UTC)


def in_words(stored: dict[str, Any] | None) -> str:
    """A stored window, for example 「平日 12:00〜13:00のみ、祝日と定休日は翌営業日」; None means at any time."""
    if stored is None:
        return "いつでも"
    window = Window.from_json(stored)
    next_day = "" if window.starts_at < window.ends_at else "翌"
    hours = f"{_days_in_words(window.weekdays)} {window.starts_at}〜{next_day}{window.ends_at}のみ"
    return hours if window.holidays is Holidays.SEND else f"{hours}、祝日と定休日は翌営業日"


def _days_in_words(weekdays: tuple[int, ...]) -> str:
    known = {(): "毎日", (0, 1, 2, 3, 4, 5, 6): "毎日", (0, 1, 2, 3, 4): "平日", (5, 6): "土日"}
    days = tuple(sorted(set(weekdays)))
    return known.get(days) or "・".join(WEEKDAYS[day] for day in days) + "曜日"
