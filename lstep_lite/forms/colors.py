"""Choosing a colour."""

from typing import Any

from wtforms import RadioField

from lstep_lite.forms.base import options
from lstep_lite.models import Color

LABELS = {
    Color.GREEN: "緑",
    Color.BLUE: "青",
    Color.PURPLE: "紫",
    Color.PINK: "ピンク",
    Color.RED: "赤",
    Color.ORANGE: "オレンジ",
    Color.YELLOW: "黄",
    Color.GRAY: "グレー",
}


class ColorField(RadioField):
    """「色」 of an editor, drawn by `ui.color_field`."""

    def __init__(self, label: str = "色", *, default: Color, **kwargs: Any) -> None:
        super().__init__(label, default=default.value, choices=options(LABELS), **kwargs)

    @property
    def color(self) -> Color:
        return Color(self.data)
