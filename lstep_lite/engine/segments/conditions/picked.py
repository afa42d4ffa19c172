"""Friends who were ticked one by one in the friend list."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.segments.registry import ConditionKind, Moment, condition
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend

MOST = 300
"""They stand in the addresses of lists as well, and those must not get too long."""
TOO_MANY = f"1人ずつ選べるのは{MOST}人までです。もっと多いときは、タグなどの条件で絞り込んでください。"


@condition
class PickedCondition(ConditionKind):
    """Made by ticking in the friend list; it stands in no picker, and who is meant can't be typed."""

    name = "picked"
    label = "友だちリストで選んだ方"
    icon = "checkbox"
    group = "友だちの情報"
    order = 910
    is_offered = False

    def parse(self, session: Session, values: Values) -> Data:
        ids = Values({"friends": values.one("friends").split(".")}).ids("friends")
        if not ids:
            raise DomainError("友だちリストで、送る方を選んでください。", "friends")
        if len(ids) > MOST:
            raise DomainError(TOO_MANY, "friends")
        return {"friend_ids": ids}

    def values(self, data: Data) -> dict[str, list[str]]:
        return {"friends": [".".join(str(friend_id) for friend_id in data["friend_ids"])]}

    def sentence(self, session: Session, data: Data) -> str:
        return f"友だちリストで選んだ{len(data['friend_ids']):,}人"

    def compile(self, session: Session, data: Data, moment: Moment) -> sa.ColumnElement[bool]:
        return Friend.id.in_(data["friend_ids"])
