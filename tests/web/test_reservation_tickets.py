"""A customer's books of tickets, on screen."""

import pytest
import sqlalchemy as sa

from lstep_lite.engine.reservations.ticket_books import kinds
from lstep_lite.engine.reservations.ticket_books.kinds import KindDraft
from lstep_lite.models import TicketBook
from tests.engine.reservations.salon import a_salon
from tests.factories import NOW, a_friend
from tests.web.conftest import regions


@pytest.fixture
def shop(session, owner):
    a_salon(session)
    kind, friend = kinds.create(session, KindDraft("5回券", 5, 25000, 180), now=NOW), a_friend(session)
    session.commit()
    return f"/reservations/customers/{friend.id}/tickets", str(kind.id)


def books(session):
    session.expire_all()
    return session.scalars(sa.select(TicketBook)).all()


def test_pressing_twice_sells_one_book_which_is_then_put_right(page, htmx, session, shop):
    home, kind_id = shop
    assert "お持ちではありません" in page(home).text
    for _ in range(2):
        assert regions(htmx(home, {"kind_id": kind_id, "token": "t"}))[0] == "ticket-list"
    (book,) = books(session)
    assert "5回券" in page(f"{home}/{book.id}").text
    typed = {"left": "3", "expires_on": "", "note": "紙の券から", "seen_left": "5"}
    assert regions(htmx(f"{home}/{book.id}", typed))[0] == "ticket-book"
    assert [(each.left, each.expires_on) for each in books(session)] == [(3, None)]
    for wrong in ({**typed, "seen_left": "3", "note": ""}, {**typed, "seen_left": "3", "left": "-1"}, typed):
        answer = htmx(f"{home}/{book.id}", wrong)
        assert (answer.status_code, regions(answer)) == (422, ["ticket-book"])
    assert books(session)[0].left == 3


def test_what_is_not_sold_any_more_is_refused(htmx, session, shop):
    home, kind_id = shop
    kinds.get(session, int(kind_id)).is_sold = False
    session.commit()
    answer = htmx(home, {"kind_id": kind_id, "token": "t"})
    assert (answer.status_code, regions(answer)) == (422, ["ticket-list"])
    assert books(session) == []


def test_who_is_not_signed_in_sells_and_sees_nothing(anybody, session, shop):
    home, kind_id = shop
    assert anybody.get(home).status_code == 303
    assert anybody.post(home, data={"kind_id": kind_id}).status_code == 303
    assert books(session) == []
