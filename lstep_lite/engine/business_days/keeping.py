"""Keeping the weekly rest and the days that differ."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.engine import settings
from lstep_lite.engine.business_days.calendar import Calendar, law_name
from lstep_lite.engine.text import WEEKDAYS, storable
from lstep_lite.errors import DomainError
from lstep_lite.models import DayKind, ReservationSettings, Shop, SpecialDay, SpecialHours

YEARS = range(2000, 2100)
"""The years whose days can be set; after them the holidays of the law are a guess."""
LONGEST_NAME = 50


@dataclass(frozen=True)
class WeekDraft:
    closed_weekdays: Collection[int]
    works_on_holidays: bool


@dataclass(frozen=True)
class DayDraft:
    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class ListedDay:
    """One day of the list: a holiday of the law, or what the shop set."""

    day: date
    name: str
    kind: DayKind
    is_ours: bool
    """Whether the shop set it; else it is the law's."""
    is_business_day: bool


def calendar(session: Session) -> Calendar:
    """The shop's calendar; loaded once a unit that has `db.memory`."""
    return remembered(session, ("business_days.calendar",), lambda: _load(session))


def _load(session: Session) -> Calendar:
    own_hours = {day: bool(ranges) for day, ranges in session.execute(select(SpecialHours.day, SpecialHours.ranges))}
    return composed(session, own_hours, session.get(ReservationSettings, 1))


def composed(session: Session, own_hours: Mapping[date, bool], booking: ReservationSettings | None) -> Calendar:
    """The calendar, where the days with hours of their own, and how the shop takes bookings, are known already.

    A weekday without hours is one of rest.
    """
    shop = settings.shop(session)
    special = {each.day: (each.kind, each.name) for each in session.scalars(select(SpecialDay))}
    if shop is None:
        return Calendar(own_hours=own_hours, special=special)
    known = Calendar(frozenset(shop.closed_weekdays), shop.works_on_holidays, own_hours=own_hours, special=special)
    if booking is None:
        return known
    without_hours = {day for day in range(7) if not booking.hours.get(str(day))}
    return replace(
        known,
        closed_weekdays=frozenset(shop.closed_weekdays) | without_hours,
        holiday_policy=booking.holiday_policy,
        monthly_rests=frozenset((rest["weekday"], rest["nth"]) for rest in booking.rests),
    )


def listed(session: Session, year: int) -> list[ListedDay]:
    """The holidays of a year and the days that the shop set in it, in order."""
    known = calendar(session)
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days))
    return [_listed(known, day) for day in days if day in known.special or law_name(day)]


def _listed(known: Calendar, day: date) -> ListedDay:
    kind, _ = known.special.get(day, (DayKind.HOLIDAY, ""))
    return ListedDay(day, known.name(day), kind, day in known.special, known.is_business_day(day))


def update_week(shop: Shop, draft: WeekDraft) -> None:
    """Raises DomainError naming the field."""
    days = sorted(set(draft.closed_weekdays))
    if any(day not in range(7) for day in days):
        raise DomainError("曜日を選び直してください。", "closed_weekdays")
    if len(days) == 7:
        raise DomainError("営業する曜日を1つ以上残してください。", "closed_weekdays")
    shop.closed_weekdays, shop.works_on_holidays = days, draft.works_on_holidays


def put(session: Session, draft: DayDraft) -> None:
    """Set one day, over what was set for it before. Raises DomainError naming the field."""
    name = storable(draft.name).strip()
    if draft.day.year not in YEARS:
        raise DomainError(f"{YEARS[0]}年から{YEARS[-1]}年までの日付を入力してください。", "day")
    if len(name) > LONGEST_NAME:
        raise DomainError(f"名前は{LONGEST_NAME}文字以内で入力してください。", "name")
    session.merge(SpecialDay(day=draft.day, kind=draft.kind, name=name))
    session.flush()  # the same request lists the days


def remove(session: Session, day: date) -> None:
    """The day is again what the calendar says. One that was not set is left as it is."""
    if special := session.get(SpecialDay, day):
        session.delete(special)
        session.flush()  # the same request lists the days


def week_in_words(known: Calendar) -> str:
    """For example 「お休みは毎週月・火曜日と祝日です。」."""
    parts = []
    if known.closed_weekdays:
        parts.append("毎週" + "・".join(WEEKDAYS[day] for day in sorted(known.closed_weekdays)) + "曜日")
    parts += [f"第{number}{WEEKDAYS[day]}曜日" for day, number in sorted(known.monthly_rests) if number > 0]
    parts += [f"最終{WEEKDAYS[day]}曜日" for day, number in sorted(known.monthly_rests) if number < 0]
    if not known.works_on_holidays:
        parts.append("祝日")
    return f"お休みは{'と'.join(parts)}です。" if parts else "毎日営業しています。"
