"""How often a customer came, stayed away or cancelled."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import BookingCustomer, Friend

WHATS = {
    "visits": "来店回数",
    "no_shows": "無断キャンセルの回数",
    "cancellations": "キャンセルの回数",
    "late_cancellations": "直前キャンセルの回数",
}
MOST = 9999


@condition
class VisitsCondition(ConditionKind):
    name = "visits"
    label = "来店回数・キャンセル回数"
    icon = "hash"
    group = "予約"
    order = 20

    def parse(self, session: Session, values: Values) -> Data:
        what = values.chosen("what", WHATS, "何の回数かを選んでください。")
        least, most = (_number(values, name) for name in ("least", "most"))
        if least is None and most is None:
            raise DomainError("何回以上か、何回以下かを入力してください。", "least")
        if least is not None and most is not None and most < least:
            raise DomainError("「以下」は、「以上」と同じか、それより大きくしてください。", "most")
        return {"what": what, "least": least, "most": most}

    def sentence(self, session: Session, data: Data) -> str:
        least = "" if data["least"] is None else f"{data['least']:,}回以上"
        most = "" if data["most"] is None else f"{data['most']:,}回以下"
        return f"{WHATS[data['what']]}が{least}{most}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"whats": WHATS}

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        """Who never booked has no row, which counts as none of each."""
        count = getattr(BookingCustomer, data["what"])
        least, most = data["least"] or 0, MOST if data["most"] is None else data["most"]
        if least > 0:
            return Friend.id.in_(sa.select(BookingCustomer.friend_id).where(count >= least, count <= most))
        return ~sa.exists().where(BookingCustomer.friend_id == Friend.id, count > most)


def _number(values: Values, name: str) -> int | None:
    if not values.one(name).strip():
        return None
    return values.number(name, "回数", least=0, most=MOST)
