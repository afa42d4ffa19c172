"""The books of tickets a shop sells, on screen."""

import pytest
import sqlalchemy as sa

from lstep_lite.models import TicketBookKind
from tests.engine.reservations.salon import a_salon
from tests.web.conftest import regions

HOME = "/reservations/ticket-kinds"
DATA = {"name": "カット5回券", "total": "5", "price": "25000", "valid_days": "180", "is_sold": "y"}


@pytest.fixture
def salon(session, owner):
    made = a_salon(session)
    session.commit()
    return made


def kinds(session):
    session.expire_all()
    return session.scalars(sa.select(TicketBookKind)).all()


def test_a_kind_is_made_changed_and_deleted(page, client, session, salon):
    assert "まだ回数券がありません" in page(HOME).text
    page(f"{HOME}/new")
    client.post(HOME, data={**DATA, "course_ids": [str(salon.cut)]})
    (kind,) = kinds(session)
    assert (kind.total, kind.price, kind.valid_days, kind.course_ids) == (5, 25000, 180, [salon.cut])
    page(f"{HOME}/{kind.id}/edit")
    client.post(f"{HOME}/{kind.id}", data={**DATA, "total": "6"})
    assert [(each.total, each.course_ids) for each in kinds(session)] == [(6, None)]
    assert "カット5回券" in page(HOME).text
    client.post(f"{HOME}/{kind.id}/delete")
    assert kinds(session) == []


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("total", "0"), ("price", "-1"), ("valid_days", "9999"), ("course_ids", ["99"])]
)
def test_what_cannot_be_sold_is_not_kept(htmx, session, salon, field, value):
    answer = htmx(HOME, {**DATA, field: value})
    assert (answer.status_code, regions(answer)) == (422, ["kind-form"])
    assert "invalid-feedback" in answer.text and kinds(session) == []


def test_an_outsider_sells_nothing(outsider, salon):
    assert outsider.get(HOME).status_code == 403
    assert outsider.post(HOME, data=DATA).status_code == 403
