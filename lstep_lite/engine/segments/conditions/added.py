"""When somebody became known as a friend."""

from lstep_lite.engine.segments.days import DaysCondition
from lstep_lite.engine.segments.registry import condition


@condition
class AddedCondition(DaysCondition):
    name = "added"
    label = "友だち追加日"
    icon = "user-plus"
    order = 50
    column = "followed_at"
    since = "友だち追加"
