"""Whatever customers and staff do to bookings, in whatever order: the invariants of the reservations study hold."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.reservations import Refused, Transition, by_staff
from lstep_lite.engine.reservations.availability import plans
from lstep_lite.engine.reservations.availability.days import is_aligned, tick
from lstep_lite.engine.reservations.transitions import (
    booking,
    changing,
    counting,
    ending,
    event_booking,
    occupying,
    places,
    visiting,
)
from lstep_lite.engine.reservations.transitions.changing import ENDS, Change
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.models import (
    BLOCKING,
    BookingPage,
    ChangeState,
    EventTicket,
    Friend,
    Occupancy,
    Pool,
    Reservation,
    ReservationEntry,
    ReservationState,
)
from tests.engine.reservations.salon import FRIDAY, a_salon, a_ticket, an_event, at, order, visit
from tests.factories import NOW, a_friend

POLICIES: tuple[dict[str, Any], ...] = (
    {},
    {"approval": "all"},
    {"changing": "ask"},
    {"late_cancel": "allow_marked", "max_open": None},
)
SAME_VERSION = {
    Transition.CHANGE_ASKED, Transition.CHANGE_DECLINED, Transition.CHANGE_EXPIRED, Transition.CHANGE_WITHDRAWN,
}  # fmt: skip
BY = by_staff(None)
KINDS = [
    "book", "book", "write_down", "book_slot", "hold", "change", "change", "move", "answer_change", "answer_change",
    "answer_change", "answer", "answer", "answer", "visit", "correct", "correct", "wait",
]  # fmt: skip
LATER = ["visit", "visit", "visit", "correct", "correct", "write_down", "answer", "move", "wait"]
ANSWERS = ["customer", "shop", "decline", "decline", "approve", "approve", "accept", "expire"]
MINUTES = [600, 630, 660, 690]
STYLISTS = [None, None, "sato", "suzuki"]
STATES = [ReservationState.CONFIRMED, ReservationState.COMPLETED, ReservationState.NO_SHOW]


class Machine:
    """One salon and three customers; what happens is drawn with a seed, so that it happens again."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.dice = database, random.Random(seed)
        policy = POLICIES[seed % len(POLICIES)]
        self.now, self.count = NOW, 0
        self.savepoint = self.database._session.kw["bind"].begin_nested()  # type: ignore[attr-defined]
        with self.database.unit() as session:
            self.salon = a_salon(session, policy=policy)
            self.page_id = self.salon.page_id
            self.friends = [a_friend(session).id for _ in range(3)]
            slot = an_event(session, 3)
            self.slot_id, self.ticket_id = slot.id, a_ticket(session, slot, price=1000, cap=3).id
            self.forced: set[int] = set()
            self.prices: dict[int, int] = {}

    def end(self) -> None:
        self.savepoint.rollback()

    def step(self) -> None:
        dice = self.dice
        friend, which, minute, force = dice.randrange(3), dice.randrange(40), dice.choice(MINUTES), dice.random() < 0.2
        stylist = dice.choice(STYLISTS)
        match dice.choice(KINDS if self.now < at(FRIDAY, 600) else LATER):
            case "book":
                self.book(friend, minute, stylist, does_color=dice.random() < 0.4)
            case "write_down":
                self.write_down(friend, minute, stylist, force)
            case "book_slot":
                self.book_slot(friend, dice.randint(1, 3), force)
            case "hold":
                self.hold(friend, minute)
            case "change":
                self.change(which, minute)
            case "move":
                self.move(which, minute, stylist, force)
            case "answer_change":
                self.answer_change(which, dice.choice([None, *ENDS]))
            case "answer":
                self.answer(
                    which, dice.choice(["customer", "shop", "decline", "decline", "approve", "accept", "expire"])
                )
            case "visit":
                self.visit(which, dice.choice(["check_in", "complete", "no_show"]))
            case "correct":
                self.correct(which, dice.choice(STATES), force)
            case "wait":
                self.wait_until(self.now + timedelta(hours=dice.choice([1, 1, 1, 3])))

    def check(self) -> None:
        self.places_are_numbered_and_none_is_beyond_capacity_unforced()
        self.a_booking_has_exactly_its_places()
        self.nobody_is_at_two_places_unless_staff_forced_it()
        self.every_change_is_written_down_once()
        self.the_counts_are_a_recount()

    # What may happen

    def book(self, friend: int, minute: int, stylist: str | None, does_color: bool) -> None:
        courses = (self.salon.color,) if does_color else (self.salon.cut,)
        provider_id = getattr(self.salon, stylist) if stylist else None

        def do(session: Session) -> Reservation:
            asked = order(self.salon, minute=minute, key=self._key(), provider_id=provider_id, course_ids=courses)
            page = session.get_one(BookingPage, self.page_id)
            return booking.order(session, self._friend(session, friend), asked, page=page, now=self.now)

        self._do(do)

    def write_down(self, friend: int, minute: int, stylist: str | None, force: bool) -> None:
        provider_id = getattr(self.salon, stylist) if stylist else None

        def do(session: Session) -> Reservation:
            asked = visit(self.salon, minute=minute + 5, provider_id=provider_id)
            return booking.write_down(session, self._friend(session, friend), asked, by=BY, now=self.now, force=force)

        self._do(do, force=force)

    def book_slot(self, friend: int, count: int, force: bool) -> None:
        def do(session: Session) -> Reservation:
            asked = SlotOrder(self.slot_id, self._key(), tickets={self.ticket_id: count})
            person = self._friend(session, friend)
            if force:
                return event_booking.write_down(session, person, asked, by=BY, now=self.now, force=True)
            return event_booking.order(session, person, asked, now=self.now)

        self._do(do, force=force)

    def hold(self, friend: int, minute: int) -> None:
        def do(session: Session) -> Reservation:
            person, page = self._friend(session, friend), session.get_one(BookingPage, self.page_id)
            wish, until = plans.Wish((self.salon.cut,)), self.now + timedelta(hours=2)
            return booking.hold(session, person, wish, FRIDAY, minute, page=page, expires_at=until, now=self.now)

        self._do(do)

    def change(self, which: int, minute: int) -> None:
        def do(session: Session, each: Reservation) -> object:
            wanted = Change(FRIDAY, minute)
            return changing.change(session, each, wanted, version=each.version, now=self.now)

        self._with(which, do, is_meant=lambda _, each: each.state in SHOWN)

    def move(self, which: int, minute: int, stylist: str | None, force: bool) -> None:
        wanted = Change(FRIDAY, minute, provider_id=getattr(self.salon, stylist) if stylist else None)
        self._with(
            which,
            lambda session, each: changing.move(session, each, wanted, by=BY, now=self.now, force=force),
            force=force,
        )

    def answer_change(self, which: int, end: ChangeState | None) -> None:
        """None: the shop agrees."""

        def do(session: Session, each: Reservation) -> None:
            request = changing.open_request(session, each)
            if request is not None and end is None:
                changing.approve_change(session, request, by=BY, now=self.now)
            elif request is not None and end is not None:
                changing.end_change(session, request, end, by=BY, now=self.now)

        self._with(which, do, is_meant=changing.open_request)

    def answer(self, which: int, how: str) -> None:
        def do(session: Session, each: Reservation) -> object:
            match how:
                case "customer":
                    return ending.cancel(session, each, version=each.version, now=self.now)
                case "shop":
                    return ending.cancel_by_staff(session, each, by=BY, now=self.now)
                case "decline":
                    return ending.decline(session, each, by=BY, now=self.now)
                case "approve":
                    return ending.approve(session, each, by=BY, now=self.now)
                case "accept":
                    return ending.accept(session, each, now=self.now)
            return ending.expire(session, each, now=self.now)

        is_asked = {"decline": ASKED, "approve": ASKED, "accept": OFFERED}.get(how, ReservationState)
        self._with(which, do, is_meant=lambda _, each: each.state in is_asked)

    def visit(self, which: int, how: str) -> None:
        def do(session: Session, each: Reservation) -> object:
            return getattr(visiting, how)(session, each, by=BY, now=self.now)

        self._with(which, do, is_meant=lambda _, each: each.state in SHOWN)

    def correct(self, which: int, state: ReservationState, force: bool) -> None:
        self._with(
            which,
            lambda session, each: visiting.correct(session, each, state, by=BY, now=self.now, force=force),
            force=force,
        )

    def wait_until(self, moment: datetime) -> None:
        """Time passes, and what nobody answered ends."""
        self.now = moment
        with self.database.read() as session:
            over = [each.id for each in self._all(session) if each.expires_at and each.expires_at <= self.now]
        for reservation_id in over:
            with self.database.unit() as session:
                ending.expire(session, session.get_one(Reservation, reservation_id), now=self.now)

    # What always holds

    def places_are_numbered_and_none_is_beyond_capacity_unforced(self) -> None:
        with self.database.read() as session:
            capacity = {pool.id: pool.capacity for pool in session.scalars(sa.select(Pool))}
            numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
            for row in session.scalars(sa.select(Occupancy)):
                numbers[row.pool_id, row.tick].append(row.ord)
                assert row.is_forced == (row.ord >= capacity[row.pool_id])
            assert all(sorted(found) == list(range(len(found))) for found in numbers.values())

    def a_booking_has_exactly_its_places(self) -> None:
        with self.database.read() as session:
            since = tick(self.now)
            for each in self._all(session):
                wanted = places.of(session, each)
                for pool_id, at, count in self._asked(session, each):
                    wanted[pool_id, at] += count
                has = occupying.held(session, each.id)
                assert has <= wanted or each.state not in BLOCKING
                if each.state in BLOCKING:
                    assert _ahead(has, since) == _ahead(wanted, since), each.state
                else:
                    assert not [at for _, at in has if at >= since]
                if each.slot_id and each.state in ENDED:
                    assert not has
            taken = sum(
                line.quantity for each in self._all(session) if occupying.held(session, each.id) for line in each.lines
                if line.ticket_id == self.ticket_id
            )  # fmt: skip
            assert session.get_one(EventTicket, self.ticket_id).taken == taken

    def nobody_is_at_two_places_unless_staff_forced_it(self) -> None:
        with self.database.read() as session:
            for one in self._all(session):
                assert one.starts_at < one.ends_at and is_aligned(one.starts_at) and is_aligned(one.ends_at)
                for other in self._all(session):
                    if one.id < other.id and one.friend_id == other.friend_id and not {one.id, other.id} & self.forced:
                        both = one.state in BLOCKING and other.state in BLOCKING
                        assert not (both and one.starts_at < other.ends_at and other.starts_at < one.ends_at)

    def every_change_is_written_down_once(self) -> None:
        with self.database.read() as session:
            for each in self._all(session):
                mine = sa.select(ReservationEntry).where(ReservationEntry.reservation_id == each.id)
                entries = session.scalars(mine.order_by(ReservationEntry.id)).all()
                raising = [entry for entry in entries if entry.what not in SAME_VERSION]
                assert each.version == len(raising)
                for one, following in pairwise(entries):
                    assert one.after["state"] == following.before["state"]
                assert entries[-1].after["state"] == each.state
                menu = (each.price or 0) - each.fee  # the fee goes when staff give it to somebody else
                assert menu == self.prices.setdefault(each.id, menu)

    def the_counts_are_a_recount(self) -> None:
        with self.database.read() as session:
            for friend_id in self.friends:
                row = session.get(counting.BookingCustomer, friend_id)
                if row is not None:
                    found = counting.counts(session, friend_id)
                    assert {name: getattr(row, name) for name in found} == found

    def counted(self) -> Counter[str]:
        with self.database.read() as session:
            mine = sa.select(ReservationEntry.what).join(Reservation).where(Reservation.friend_id.in_(self.friends))
            return Counter(session.scalars(mine))

    # How

    def _do(self, do: Callable[[Session], Reservation], *, force: bool = False) -> None:
        try:
            with self.database.unit() as session:
                made = do(session)
                if force:
                    self.forced.add(made.id)
        except Refused:
            return

    def _with(
        self,
        which: int,
        do: Callable[[Session, Reservation], object],
        *,
        force: bool = False,
        is_meant: Callable[[Session, Reservation], object] = lambda *_: True,
    ) -> None:
        def change(session: Session) -> Reservation:
            mine = [each for each in self._all(session) if is_meant(session, each)]
            if not mine:
                raise Nothing
            each = mine[which % len(mine)]
            do(session, each)
            return each

        try:
            self._do(change, force=force)
        except Nothing:
            return

    def _all(self, session: Session) -> Iterator[Reservation]:
        mine = sa.select(Reservation).where(Reservation.friend_id.in_(self.friends)).order_by(Reservation.id)
        yield from session.scalars(mine)

    def _asked(self, session: Session, each: Reservation) -> list[Any]:
        request = changing.open_request(session, each)
        return request.occupancies if request is not None else []

    def _friend(self, session: Session, which: int) -> Friend:
        return session.get_one(Friend, self.friends[which])

    def _key(self) -> str:
        self.count += 1
        return str(self.count)


ASKED, OFFERED = {ReservationState.REQUESTED}, {ReservationState.HELD}
SHOWN = {ReservationState.CONFIRMED, ReservationState.CHECKED_IN}


class Nothing(Exception):
    """There is no booking yet."""


ENDED = (ReservationState.CANCELLED, ReservationState.DECLINED, ReservationState.EXPIRED)


def _ahead(cells: Counter[Any], since: int) -> Counter[Any]:
    return Counter({cell: count for cell, count in cells.items() if cell[1] >= since or cell[1] == 0})


def run(database: Database, seeds: range, steps: int) -> Counter[str]:
    """What happened how often."""
    happened: Counter[str] = Counter()
    for seed in seeds:
        machine = Machine(database, seed)
        try:
            for number in range(steps):
                if number == steps * 2 // 3:
                    machine.wait_until(max(machine.now, at(FRIDAY, 620)))  # now some come, and some don't
                machine.step()
                try:
                    machine.check()
                except AssertionError as wrong:
                    raise AssertionError(f"seed {seed}, step {number}: {wrong}") from wrong
            happened += machine.counted()
        finally:
            machine.end()
    return happened


def test_the_invariants_hold(database: Database) -> None:
    run(database, range(3), steps=15)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_invariants_hold_for_long(database: Database) -> None:
    happened = run(database, range(4, 14), steps=36)
    assert len(happened) > 11, f"of {len(Transition)} kinds of transitions, this test now makes only {happened}"
