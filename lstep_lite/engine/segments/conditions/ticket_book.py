"""Books of tickets: who has tickets left that are still good, and whose end soon."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.models import Friend, TicketBook

HOWS = {
    "least": "の残りが合わせて…回以上ある（期限内）",
    "most": "を持っていて、残りが合わせて…回以下（期限内）",
    "ending": "が残っていて、あと…日以内に期限が切れる",
    "none": "の残りがない（持っていない・使い終わった・期限切れ）",
}
MOST = 999


@condition
class TicketBookCondition(ConditionKind):
    name = "ticket_book"
    label = "回数券の残り"
    icon = "ticket"
    group = "予約"
    order = 50

    def parse(self, session: Session, values: Values) -> Data:
        how = values.chosen("how", HOWS, "回数券の条件を選んでください。")
        if how == "none":
            return {"how": how, "number": None}
        what, least = ("日数", 0) if how == "ending" else ("回数", 1)
        return {"how": how, "number": values.number("number", what, least=least, most=MOST)}

    def sentence(self, session: Session, data: Data) -> str:
        return f"回数券{HOWS[data['how']].replace('…', str(data['number']))}"

    def options(self, session: Session) -> dict[str, Any]:
        return {"hows": HOWS}

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        book, today = TicketBook, moment.now.astimezone(moment.zone).date()
        good = sa.and_(book.left > 0, sa.or_(book.expires_on.is_(None), book.expires_on >= today))
        if data["how"] == "none":
            return ~sa.exists().where(book.friend_id == Friend.id, good)
        mine = sa.select(book.friend_id).where(good)
        if data["how"] == "ending":
            return Friend.id.in_(mine.where(book.expires_on <= today + timedelta(days=data["number"])))
        left = sa.func.sum(book.left)
        wanted = left >= data["number"] if data["how"] == "least" else left <= data["number"]
        return Friend.id.in_(mine.group_by(book.friend_id).having(wanted))
