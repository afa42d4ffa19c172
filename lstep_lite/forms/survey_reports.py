"""Whose answers are set against those of all others."""

from lstep_lite.engine import segments
from lstep_lite.forms.base import Form
from lstep_lite.forms.segments import SegmentField


class ReportForm(Form):
    """From the address of the page."""

    segment = SegmentField("くらべる友だちの条件", name=segments.PATH)

    @property
    def is_narrowed(self) -> bool:
        return any(self.segment.conditions.blocks.values())
