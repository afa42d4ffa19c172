"""Any of a friend's names."""

from lstep_lite.engine.segments.registry import condition
from lstep_lite.engine.segments.texts import TextCondition


@condition
class NameCondition(TextCondition):
    name = "name"
    label = "名前"
    icon = "user"
    order = 3
    column = "name_key"
