"""Many customers who want the last coupons at the same moment."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lstep_lite.db import Database
from lstep_lite.engine import coupons
from lstep_lite.engine.coupons import tickets
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy, Coupon, CouponTicket, CouponUse, Friend, TicketState
from tests.factories import NOW, a_coupon, a_friend, a_shop

pytestmark = pytest.mark.slow

CUSTOMERS = 20
LEFT = 5


def at_once(does: list[Callable[[], None]]) -> None:
    barrier = threading.Barrier(len(does))

    def run(do: Callable[[], None]) -> None:
        barrier.wait()
        do()

    threads = [threading.Thread(target=run, args=(do,)) for do in does]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def by(occurrence: str) -> coupons.By:
    return coupons.By(ChangedBy.CUSTOMER, NOW, NOW, occurrence=occurrence)


def staged(database: Database, **over: object) -> tuple[int, list[int]]:
    with database.unit() as session:
        a_shop(session)
        return a_coupon(session, **over).id, [a_friend(session).id for _ in range(CUSTOMERS)]


@pytest.mark.parametrize("percent", [None, 100])
def test_twenty_taps_on_five_coupons_give_exactly_five(fresh_database: Database, percent: int | None) -> None:
    coupon_id, friend_ids = staged(fresh_database, supply=LEFT, percent=percent)

    def tap(friend_id: int) -> None:
        with fresh_database.unit() as session:
            coupon, friend = session.get_one(Coupon, coupon_id), session.get_one(Friend, friend_id)
            tickets.obtain(session, coupon, friend, by(f"tap-{friend_id}"))

    at_once([lambda friend_id=friend_id: tap(friend_id) for friend_id in friend_ids])  # type: ignore[misc]
    with fresh_database.read() as session:
        states = list(session.scalars(sa.select(CouponTicket.state)))
        assert states.count(TicketState.HELD) == session.get_one(Coupon, coupon_id).taken == LEFT
        assert states.count(TicketState.LOST) == (CUSTOMERS - LEFT if percent else 0)


def test_one_customer_who_taps_twenty_times_holds_one(fresh_database: Database) -> None:
    coupon_id, [friend_id, *_] = staged(fresh_database, supply=LEFT)

    def tap(number: int) -> None:
        with fresh_database.unit() as session:
            coupon, friend = session.get_one(Coupon, coupon_id), session.get_one(Friend, friend_id)
            tickets.obtain(session, coupon, friend, by(f"tap-{number}"))

    at_once([lambda number=number: tap(number) for number in range(CUSTOMERS)])  # type: ignore[misc]
    with fresh_database.read() as session:
        assert session.get_one(Coupon, coupon_id).taken == 1


def test_twenty_uses_of_a_ticket_for_three_are_three(fresh_database: Database) -> None:
    coupon_id, [friend_id, *_] = staged(fresh_database, uses_each=3)
    with fresh_database.unit() as session:
        coupon, friend = session.get_one(Coupon, coupon_id), session.get_one(Friend, friend_id)
        ticket_id = coupons.give(session, coupon, friend, by("given")).id
    refused: list[str] = []

    def press(number: int) -> None:
        try:
            with fresh_database.unit() as session:
                tickets.use(session, coupons.get_ticket(session, ticket_id), by(f"press-{number}"))
        except (DomainError, OperationalError) as error:
            refused.append(str(error))

    at_once([lambda number=number: press(number) for number in range(CUSTOMERS)])  # type: ignore[misc]
    with fresh_database.read() as session:
        ticket = session.get_one(CouponTicket, ticket_id)
        assert (ticket.uses, ticket.state, len(refused)) == (3, TicketState.USED_UP, CUSTOMERS - 3)
        assert session.scalar(sa.select(sa.func.count()).select_from(CouponUse)) == 3
