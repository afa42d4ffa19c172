"""Keeping marks."""

from wtforms import StringField

from lstep_lite.engine.marks import MarkDraft
from lstep_lite.engine.marks.keeping import LONGEST_NAME
from lstep_lite.forms.base import EditForm, at_most, required
from lstep_lite.forms.colors import ColorField
from lstep_lite.models import Color, Mark


class MarkForm(EditForm):
    name = StringField("対応マークの名前", [required("対応マークの名前を入力してください。"), at_most(LONGEST_NAME)])
    color = ColorField(default=Color.BLUE)

    @classmethod
    def of(cls, mark: Mark) -> "MarkForm":
        return cls(data={"name": mark.name, "color": mark.color})

    def draft(self) -> MarkDraft:
        return MarkDraft(self.name.data or "", self.color.color)
