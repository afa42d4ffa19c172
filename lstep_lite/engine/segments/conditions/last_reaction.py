"""When a friend last did anything: wrote, tapped a button, added the account."""

from lstep_lite.engine.segments.days import DaysCondition
from lstep_lite.engine.segments.registry import condition


@condition
class LastReactionCondition(DaysCondition):
    name = "last_reaction"
    label = "最後の反応"
    icon = "click"
    order = 60
    column = "last_reaction_at"
    since = "最後の反応"
    never = "一度も反応がない"
