"""One of several choices."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys.documents import choices
from lstep_lite.engine.surveys.kinds.picking import picked_from, with_other
from lstep_lite.engine.surveys.kinds.registry import Given, Group, Question, Raw, Reading, Wrong, kind


@kind
class Radio(Question):
    name = "radio"
    label = "ラジオボタン（1つ選ぶ）"
    icon = "circle-dot"
    group = Group.CHOICES
    order = 10
    has_choices = True
    inputs = (choices("radio"),)

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        found = picked_from(part, raw)
        if len(found) > 1:
            raise Wrong("1つだけ選んでください。")
        return with_other(found, raw)
