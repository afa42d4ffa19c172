"""Any of a friend's names."""

from lstep_lite.engine.segments.registry import condition
from lstep_lite.engine.segments.texts import TextCondition
from lstep_lite.models import Friend


@condition
class NameCondition(TextCondition):
    name = "name"
    label = "名前"
    icon = "user"
    order = 3
    column = Friend.name_key
