"""Customers who have no LINE."""

import sqlalchemy as sa

from lstep_lite.engine.segments.registry import Scope, condition
from lstep_lite.engine.segments.scopes import ScopeCondition
from lstep_lite.models import Friend


@condition
class WithoutLineCondition(ScopeCondition):
    name = "without_line"
    label = "LINEなしのお客様"
    icon = "phone"
    order = 80
    governs = Scope.WITHOUT_LINE
    people = "LINEなしのお客様"

    def holds(self) -> sa.ColumnElement[bool]:
        return Friend.line_user_id.is_(None)
