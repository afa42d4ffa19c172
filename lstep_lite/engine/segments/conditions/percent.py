"""A part of the friends, chosen by lot: always the same ones for the same condition."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.chance import draw
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.models import Friend


@condition
class PercentCondition(ConditionKind):
    name = "percent"
    label = "割合（くじ引き）"
    icon = "percentage"
    group = "そのほか"
    order = 95

    def parse(self, session: Session, values: Values) -> Data:
        return {"percent": values.number("percent", "割合", least=0, most=100)}

    def sentence(self, session: Session, data: Data) -> str:
        return f"くじ引きで選ばれた{data['percent']}%の人"

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        lot = draw(Friend.lot_number.expression, moment.thing, moment.occurrence, sides=100)
        return sa.and_(lot < data["percent"])
