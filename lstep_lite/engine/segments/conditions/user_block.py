"""Friends who blocked the account."""

import sqlalchemy as sa

from lstep_lite.engine.segments.registry import Scope, condition
from lstep_lite.engine.segments.scopes import ScopeCondition
from lstep_lite.models import Friend


@condition
class UserBlockCondition(ScopeCondition):
    name = "user_block"
    label = "ブロックされた友だち"
    icon = "user-x"
    order = 70
    governs = Scope.LEFT
    people = "LINEでお店をブロックした人"

    def holds(self) -> sa.ColumnElement[bool]:
        return sa.and_(Friend.line_user_id.is_not(None), sa.not_(Friend.is_following))
