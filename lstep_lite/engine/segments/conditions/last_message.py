"""When a friend last wrote."""

from lstep_lite.engine.segments.days import DaysCondition
from lstep_lite.engine.segments.registry import condition


@condition
class LastMessageCondition(DaysCondition):
    name = "last_message"
    label = "最後のメッセージ"
    icon = "message-circle"
    order = 55
    column = "last_message_at"
    since = "最後のメッセージ"
    never = "メッセージが一度も届いていない"
