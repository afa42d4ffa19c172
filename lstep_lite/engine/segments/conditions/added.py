"""When somebody became known as a friend."""

from lstep_lite.engine.segments.days import DaysCondition
from lstep_lite.engine.segments.registry import condition
from lstep_lite.models import Friend


@condition
class AddedCondition(DaysCondition):
    name = "added"
    label = "友だち追加日"
    icon = "user-plus"
    order = 50
    column = Friend.followed_at
    since = "友だち追加"
