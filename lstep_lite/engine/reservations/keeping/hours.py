"""Opening hours: of the weekdays and holidays, the rests, and single days that differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import settings as shop_settings
from lstep_lite.engine.reservations.availability import facts, opening, scenes
from lstep_lite.engine.reservations.availability.days import span
from lstep_lite.engine.reservations.availability.opening import HOLIDAY, WEEKDAY_KEYS, Ranges
from lstep_lite.engine.reservations.keeping import saving, words
from lstep_lite.engine.reservations.keeping import settings as settings_
from lstep_lite.engine.reservations.transitions.recording import By
from lstep_lite.errors import DomainError
from lstep_lite.models import HolidayPolicy, ReservationSettings, Shop, SpecialHours

LONGEST_NOTE = 50
NTHS = (1, 2, 3, 4, 5, -1)
LOOKED_AT = 60
"""Days in which a day without anybody at work is pointed out."""


class Holidays(StrEnum):
    """What the shop does on public holidays."""

    AS_WEEKDAY = "as_weekday"
    CLOSED = "closed"
    OPEN = "open"
    OPEN_THEN_SHIFT = "open_then_shift"


@dataclass(frozen=True)
class WeekDraft:
    hours: Mapping[str, Ranges]
    """By weekday "0" (Monday) … "6", and "holiday"."""
    closed_weekdays: Sequence[int]
    """Their hours are kept for later."""
    holidays: Holidays
    rests: Sequence[tuple[int, int]] = ()
    """(weekday, n): every month on its n-th; -1 for the last."""


@dataclass(frozen=True)
class DayDraft:
    """One date with hours of its own; none: shut."""

    day: date
    ranges: Ranges
    note: str = ""


def shop(session: Session) -> Shop:
    found = shop_settings.shop(session)
    if found is None:
        raise DomainError("先にお店の設定をしてください。")
    return found


def holidays(settings: ReservationSettings, shop: Shop) -> Holidays:
    if not shop.works_on_holidays:
        return Holidays.CLOSED
    is_shut = settings.holiday_policy is HolidayPolicy.CLOSED  # until 「祝日も営業する」 was switched on elsewhere
    return Holidays.AS_WEEKDAY if is_shut else Holidays(settings.holiday_policy.value)


def update_week(session: Session, draft: WeekDraft, *, by: By, now: datetime, anyway: bool = False) -> None:
    """Raises DomainError naming the field, and WouldNotFit."""
    _check_week(draft)
    with saving.fitting(session, by=by, now=now, anyway=anyway) as settings:
        own = shop(session)
        settings.hours = {key: [list(each) for each in ranges] for key, ranges in draft.hours.items() if ranges}
        settings.rests = [{"weekday": weekday, "nth": nth} for weekday, nth in dict.fromkeys(draft.rests)]
        works = draft.holidays is not Holidays.CLOSED
        settings.holiday_policy = HolidayPolicy(draft.holidays.value)
        own.closed_weekdays, own.works_on_holidays = sorted(set(draft.closed_weekdays)), works
        session.flush()
        _check_special(session)


def _check_week(draft: WeekDraft) -> None:
    opens = [key for key in WEEKDAY_KEYS if int(key) not in draft.closed_weekdays]
    if not opens:
        raise DomainError("営業する曜日を1つ以上残してください。", "hours")
    for key in opens:
        if not draft.hours.get(key):
            words_ = f"{opening.key_in_words(key)}の営業時間を入力するか、「定休日」にチェックを入れてください。"
            raise DomainError(words_, "hours")
    works_longer = draft.holidays in (Holidays.OPEN, Holidays.OPEN_THEN_SHIFT)
    shown = {*opens, HOLIDAY} if works_longer else {*opens}
    opening.check_week({key: ranges for key, ranges in draft.hours.items() if key in shown}, "hours")
    if any(weekday not in range(7) or nth not in NTHS for weekday, nth in draft.rests):
        raise DomainError("毎月のお休みを選び直してください。", "rests")


def _check_special(session: Session) -> None:
    known = opening.load(session)
    opening.check_around(known, list(known.special), "hours")


def around(session: Session, change: Callable[[], None], *, by: By, now: datetime) -> None:
    """*change* the business days of the shop: as any change of hours, where bookings are taken."""
    if settings_.find(session) is None:
        change()
        return
    with saving.fitting(session, by=by, now=now, anyway=True):
        change()


# Days that differ ----------------------------------------------------------------------------------------------------


def special_days(session: Session, *, since: date) -> Sequence[SpecialHours]:
    query = sa.select(SpecialHours).where(SpecialHours.day >= since).order_by(SpecialHours.day)
    return session.scalars(query).all()


def put_day(session: Session, draft: DayDraft, *, by: By, now: datetime, anyway: bool = False) -> None:
    """Over what was set for the day before. Raises DomainError naming the field, and WouldNotFit."""
    note = words.told(draft.note, LONGEST_NOTE, "note")
    opening.check_ranges(draft.ranges, "ranges")
    with saving.fitting(session, by=by, now=now, anyway=anyway):
        session.merge(SpecialHours(day=draft.day, ranges=[list(each) for each in draft.ranges], note=note))
        session.flush()  # the days around it are looked at
        opening.check_around(opening.load(session), [draft.day], "ranges")


def remove_day(session: Session, day: date, *, by: By, now: datetime) -> None:
    """The day is again what weekday and holidays say; bookings that then don't fit are flagged."""
    with saving.fitting(session, by=by, now=now, anyway=True):
        session.execute(sa.delete(SpecialHours).where(SpecialHours.day == day))


# What to look at -----------------------------------------------------------------------------------------------------


def unmanned(session: Session, *, today: date, now: datetime, days: int = LOOKED_AT) -> list[date]:
    """The business days from *today* on which nobody is at work, though bookings need somebody."""
    known = facts.rota(session, today, today + timedelta(days=days), now=now)
    return [
        day
        for day in span(known.first, known.last)
        if known.opening.ranges(day) and not any(scenes.hours_of(known, each, day).ranges for each in known.people)
    ]
