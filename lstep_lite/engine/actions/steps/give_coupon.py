"""Give a coupon, without a lottery, and send it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import coupons, mentions
from lstep_lite.engine.actions.registry import ActionKind, Running, Skipped, action
from lstep_lite.engine.deliveries.claim import why_not
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError
from lstep_lite.models import ChangedBy


@action
class GiveCouponStep(ActionKind):
    name = "give_coupon"
    label = "クーポンを渡す"
    icon = "ticket"
    group = "メッセージ"
    order = 30

    def parse(self, session: Session, values: Values) -> Data:
        if not (ids := values.ids("coupon_id")):
            raise DomainError("クーポンを選んでください。", "coupon_id")
        return {"coupon_id": ids[0]}

    def sentence(self, session: Session, data: Data) -> str:
        names = mentions.names(session, coupons.FEATURE, [data["coupon_id"]])
        return f"クーポン「{names[str(data['coupon_id'])]}」を渡す"

    def options(self, session: Session) -> dict[str, Any]:
        return {"coupons": [(coupon.id, coupon.name) for coupon in coupons.own_in_order(session)]}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(coupons.FEATURE, data["coupon_id"])]

    def run(self, running: Running, data: Data) -> str:
        session, friend, now = running.session, running.friend, running.now
        if (reason := why_not(friend.line_user_id, friend.is_following, friend.is_blocked)) is not None:
            raise Skipped(reason)
        coupon = coupons.get(session, data["coupon_id"])
        by = coupons.By(ChangedBy.AUTOMATION, now, now, running.key, running.event, running.entry, running.staff_id)
        if coupons.holds(session, coupon, friend):
            raise Skipped(f"クーポン「{coupon.name}」はもう渡してあります。")
        ticket = coupons.give(session, coupon, friend, by)
        coupons.send(session, ticket, by, lane=running.lane)
        coupons.follow(session, ticket, by)
        return f"クーポン「{coupon.name}」を渡しました。"
