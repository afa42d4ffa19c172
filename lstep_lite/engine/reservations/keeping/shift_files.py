"""Shifts as a file (CSV): written for spreadsheets, read back whole or not at all."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import facts, scenes
from lstep_lite.engine.reservations.availability.days import clock
from lstep_lite.engine.reservations.availability.facts import Hours
from lstep_lite.engine.reservations.availability.opening import Ranges
from lstep_lite.engine.reservations.keeping import providers, shifts, tables
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.engine.text import WEEKDAYS, normalise
from lstep_lite.errors import DomainError
from lstep_lite.models import Provider

HEADINGS = ("日付", "曜日", "担当者", "勤務時間", "休憩")
OFF, PATTERN = "休み", "パターン"
MOST_ROWS = 500
"""They are kept in one unit."""
LONGEST = timedelta(days=730)
RANGE = re.compile(r"(\d{1,2}):?(\d{2})?[-~〜–ー―](\d{1,2}):?(\d{2})?")


def text(ranges: Ranges) -> str:
    """「10:00-14:00 15:00-19:00」"""
    return " ".join(f"{clock(start)}-{clock(end)}" for start, end in ranges)


def lines(month: shifts.Month) -> Iterator[bytes]:
    """The month as it is worked, a line a provider and day."""
    yield tables.BYTE_ORDER
    yield tables.line(HEADINGS)
    for provider, days in month.rows:
        for each in days:
            worked = text(each.hours.ranges) or OFF
            weekday = WEEKDAYS[each.day.weekday()]
            yield tables.line((each.day.isoformat(), weekday, provider.name, worked, text(each.hours.breaks)))


def take(session: Session, content: bytes, *, by: By, now: datetime, anyway: bool = False) -> int:
    """Keep the shifts of a file: how many. Raises DomainError for `file`, naming the line, and WouldNotFit."""
    wanted = _beside_pattern(session, parse(session, content), now)
    shifts.put(session, wanted, by=by, now=now, anyway=anyway)
    return len(wanted)


def _beside_pattern(
    session: Session, wanted: dict[tuple[int, date], Hours | None], now: datetime
) -> dict[tuple[int, date], Hours | None]:
    """Days that are worked as the pattern says go on following it."""
    known = facts.rota(session, min(day for _, day in wanted), max(day for _, day in wanted), now=now)
    people, pattern = {each.id: each for each in known.people}, replace(known, shifts={})
    return {
        (provider_id, day): None if hours == scenes.hours_of(pattern, people[provider_id], day) else hours
        for (provider_id, day), hours in wanted.items()
    }


def parse(session: Session, content: bytes) -> dict[tuple[int, date], Hours | None]:
    """Whose hours on which day; None: as the pattern says."""
    people = {normalise(each.name): each for each in providers.in_order(session)}
    wanted: dict[tuple[int, date], Hours | None] = {}
    for number, cells in enumerate(tables.lines(content)):
        if number == 0 or not any(cells):
            continue
        if number > MOST_ROWS:
            raise DomainError(f"一度に読み込めるのは{MOST_ROWS:,}行までです。月を分けてください。", "file")
        key, hours = _row(people, cells, number + 1)
        wanted[key] = hours
    if not wanted:
        raise DomainError("シフトの行がありません。書き出したCSVと同じ形にしてください。", "file")
    days = [day for _, day in wanted]
    if max(days) - min(days) > LONGEST:
        raise DomainError("一度に読み込めるのは2年分までです。日付を確認してください。", "file")
    return wanted


def _row(people: dict[str, Provider], cells: Sequence[str], number: int) -> tuple[tuple[int, date], Hours | None]:
    day_text, _, name, ranges, breaks = [*cells, "", "", "", "", ""][:5]
    day = tables.day(day_text, number)
    person = people.get(normalise(name))
    if person is None:
        raise DomainError(f"{number}行目：担当者「{name[:30]}」が見つかりません。", "file")
    if ranges == PATTERN:
        return (person.id, day), None
    worked = _ranges(ranges, number)
    hours = Hours(worked, _ranges(breaks, number) if worked else ())
    shifts.check(hours, f"{number}行目", "file")
    return (person.id, day), hours


def _ranges(typed: str, number: int) -> Ranges:
    plain = unicodedata.normalize("NFKC", typed)
    if plain in ("", OFF):
        return ()
    found = [_minutes(match) for match in RANGE.finditer(plain)]
    if not found:
        raise DomainError(f"{number}行目：時間は 10:00-19:00 の形か「{OFF}」にしてください。", "file")
    return tuple(found)


def _minutes(match: re.Match[str]) -> tuple[int, int]:
    from_hour, from_minute, to_hour, to_minute = (int(each or 0) for each in match.groups())
    return from_hour * 60 + from_minute, to_hour * 60 + to_minute
