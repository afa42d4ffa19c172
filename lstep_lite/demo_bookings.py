"""The demo salon's bookings: months of visits, a busy day, and what waits for the desk. Demo mode only.

What is past is written as rows, as if it had been booked then. What is to come goes the way of real bookings, quietly:
nobody in the pretended LINE is written to because of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.friends import FriendDraft, editing
from lstep_lite.engine.reservations import CUSTOMER, Refused, by_staff
from lstep_lite.engine.reservations.availability import facts, plans, scenes
from lstep_lite.engine.reservations.availability.days import instant, span
from lstep_lite.engine.reservations.availability.facts import Facts
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.desk import looks
from lstep_lite.engine.reservations.keeping import closures, courses, pages, providers
from lstep_lite.engine.reservations.keeping.closures import ClosureDraft
from lstep_lite.engine.reservations.transitions import booking, counting, ending, recording, visiting
from lstep_lite.engine.reservations.transitions.booking import Order, Visit
from lstep_lite.engine.studio import new_code
from lstep_lite.models import (
    AssignedBy,
    BookedBy,
    BookingPage,
    CancelledBy,
    ClosureKind,
    Course,
    Friend,
    Provider,
    Reservation,
    ReservationEntry,
    ReservationLine,
    ReservationSegment,
    ReservationState,
)

BY = by_staff(None, tells=False)
QUIETLY = replace(CUSTOMER, tells=False)
A_DAY = timedelta(days=1)
HISTORY = 100
"""Days of visits before today."""
FAMILIES = (
    ("中村", "ナカムラ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("山本", "ヤマモト"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("清水", "シミズ"),
    ("森", "モリ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
)
GIVEN = (("由美", "ユミ"), ("恵子", "ケイコ"), ("真理", "マリ"), ("洋子", "ヨウコ"), ("翔", "ショウ"))
"""Of customers who only phone or walk in: nothing is ever sent to them."""
NEWCOMERS = 4
"""Of them: those who have never been here."""


# What is past --------------------------------------------------------------------------------------------------------

ROUND = (
    "カット",
    "カラー",
    "カット",
    "リタッチカラー",
    "ヘッドスパ",
    "学生カット",
    "パーマ",
    "トリートメント",
    "カット",
)
EASY = ("ヘッドスパ", "トリートメント", "前髪カット")
"""What the assistant does."""
TIMES = (600, 840, 960)
WAYS = (BookedBy.LINE, BookedBy.LINE, BookedBy.PHONE, BookedBy.LINE, BookedBy.WALK_IN)
NO_SHOW_EVERY, CANCELLED_EVERY, CALLED_OFF_EVERY = 41, 13, 59
PAID_MORE_EVERY, MORE = 6, 1100


@dataclass(frozen=True)
class Cast:
    """Who and what there is."""

    page: BookingPage
    menu: dict[str, Course]
    people: Sequence[Provider]
    friends: Sequence[Friend]
    rota: Facts


def tell(session: Session, *, now: datetime) -> None:
    """Add visits of the last months, to the salon that `demo_reservations.tell` has made."""
    for draft in _callers():
        editing.add_without_line(session, draft, now=now)
    today = looks.day_now(session, now=now)
    cast = _cast(session, today - timedelta(days=HISTORY), today - A_DAY, now)
    made = [_past(cast, *slot, number) for number, slot in enumerate(_slots(cast))]
    session.add_all(made)
    session.flush()  # what is written about them refers to their ids
    session.add_all([entry for row in made for entry in _entries(row)])
    session.flush()  # the counts are asked of the database
    for friend in cast.friends:
        counting.recount(session, friend.id)


def _callers() -> Iterator[FriendDraft]:
    for number, (given, family) in enumerate(product(GIVEN, FAMILIES)):
        name, kana = f"{family[0]} {given[0]}", f"{family[1]} {given[1]}"
        yield FriendDraft(real_name=name, kana=kana, phone=f"090-0000-{1000 + number}")


def _cast(session: Session, first: date, last: date, now: datetime) -> Cast:
    return Cast(
        page=pages.in_order(session)[0],
        menu={each.name: each for each in courses.in_order(session)},
        people=providers.in_order(session),
        friends=session.scalars(sa.select(Friend).order_by(Friend.id)).all(),
        rota=facts.rota(session, first, last, now=now),
    )


def _slots(cast: Cast) -> Iterator[tuple[date, int, Provider]]:
    """Two or three visits a day for everybody at work."""
    for day in span(cast.rota.first, cast.rota.last):
        at_work = [each for each in cast.rota.people if _works(cast.rota, each, day)]
        for place, person in enumerate(at_work):
            provider = next(each for each in cast.people if each.id == person.id)
            for turn, minute in enumerate(TIMES):
                if (day.toordinal() + place + turn) % 3:
                    yield day, minute, provider


def _works(rota: Facts, person: facts.Person, day: date) -> bool:
    return bool(rota.opening.ranges(day)) and bool(scenes.hours_of(rota, person, day).ranges)


def _past(cast: Cast, day: date, minute: int, provider: Provider, number: int) -> Reservation:
    is_assistant = not provider.is_nominatable
    course = cast.menu[EASY[number % len(EASY)] if is_assistant else ROUND[number % len(ROUND)]]
    friend = _whose(cast, day, number)
    is_nominated = not is_assistant and number % 3 == 0
    fee = provider.fee if is_nominated else 0
    way = WAYS[number % len(WAYS)] if friend.line_user_id else BookedBy.PHONE
    starts_at = instant(day, minute, cast.rota.zone)
    row = Reservation(
        code=new_code(),
        number=f"R-{day:%y%m%d}-{number % 1000:03d}",
        version=2,
        friend_id=friend.id,
        page_id=cast.page.id if way is BookedBy.LINE else None,
        booked_by=way,
        provider_id=provider.id,
        is_nominated=is_nominated,
        assigned_by=AssignedBy.CUSTOMER if is_nominated else AssignedBy.AUTO,
        business_date=day,
        start_minute=minute,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=sum(each["minutes"] for each in course.segments)),
        price=course.price + fee,
        fee=fee,
        created_at=starts_at - timedelta(days=1 + number * 37 % 21, minutes=number * 53 % 600),
        updated_at=starts_at,
        lines=[_line(course)],
        segments=list(_segments(course, provider, starts_at)),
    )
    _end(row, number)
    return row


def _whose(cast: Cast, day: date, number: int) -> Friend:
    """Friends in LINE were here before yesterday: whoever comes now is asked how it was."""
    is_near = day > cast.rota.last - A_DAY
    regulars = cast.friends[:-NEWCOMERS]
    whom = [each for each in regulars if not each.line_user_id] if is_near else regulars
    return whom[(number * 7 + day.month) % len(whom)]


def _line(course: Course) -> ReservationLine:
    minutes = sum(each["minutes"] for each in course.segments)
    return ReservationLine(position=0, course_id=course.id, name=course.name, minutes=minutes, price=course.price)


def _segments(course: Course, provider: Provider, starts_at: datetime) -> Iterator[ReservationSegment]:
    at = starts_at
    for position, each in enumerate(course.segments):
        ends_at = at + timedelta(minutes=each["minutes"])
        provider_id = provider.id if each["kind"] == plans.WORK else None
        yield ReservationSegment(
            position=position, kind=each["kind"], starts_at=at, ends_at=ends_at, provider_id=provider_id
        )
        at = ends_at


def _end(row: Reservation, number: int) -> None:
    if number % NO_SHOW_EVERY == 1:
        row.state = ReservationState.NO_SHOW
    elif number % CALLED_OFF_EVERY == 2:
        row.state, row.cancelled_by = ReservationState.CANCELLED, CancelledBy.SHOP
        row.cancelled_at, row.reason = row.starts_at - 2 * A_DAY, "スタッフの急病のため"
    elif number % CANCELLED_EVERY == 3:
        row.state, row.cancelled_by, row.is_late = ReservationState.CANCELLED, CancelledBy.CUSTOMER, number % 2 == 0
        row.cancelled_at = row.starts_at - (timedelta(hours=5) if row.is_late else 2 * A_DAY)
        row.reason = "予定が変わった"
    else:
        row.state, row.checked_in_at, row.completed_at = ReservationState.COMPLETED, row.starts_at, row.ends_at
        row.amount = (row.price or 0) + (MORE if number % PAID_MORE_EVERY == 0 else 0)


def _entries(row: Reservation) -> Iterator[ReservationEntry]:
    """That it was booked, and what became of it."""
    became = {"cancelled": "cancelled_by_shop"} if row.cancelled_by is CancelledBy.SHOP else {}
    after = recording.facts(row)
    booked, ended = after | {"state": "confirmed", "version": 1}, row.cancelled_at or row.ends_at
    yield ReservationEntry(
        reservation_id=row.id,
        at=row.created_at,
        what="confirmed",
        changed_by=CUSTOMER.changed_by if row.booked_by is BookedBy.LINE else BY.changed_by,
        version=1,
        after=booked,
    )
    yield ReservationEntry(
        reservation_id=row.id,
        at=ended,
        what=became.get(row.state.value, row.state.value),
        changed_by=CUSTOMER.changed_by if row.cancelled_by is CancelledBy.CUSTOMER else BY.changed_by,
        version=2,
        before=booked,
        after=after,
        reason=row.reason,
    )


# Today and what is to come -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Booked:
    """A booking of the day: who serves, when, what, and which of the customers comes."""

    provider: str
    minute: int
    course: str
    customer: int
    is_nominated: bool = False
    note: str = ""
    is_empty_handed: bool = False
    """Whether the customer does not come."""


BUSY_DAY = (
    Booked("佐藤", 600, "カット", 0, is_nominated=True),
    Booked("佐藤", 660, "カラー", 1, is_nominated=True, note="前回より明るめをご希望"),
    Booked("佐藤", 705, "前髪カット", 14),
    Booked("佐藤", 840, "カット", 3, is_nominated=True, note="お子様連れ"),
    Booked("佐藤", 915, "カラー", 4),
    Booked("佐藤", 1050, "カット", -1, is_nominated=True),
    Booked("鈴木", 600, "リタッチカラー", 18),
    Booked("鈴木", 705, "ヘッドスパ", 7, is_empty_handed=True),
    Booked("鈴木", 840, "パーマ", 8, note="くせ毛が気になるとのこと"),
    Booked("鈴木", 1020, "トリートメント", 9),
    Booked("高橋", 660, "ヘッドスパ", 10),
    Booked("高橋", 870, "トリートメント", -2),
)
NEXT_DAY = (
    Booked("佐藤", 630, "カット", 6, is_nominated=True),
    Booked("鈴木", 600, "縮毛矯正", 2),
    Booked("高橋", 900, "ヘッドスパ", 7),
    Booked("佐藤", 900, "リタッチカラー", 9),
)


def tell_day(session: Session, *, now: datetime) -> None:
    """Fill the first day on which the shop is open, and some of the next; a unit after the one of the history."""
    today = looks.day_now(session, now=now)
    cast = _cast(session, today, today + timedelta(days=13), now)
    callers = [each for each in cast.friends if not each.line_user_id]
    first, second, third = _open_days(cast)[:3]
    made = [_write_down(session, cast, each, first, callers, now) for each in BUSY_DAY]
    for booked, row in zip(BUSY_DAY, made, strict=True):
        if row is not None:
            _live_through(session, row, now, comes=not booked.is_empty_handed)
    following = [_write_down(session, cast, each, second, callers, now) for each in NEXT_DAY]
    _cancel(session, cast, second, callers, now)
    _close(session, next(row for row in reversed(following) if row is not None), now)
    _ask(session, cast, third, now)


def _open_days(cast: Cast) -> list[date]:
    """On which somebody who cuts is at work."""
    people = [each for each in cast.rota.people if each.is_nominatable]
    return [
        day for day in span(cast.rota.first, cast.rota.last) if any(_works(cast.rota, each, day) for each in people)
    ]


def _write_down(
    session: Session, cast: Cast, each: Booked, day: date, callers: Sequence[Friend], now: datetime
) -> Reservation | None:
    """None where the provider is not there that day."""
    provider = next(one for one in cast.people if one.name == each.provider)
    wish = Wish((cast.menu[each.course].id,), (), provider.id)
    visit = Visit(wish, day, each.minute, is_nominated=each.is_nominated, staff_note=each.note)
    person = next(one for one in cast.rota.people if one.id == provider.id)
    if not _works(cast.rota, person, day):
        return None
    return booking.write_down(session, callers[each.customer], visit, by=BY, now=now - A_DAY)


def _live_through(session: Session, row: Reservation, now: datetime, *, comes: bool) -> None:
    """Up to *now*: those who came are marked, but for the last quarter of an hour."""
    if not comes:
        if now >= row.starts_at + visiting.NO_SHOW_AFTER:
            visiting.no_show(session, row, by=BY, now=now)
        return
    if now >= row.ends_at + visiting.NO_SHOW_AFTER:
        visiting.complete(session, row, by=BY, now=row.ends_at, amount=row.price)
    elif now >= row.starts_at:
        visiting.check_in(session, row, by=BY, now=row.starts_at)


def _cancel(session: Session, cast: Cast, day: date, callers: Sequence[Friend], now: datetime) -> None:
    row = _write_down(session, cast, Booked("佐藤", 1020, "カット", 10), day, callers, now)
    row = row or _write_down(session, cast, Booked("鈴木", 1020, "カット", 10), day, callers, now)
    if row is not None:
        ending.cancel_by_staff(session, row, by=BY, now=now, reason="体調不良のため", for_customer=True)


def _close(session: Session, row: Reservation, now: datetime) -> None:
    """Training that lies over a booking (要調整)."""
    around = timedelta(minutes=30)
    draft = ClosureDraft(
        row.starts_at - around,
        row.ends_at + around,
        ClosureKind.TRAINING,
        "メーカー講習",
        provider_id=row.provider_id,
    )
    closures.create(session, draft, by=BY, now=now)


def _ask(session: Session, cast: Cast, day: date, now: datetime) -> None:
    """A friend whose bookings the shop wants to see first asks for one (承認待ち)."""
    friend = next((each for each in cast.friends if each.line_user_id), None)
    if friend is None:
        return
    counting.customer(session, friend.id).online = "approval_only"
    order = Order(
        Wish((cast.menu["カット"].id,)), day, 690, new_code(), consents=True, note="前髪は短めにお願いします。"
    )
    try:
        booking.order(session, friend, order, page=cast.page, now=now, by=QUIETLY)
    except Refused:  # late in the evening before a day off
        return
