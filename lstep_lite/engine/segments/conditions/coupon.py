"""Coupons: who got one, has not used it yet, has used it, lost it, or is about to lose it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Coupon, CouponHome, CouponTicket, Friend, TicketState

COUPONS = "coupons"
HOWS = {
    "obtained": "受け取った",
    "unused": "受け取って、まだ使っていない（期限内）",
    "used": "使ったことがある",
    "expiring": "使わないまま、あと…日以内に期限が切れる",
    "lost": "抽選にはずれた",
    "none": "受け取っていない",
}
MOST_DAYS = 365
_LOST = CouponTicket.state == TicketState.LOST


@condition
class CouponCondition(ConditionKind):
    name = "coupon"
    label = "クーポン"
    icon = "ticket"
    group = "行動"
    order = 70

    def parse(self, session: Session, values: Values) -> Data:
        if not (ids := values.ids("coupon_id")):
            raise DomainError("クーポンを選んでください。", "coupon_id")
        how = values.chosen("how", HOWS, "クーポンの条件を選んでください。")
        days = {"days": values.number("days", "日数", least=0, most=MOST_DAYS)} if how == "expiring" else {}
        return {"coupon_id": ids[0], "how": how, **days}

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, COUPONS, [data["coupon_id"]])[str(data["coupon_id"])]
        return f"クーポン「{name}」を{HOWS[data['how']].replace('…', str(data.get('days', '')))}"

    def options(self, session: Session) -> dict[str, Any]:
        query = sa.select(Coupon.id, Coupon.name).where(Coupon.home == CouponHome.OWN)
        rows = session.execute(query.order_by(Coupon.position, Coupon.id)).all()
        return {"coupons": [(coupon_id, name) for coupon_id, name in rows], "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(COUPONS, data["coupon_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        mine = CouponTicket.coupon_id == data["coupon_id"]
        if data["how"] == "none":
            return sa.not_(sa.exists().where(CouponTicket.friend_id == Friend.id, mine, ~_LOST))
        return Friend.id.in_(sa.select(CouponTicket.friend_id).where(mine, _is(data, moment)))


def _is(data: Data, moment: Moment) -> sa.ColumnElement[bool]:
    ticket, now = CouponTicket, moment.now
    unused = sa.and_(ticket.state == TicketState.HELD, ticket.uses == 0)
    match data["how"]:
        case "obtained":
            return ~_LOST
        case "used":
            return ticket.uses > 0
        case "lost":
            return _LOST
        case "expiring":
            soon = now + timedelta(days=data["days"])
            return sa.and_(unused, ticket.expires_at > now, ticket.expires_at <= soon)
        case _:
            return sa.and_(unused, sa.or_(ticket.expires_at.is_(None), ticket.expires_at > now))
