"""A salon with two stylists, two seats and a menu, on Thursday 5 March 2026 at 10:00."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.availability.plans import Wish
from lstep_lite.engine.reservations.transitions.booking import Order, Visit
from lstep_lite.models import (
    BookingPage,
    Color,
    Course,
    CourseOption,
    Event,
    EventSlot,
    EventTicket,
    OptionGroup,
    Pool,
    PoolKind,
    Provider,
    ProviderPattern,
    ProviderSkill,
    ReservationSettings,
    Shop,
)
from tests.engine.reservations.brute import TOKYO
from tests.factories import NOW, a_shop

TODAY = date(2026, 3, 5)
FRIDAY = date(2026, 3, 6)
TEN, ELEVEN, NOON = 600, 660, 720
ALL_DAY = [[600, 1140]]


@dataclass
class Salon:
    """Ids of what is there."""

    seats: int
    sato: int
    suzuki: int
    cut: int
    color: int
    treatment: int
    page: BookingPage = field(repr=False)
    page_id: int = 0

    def __post_init__(self) -> None:
        self.page_id = self.page.id  # also when the page's session is closed


def a_salon(session: Session, **over: Any) -> Salon:
    """Open every day from 10:00 to 19:00. 佐藤 (550 yen to ask for) does all, 鈴木 cuts alone."""
    if session.get(Shop, 1) is None:
        a_shop(session, works_on_holidays=True)
    values: dict[str, Any] = {
        "id": 1,
        "hours": {str(day): ALL_DAY for day in range(7)},
        "policy": {},
        "phone": "03-1234-5678",
        "updated_at": NOW,
    }
    kept(session, ReservationSettings(**values | over))
    seats = kept(session, Pool(kind=PoolKind.SEAT, name="席", capacity=2)).id
    sato, suzuki = a_provider(session, "佐藤", fee=550), a_provider(session, "鈴木")
    cut = a_course(session, "カット", 60, price=5500, needs=[{"pool_id": seats}], next_visit_days=45)
    steps = [{"kind": "work", "minutes": 30}, {"kind": "proc", "minutes": 45}, {"kind": "work", "minutes": 30}]
    color = a_course(session, "カラー", 0, segments=steps, price=8800, needs=[{"pool_id": seats}], next_visit_days=60)
    for provider, course in ((sato, cut), (sato, color), (suzuki, cut)):
        kept(session, ProviderSkill(provider_id=provider.id, course_id=course.id))
    group = kept(session, OptionGroup(name="追加メニュー", position=1))
    treatment = kept(
        session,
        CourseOption(code="treatment", group_id=group.id, name="トリートメント", price=3300, minutes=20, position=1),
    )
    page = kept(
        session,
        BookingPage(
            code="page",
            name="ネット予約",
            title="ご予約",
            color="#336699",
            position=1,
            is_open=True,
            created_at=NOW,
            updated_at=NOW,
        ),
    )
    return Salon(seats, sato.id, suzuki.id, cut.id, color.id, treatment.id, page)


def a_provider(session: Session, name: str, *, capacity: int = 1, works: bool = True, **over: Any) -> Provider:
    pool = kept(session, Pool(kind=PoolKind.PROVIDER, name=name, capacity=capacity))
    values: dict[str, Any] = {"code": f"p{pool.id}", "pool_id": pool.id, "name": name, "color": Color.BLUE}
    provider = kept(session, Provider(**values | {"position": pool.id} | over))
    for weekday in range(7) if works else ():
        kept(session, ProviderPattern(provider_id=provider.id, weekday=str(weekday), ranges=ALL_DAY))
    return provider


def a_course(session: Session, name: str, minutes: int, **over: Any) -> Course:
    values: dict[str, Any] = {
        "code": name,
        "name": name,
        "position": 1,
        "segments": [{"kind": "work", "minutes": minutes}],
        "created_at": NOW,
        "updated_at": NOW,
    }
    return kept(session, Course(**values | over))


def an_event(session: Session, seats: int, *, day: date = FRIDAY, **over: Any) -> EventSlot:
    """One slot from 14:00 to 15:30."""
    pool = kept(session, Pool(kind=PoolKind.EVENT_SLOT, name="回", capacity=seats))
    values: dict[str, Any] = {
        "code": f"e{pool.id}",
        "name": "講習会",
        "name_key": "講習会",
        "position": 1,
        "title": "ヘアアレンジ講習会",
        "color": "#336699",
        "is_open": True,
        "most_party": 4,
        "created_at": NOW,
        "updated_at": NOW,
    }
    event = kept(session, Event(**values | over))
    return a_slot(session, event, pool, day)


def a_slot(session: Session, event: Event, pool: Pool, day: date) -> EventSlot:
    slot = EventSlot(
        code=f"s{pool.id}",
        event_id=event.id,
        pool_id=pool.id,
        business_date=day,
        start_minute=840,
        starts_at=at(day, 840),
        ends_at=at(day, 930),
    )
    return kept(session, slot)


def a_ticket(session: Session, slot: EventSlot, **over: Any) -> EventTicket:
    values: dict[str, Any] = {
        "code": f"t{slot.id}-{over.get('name')}",
        "slot_id": slot.id,
        "name": "一般",
        "position": 1,
    }
    return kept(session, EventTicket(**values | over))


def at(day: date, minute: int) -> datetime:
    return days.instant(day, minute, TOKYO)


def order(
    salon: Salon, day: date = FRIDAY, minute: int = TEN, *, key: str = "", provider_id: int | None = None, **over: Any
) -> Order:
    """A cut, unless it says else."""
    courses = over.pop("course_ids", (salon.cut,))
    wish = Wish(courses, over.pop("option_ids", ()), provider_id)
    return Order(wish, day, minute, key or f"{day}-{minute}-{courses}-{provider_id}", **over)


def visit(salon: Salon, day: date = FRIDAY, minute: int = TEN, *, provider_id: int | None = None, **over: Any) -> Visit:
    return Visit(Wish(over.pop("course_ids", (salon.cut,)), (), provider_id), day, minute, **over)


def kept(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
