"""When a friend last wrote."""

from lstep_lite.engine.segments.days import DaysCondition
from lstep_lite.engine.segments.registry import condition
from lstep_lite.models import Friend


@condition
class LastMessageCondition(DaysCondition):
    name = "last_message"
    label = "最後のメッセージ"
    icon = "message-circle"
    order = 55
    column = Friend.last_message_at
    since = "最後のメッセージ"
    never = "メッセージが一度も届いていない"
