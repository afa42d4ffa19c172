"""Coupons that LINE keeps: made once whatever happens on the way, and closed for good."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.emulator import Emulator
from lstep_lite.engine import coupons, messages
from lstep_lite.engine.coupons import at_line
from lstep_lite.engine.line import Account
from lstep_lite.models import CodeKind, Coupon, CouponHome, CouponState, Friend, LineState, Reward
from tests.emulator.conftest import Control
from tests.factories import NOW, a_coupon, a_media

PUBLIC = "https://demo.lstep.invalid"


def a_line_coupon(session: Session, **over: Any) -> Coupon:
    values = {
        "home": CouponHome.LINE,
        "state": CouponState.DRAFT,
        "starts_at": NOW,
        "ends_at": NOW + timedelta(days=30),
        "reward": Reward.YEN_OFF,
        "reward_amount": 500,
    }
    coupon = a_coupon(session, **values | over)
    coupons.open_(session, coupon, now=NOW, wall=NOW)
    session.commit()
    return coupon


def work(database: Database, account: Account, wall: datetime = NOW) -> int:
    return at_line.work_due(database, account, public_url=PUBLIC, wall=wall, limit=5)


def row_of(session: Session, coupon: Coupon) -> Any:
    session.expire_all()
    return coupons.line_coupons(session, [coupon.id])[coupon.id]


def listed(account: Account) -> list[tuple[str, str]]:
    return list(account.line().coupons.running())


def test_a_coupon_is_made_sent_and_closed(database: Database, session: Session, account: Account) -> None:
    coupon = a_line_coupon(
        session, title="春の割引", uses_each=None, percent=30, supply=10, media_id=a_media(session).id
    )
    with pytest.raises(messages.templates.Refused, match="保存していません"):
        _template(session, coupon)
    assert work(database, account) == 1
    row = row_of(session, coupon)
    assert (row.state, row.due_at, coupon.state) == (LineState.OPEN, None, CouponState.OPEN)
    kept = account.line().coupons.get(row.line_id)
    assert kept["acquisitionCondition"] == {"type": "lottery", "lotteryProbability": 30, "maxAcquireCount": 10}
    assert kept["maxUseCountPerTicket"] == -1 and kept["imageUrl"].startswith(PUBLIC)
    template = _template(session, coupon)
    sent = messages.templates.render(session, template, Friend(), public_url=PUBLIC, now=NOW)
    assert sent == [{"type": "coupon", "couponId": row.line_id}]
    coupons.close(session, coupon, now=NOW, wall=NOW)
    session.commit()
    assert work(database, account) == 1
    assert row_of(session, coupon).state is LineState.CLOSED and listed(account) == []


def _template(session: Session, coupon: Coupon) -> Any:
    draft = messages.templates.TemplateDraft("割引", {"coupon_id": coupon.id, "quick_replies": []})
    return messages.templates.create(session, "coupon", draft, now=NOW)


def test_a_request_whose_answer_was_lost_makes_no_second_coupon(
    database: Database, session: Session, account: Account, control: Control
) -> None:
    coupon = a_line_coupon(session)
    control.post("/faults", {"path": "/v2/bot/coupon", "mode": "drop-after-accept", "times": 1})
    work(database, account)
    row = row_of(session, coupon)
    assert (row.state, row.line_id) == (LineState.MAKING, None) and row.reason
    assert len(listed(account)) == 1, "LINE has made it"
    assert work(database, account) == 0, "it waits before it asks again"
    work(database, account, wall=NOW + timedelta(minutes=10))
    [(line_id, _)] = listed(account)
    assert row_of(session, coupon).line_id == line_id


def test_a_worker_that_died_after_asking_looks_first_and_takes_nobody_elses(
    database: Database, session: Session, account: Account
) -> None:
    twin = a_line_coupon(session, title="同じ名前")
    work(database, account)
    coupon = a_line_coupon(session, title="同じ名前")
    with database.unit() as unit:
        assert at_line._claim(unit, PUBLIC, NOW) is not None, "the worker dies here"
    work(database, account, wall=NOW + at_line.LEASE)
    assert row_of(session, coupon).line_id != row_of(session, twin).line_id
    assert len(listed(account)) == 2


def test_what_line_refuses_is_shown_and_can_be_tried_again(
    database: Database, session: Session, account: Account
) -> None:
    coupon = a_line_coupon(session, code_kind=CodeKind.COMMON, common_code="1" * 17)
    work(database, account)
    row = row_of(session, coupon)
    assert (row.state, row.due_at) == (LineState.FAILED, None) and "LINEに断られました" in row.reason
    coupon.common_code = "1"
    coupons.open_(session, coupon, now=NOW, wall=NOW)
    session.commit()
    work(database, account)
    assert row_of(session, coupon).state is LineState.OPEN


def test_closing_what_is_closed_already_is_fine(
    database: Database, session: Session, account: Account, emulator: Emulator
) -> None:
    coupon = a_line_coupon(session)
    work(database, account)
    account.line().coupons.close(row_of(session, coupon).line_id)
    coupons.close(session, coupon, now=NOW, wall=NOW)
    session.commit()
    work(database, account)
    assert row_of(session, coupon).state is LineState.CLOSED
