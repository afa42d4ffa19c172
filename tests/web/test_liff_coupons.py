"""A customer's own coupons on a page: seen by nobody else, and used once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lstep_lite.models import CodeKind, CouponUse, Friend, TicketState
from tests.factories import NOW, a_friend
from tests.web.conftest import inspect_page
from tests.web.test_liff import BOB, a_ticket, ann, app, enter, listener, phone, platform

__all__ = ["ann", "app", "enter", "listener", "phone", "platform"]


@pytest.fixture(autouse=True)
def is_in(enter: Callable[..., TestResponse], ann: Friend) -> None:
    assert enter().status_code == 303


def test_the_list_shows_ones_own_and_asks_as_often_for_many(
    phone: FlaskClient, ann: Friend, session: Session, count_queries: Callable
) -> None:
    a_ticket(session, a_friend(session, line_user_id=BOB), title="人のクーポン")
    a_ticket(session, ann, title="春の割引")
    with count_queries() as few:
        page = inspect_page(phone.get("/liff/coupons"))
    assert "春の割引" in page.text and "人のクーポン" not in page.text
    for _ in range(5):
        a_ticket(session, ann)
    with count_queries() as many:
        assert len(inspect_page(phone.get("/liff/coupons")).select(".ticket")) == 6
    assert len(many) == len(few) <= 12


def test_a_ticket_is_used_once_however_often_it_is_pressed(phone: FlaskClient, ann: Friend, session: Session) -> None:
    ticket = a_ticket(session, ann, code_kind=CodeKind.COMMON, common_code="SPRING")
    assert "SPRING" in inspect_page(phone.get(f"/liff/coupons/{ticket.code}")).text
    form = inspect_page(phone.get(f"/liff/coupons/{ticket.code}/use")).form
    sent = {field["name"]: field.get("value", "") for field in form.select("input")}
    for _ in range(2):
        answer = phone.post(form["action"], data=sent)
        assert (answer.status_code, answer.location) == (303, f"/liff/coupons/{ticket.code}")
    session.expire_all()
    assert (ticket.state, ticket.uses) == (TicketState.USED_UP, 1)
    page = inspect_page(phone.get(f"/liff/coupons/{ticket.code}"))
    assert "使用済み" in page.text and "SPRING" not in page.text
    refused = phone.post(form["action"], data=sent | {"token": "another"})
    assert refused.status_code == 409 and "使用済み" in refused.text
    assert session.scalar(sa.select(sa.func.count()).select_from(CouponUse)) == 1


def test_the_list_says_what_can_be_used_and_shows_it_first(phone: FlaskClient, ann: Friend, session: Session) -> None:
    late = a_ticket(session, ann, title="期限切れの券")
    late.expires_at = NOW
    used = a_ticket(session, ann, title="使った券")
    used.state, used.uses = TicketState.USED_UP, 1
    session.commit()
    a_ticket(session, ann, title="使える券").obtained_at = NOW - timedelta(days=9)
    session.commit()
    shown = [each.text for each in inspect_page(phone.get("/liff/coupons")).select(".ticket")]
    assert "使える券" in shown[0] and "あと1回" in shown[0]
    assert [("期限切れ ·" in text, "使用済み" in text) for text in shown[1:]].count((True, False)) == 1
    page = inspect_page(phone.get(f"/liff/coupons/{late.code}"))
    assert "期限が切れました" in page.text and not page.select("a[href$=use]")


@pytest.mark.parametrize("path", ["", "/use"])
def test_somebody_elses_ticket_is_not_there(phone: FlaskClient, ann: Friend, session: Session, path: str) -> None:
    ticket = a_ticket(session, a_friend(session, line_user_id=BOB))
    assert phone.get(f"/liff/coupons/{ticket.code}{path}").status_code == 404
    answer = phone.post(f"/liff/coupons/{ticket.code}/use", data={"friend": ann.code, "token": "t"})
    assert answer.status_code == 404 and ticket.uses == 0
