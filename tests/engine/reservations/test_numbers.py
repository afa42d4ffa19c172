"""Numbers: whatever was booked, they say what a slow recount in plain Python says."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations import numbers
from lstep_lite.engine.reservations.numbers import coming, returning
from lstep_lite.engine.reservations.numbers.scopes import KEPT, WORKED, Scope
from lstep_lite.engine.reservations.transitions import counting
from lstep_lite.models import (
    BookedBy,
    CancelledBy,
    Provider,
    Reservation,
    ReservationLine,
    ReservationSegment,
    ReservationState,
    Shift,
)
from tests.engine.reservations.brute import TOKYO
from tests.engine.reservations.salon import Salon, a_salon, at, kept
from tests.factories import NOW, a_friend

State = ReservationState
FIRST, LAST = date(2025, 9, 1), date(2026, 2, 28)
FEBRUARY = Scope(date(2026, 2, 1), LAST)


@pytest.fixture
def salon(session: Session) -> Salon:
    return a_salon(session)


def a_booking(session: Session, friend_id: int, day: date, minute: int, **over: Any) -> Reservation:
    """As it stands in the rows; the lines are (course id or None, option id or None, price)."""
    lines, segments = over.pop("lines", ()), over.pop("segments", ((0, 60, "work"),))
    starts_at = at(day, minute)
    number = len(session.identity_map) * 10_000 + random.Random(str((friend_id, day, minute))).randrange(10_000)
    values: dict[str, Any] = {
        "code": f"c{friend_id}-{day}-{minute}-{number}",
        "number": f"R-{friend_id}-{day}-{minute}-{number}",
        "state": State.COMPLETED,
        "friend_id": friend_id,
        "booked_by": BookedBy.LINE,
        "business_date": day,
        "start_minute": minute,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=segments[-1][1]),
        "created_at": starts_at - timedelta(days=2),
        "updated_at": NOW,
    }
    made = Reservation(**values | over)
    made.lines = [
        ReservationLine(position=place, course_id=course, option_id=option, name="名前", minutes=60, price=price)
        for place, (course, option, price) in enumerate(lines)
    ]
    made.segments = [
        ReservationSegment(
            position=place,
            kind=kind,
            starts_at=starts_at + timedelta(minutes=begins),
            ends_at=starts_at + timedelta(minutes=ends),
            provider_id=made.provider_id,
        )
        for place, (begins, ends, kind) in enumerate(segments)
    ]
    return kept(session, made)


def many(session: Session, salon: Salon, dice: random.Random) -> list[Reservation]:
    friends = [a_friend(session).id for _ in range(12)]
    found = []
    for _ in range(160):
        lines: list[tuple[int | None, int | None, int | None]] = [(salon.cut, None, dice.choice([5500, 0]))]
        if dice.random() < 0.5:
            lines += [(salon.color, None, 8800), (None, salon.treatment, None)]
        state = dice.choice([State.COMPLETED] * 5 + list(State))
        found.append(
            a_booking(
                session,
                dice.choice(friends),
                FIRST + timedelta(days=dice.randrange((LAST - FIRST).days + 20)),
                dice.randrange(600, 1530, 5),
                state=state,
                lines=lines,
                segments=dice.choice([((0, 60, "work"),), ((0, 30, "work"), (30, 75, "proc"), (75, 105, "work"))]),
                provider_id=dice.choice([salon.sato, salon.suzuki, None]),
                is_nominated=dice.random() < 0.4,
                booked_by=dice.choice(list(BookedBy)),
                amount=dice.choice([None, 0, 5500, 10_001]) if state is State.COMPLETED else None,
                page_id=dice.choice([None, salon.page_id]),
                cancelled_by=dice.choice(list(CancelledBy)) if state is State.CANCELLED else None,
                is_late=state is State.CANCELLED and dice.random() < 0.5,
                reason=dice.choice(["", "体調不良"]),
                created_at=NOW - timedelta(hours=dice.randrange(4000), minutes=dice.randrange(60)),
            )
        )
    for friend_id in friends:
        counting.recount(session, friend_id)
    session.flush()
    return found


def scopes(salon: Salon) -> list[Scope]:
    return [
        FEBRUARY,
        Scope(FIRST, LAST),
        Scope(FIRST, LAST, provider_id=salon.sato),
        Scope(FIRST, LAST, course_id=salon.color),
        Scope(FIRST, LAST, provider_id=salon.suzuki, page_id=salon.page_id),
    ]


def in_scope(row: Reservation, scope: Scope, *, any_day: bool = False) -> bool:
    return (
        (any_day or scope.first <= row.business_date <= scope.last)
        and (scope.provider_id is None or row.provider_id == scope.provider_id)
        and (scope.page_id is None or row.page_id == scope.page_id)
        and (scope.course_id is None or any(line.course_id == scope.course_id for line in row.lines))
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_equal_a_slow_recount(session: Session, salon: Salon, seed: int) -> None:
    rows = many(session, salon, random.Random(seed))
    for scope in scopes(salon):
        found = numbers.of(session, scope, now=NOW)
        mine = [row for row in rows if in_scope(row, scope)]
        check_coming(found, mine)
        check_working(found, mine)
        check_earning(found, mine)
        assert counts(found.cohorts) == cohorts_of(rows, scope)


def check_coming(found: numbers.Report, mine: list[Reservation]) -> None:
    stand = [row for row in mine if row.state in KEPT]
    led = [max(0, int((row.starts_at - row.created_at).total_seconds() // 3600)) for row in stand if came_ahead(row)]
    with_provider = [row for row in stand if row.provider_id]
    late = sum(row.state is State.CANCELLED and row.is_late for row in mine)
    assert found.coming.kept == len(stand)
    assert Counter(found.coming.weekdays) == Counter(row.business_date.weekday() for row in stand)
    assert Counter(found.coming.ways) == Counter(row.booked_by for row in stand)
    assert found.coming.with_provider == len(with_provider)
    assert found.coming.nominated == sum(row.is_nominated for row in with_provider)
    assert found.coming.late == late
    assert found.coming.unpriced == sum(row.state is State.COMPLETED and row.amount is None for row in mine)
    assert found.coming.lead == (sorted(led)[(len(led) - 1) // 2] + sorted(led)[len(led) // 2]) / 2 if led else True
    assert sum(found.coming.lead_steps) == len(led)
    cancelled = [row for row in mine if row.state is State.CANCELLED and row.cancelled_by is not CancelledBy.WITHDRAWN]
    assert sum(each.count for each in found.coming.cancelled) == len(cancelled)


def came_ahead(row: Reservation) -> bool:
    return row.booked_by is not BookedBy.WALK_IN


def check_working(found: numbers.Report, mine: list[Reservation]) -> None:
    days: Counter[date] = Counter()
    hours: Counter[tuple[int, int]] = Counter()
    for row in mine:
        for part in row.segments if row.state in WORKED else ():
            if part.kind != "work" or part.provider_id is None:
                continue
            start = row.start_minute + int((part.starts_at - row.starts_at).total_seconds()) // 60
            for minute in range(start, start + int((part.ends_at - part.starts_at).total_seconds()) // 60):
                days[row.business_date] += 1
                hours[row.business_date.weekday(), minute // 60] += 1
    assert {day: load.worked for day, load in found.working.days.items() if load.worked} == dict(days)
    assert {place: load.worked for place, load in found.working.hours.items() if load.worked} == dict(hours)
    assert found.working.total.worked == sum(days.values())


def check_earning(found: numbers.Report, mine: list[Reservation]) -> None:
    paid = [row for row in mine if row.state is State.COMPLETED and row.amount is not None]
    by_provider: Counter[int | None] = Counter()
    by_menu: dict[tuple[int | None, int | None], float] = defaultdict(float)
    for row in paid:
        by_provider[row.provider_id] += row.amount or 0
        whole = sum(line.price or 0 for line in row.lines)
        for line in row.lines:
            part = (line.price or 0) / whole if whole else 1 / len(row.lines)
            by_menu[line.course_id, line.option_id] += (row.amount or 0) * part
    assert {each.owner_id: each.amount for each in found.providers} == dict(by_provider)
    assert sum(each.visits for each in found.providers) == len(paid)
    assert sorted(each.amount for each in found.menu) == pytest.approx(sorted(by_menu.values()), abs=0.51)


def counts(found: Any) -> dict[date, tuple[int, int]]:
    return {each.month: (each.newcomers, each.returned) for each in found if each.newcomers}


def cohorts_of(rows: list[Reservation], scope: Scope) -> dict[date, tuple[int, int]]:
    """Months that are over for 90 days, the last twelve of them."""
    found: dict[date, tuple[int, int]] = {}
    for friend_id in {row.friend_id for row in rows}:
        visits = sorted(
            (row for row in rows if row.friend_id == friend_id and row.state is State.COMPLETED),
            key=lambda row: row.starts_at,
        )
        if not visits or not any(
            in_scope(row, scope, any_day=True) for row in visits if row.starts_at == visits[0].starts_at
        ):
            continue
        month = visits[0].starts_at.astimezone(TOKYO).date().replace(day=1)
        over = returning.following(month) + timedelta(days=90)
        if over > NOW.astimezone(TOKYO).date() or month > scope.last:
            continue
        again = any(timedelta() < row.starts_at - visits[0].starts_at <= timedelta(days=90) for row in visits)
        newcomers, returned = found.get(month, (0, 0))
        found[month] = (newcomers + 1, returned + again)
    return found


def test_shifts_count_without_breaks_and_only_while_the_shop_is_open(session: Session, salon: Salon) -> None:
    monday, tuesday = date(2026, 2, 2), date(2026, 2, 3)
    shift = Shift(provider_id=salon.sato, day=monday, ranges=[[540, 1200]], breaks=[[780, 840]], updated_at=NOW)
    kept(session, shift)  # the shop opens 10:00-19:00
    kept(session, Shift(provider_id=salon.suzuki, day=tuesday, ranges=[], updated_at=NOW))
    session.get_one(Provider, salon.suzuki).retires_on = date(2026, 2, 4)
    session.flush()
    found = numbers.of(session, FEBRUARY, now=NOW).working
    assert found.days[monday].shift == 480 + 540
    assert found.days[tuesday].shift == 540  # 佐藤 alone: 鈴木 is off
    assert found.days[date(2026, 2, 4)].shift == 540  # 鈴木 has left
    assert found.hours[0, 13].shift == 3 * 60 + 60  # 佐藤 on three Mondays, and once 鈴木; the break is left out


def test_a_repeat_counts_when_it_is_within_90_days(session: Session, salon: Salon) -> None:
    for days in (90, 91):
        friend_id = a_friend(session).id
        a_booking(session, friend_id, date(2025, 9, 10), 600)
        a_booking(session, friend_id, date(2025, 9, 10) + timedelta(days=days), 600)
        counting.recount(session, friend_id)
    session.flush()
    cohort = numbers.of(session, FEBRUARY, now=NOW).cohorts[0]
    assert (cohort.month, cohort.newcomers, cohort.returned) == (date(2025, 9, 1), 2, 1)


def test_a_month_is_shown_once_everybody_had_90_days_to_come_again(session: Session, salon: Salon) -> None:
    friend_id = a_friend(session).id
    a_booking(session, friend_id, date(2025, 12, 1), 600)
    counting.recount(session, friend_id)
    session.flush()
    last_day = datetime.combine(date(2026, 4, 1), time(12), TOKYO)  # December is over for 90 days on 1 April

    def shown(now: datetime) -> list[date]:
        return [each.month for each in numbers.of(session, Scope(FIRST, date(2026, 4, 30)), now=now).cohorts]

    assert date(2025, 12, 1) not in shown(last_day - timedelta(days=1)) and date(2025, 12, 1) in shown(last_day)


def test_the_median_is_the_middle_or_the_mean_of_two() -> None:
    assert coming.median({}) is None
    assert coming.median({3: 1}) == 3
    assert coming.median({1: 2, 10: 2}) == 5.5
