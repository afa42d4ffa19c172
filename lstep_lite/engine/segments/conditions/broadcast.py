"""Broadcasts: who got one, who did not, and whom it failed to reach."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Broadcast, Delivery, DeliveryState, Friend, Recipient

BROADCASTS = "broadcasts"
HOWS = {
    "sent": "受け取った",
    "not_sent": "受け取っていない",
    "failed": "受け取れなかった（送信に失敗）",
    "failed_or_unknown": "受け取れなかった、または届いたか確認できない",
}
MOST_OFFERED = 200


@condition
class BroadcastCondition(ConditionKind):
    name = "broadcast"
    label = "一斉配信"
    icon = "speakerphone"
    group = "行動"
    order = 80

    def parse(self, session: Session, values: Values) -> Data:
        if not (ids := values.ids("broadcast_id")):
            raise DomainError("一斉配信を選んでください。", "broadcast_id")
        return {"broadcast_id": ids[0], "how": values.chosen("how", HOWS, "受け取ったかどうかを選んでください。")}

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, BROADCASTS, [data["broadcast_id"]])[str(data["broadcast_id"])]
        return f"一斉配信「{name}」を{HOWS[data['how']]}"

    def options(self, session: Session) -> dict[str, Any]:
        """The last ones that were sent."""
        sent = sa.select(Broadcast.id, Broadcast.name).where(
            Broadcast.started_at.is_not(None), Broadcast.deleted_at.is_(None)
        )
        rows = session.execute(sent.order_by(Broadcast.id.desc()).limit(MOST_OFFERED)).all()
        return {"broadcasts": [(broadcast_id, name) for broadcast_id, name in rows], "hows": HOWS}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return [(BROADCASTS, data["broadcast_id"])]

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        mine = Recipient.broadcast_id == data["broadcast_id"]
        match data["how"]:
            case "sent":
                return Friend.id.in_(_in_state(mine, DeliveryState.SENT))
            case "not_sent":
                return Friend.id.not_in(_in_state(mine, DeliveryState.SENT))
            case "failed":
                lost = _in_state(mine, DeliveryState.FAILED)
            case _:
                lost = _in_state(mine, DeliveryState.FAILED, DeliveryState.UNKNOWN)
        return sa.and_(Friend.id.in_(lost), Friend.id.not_in(_got_it_later(data["broadcast_id"])))


def _in_state(mine: sa.ColumnElement[bool], *states: DeliveryState) -> sa.Select[int]:
    joined = sa.select(Recipient.friend_id).join(Delivery, Delivery.id == Recipient.delivery_id)
    return joined.where(mine, Delivery.state.in_(states))


def _got_it_later(broadcast_id: int) -> sa.Select[int]:
    """Who got it when it was sent again."""
    this = sa.select(sa.func.coalesce(Broadcast.resent_from_id, Broadcast.id)).where(Broadcast.id == broadcast_id)
    again = sa.select(Broadcast.id).where(Broadcast.resent_from_id == this.scalar_subquery())
    return _in_state(Recipient.broadcast_id.in_(again), DeliveryState.SENT)
