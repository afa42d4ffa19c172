"""Friends whom staff hid or blocked."""

import sqlalchemy as sa

from lstep_lite.engine.segments.registry import Scope, condition
from lstep_lite.engine.segments.scopes import ScopeCondition
from lstep_lite.models import Friend


@condition
class ShelvedCondition(ScopeCondition):
    name = "shelved"
    label = "非表示・こちらでブロック"
    icon = "eye-off"
    order = 75
    governs = Scope.SHELVED
    people = "非表示の人とこちらでブロックした人"

    def holds(self) -> sa.ColumnElement[bool]:
        return sa.or_(Friend.is_hidden, Friend.is_blocked)
