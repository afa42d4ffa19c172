"""Naming a file of the library, and cutting a picture."""

from collections.abc import Sequence

from wtforms import IntegerField, RadioField, StringField
from wtforms.validators import Optional

from lstep_lite.engine.media import Box
from lstep_lite.engine.media.library import LONGEST_NAME
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import EditForm, Form, at_most, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.models import Folder, Media

RATIOS = {"1:1": "正方形 1:1", "1.51:1": "横長 1.51:1", "20:13": "横長 20:13", "16:9": "横長 16:9"}
FREE = "free"
"""The shape is what the numbers say."""


class MediaForm(EditForm):
    name = StringField("名前", [required("名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()

    @classmethod
    def of(cls, row: Media, folders: Sequence[Folder]) -> "MediaForm":
        return cls(data={"name": row.name, "folder_id": row.folder_id or NO_FOLDER}).offer(folders)

    def offer(self, folders: Sequence[Folder]) -> "MediaForm":
        self.folder_id.offer(folders)
        return self


class CropForm(Form):
    """A part of a picture: by numbers, or by a shape alone, which then lies in the middle."""

    ratio = RadioField("形", default="1:1")
    left = IntegerField("左から", [Optional()])
    top = IntegerField("上から", [Optional()])
    width = IntegerField("横", [Optional()])
    height = IntegerField("縦", [Optional()])

    def offer(self, ratios: Sequence[str]) -> "CropForm":
        """*ratios*: those that suit the place the picture is for; all of them where that does not matter."""
        known = [ratio for ratio in ratios if _value(ratio)]
        shapes = {ratio: RATIOS.get(ratio, ratio) for ratio in known} if known else {**RATIOS, FREE: "自由"}
        self.ratio.choices = list(shapes.items())
        if self.ratio.data not in shapes:
            self.ratio.data = next(iter(shapes))
        return self

    @property
    def box(self) -> Box | None:
        """What the numbers say; None when only a shape was chosen. Raises DomainError for half of a box."""
        fields = (self.left, self.top, self.width, self.height)
        numbers = [field.data for field in fields if field.data is not None]
        if not numbers:
            return None
        if len(numbers) < len(fields):
            raise DomainError("左から・上から・横・縦の4つとも入力してください。", "width")
        return Box(*numbers)

    @property
    def shape(self) -> float:
        """Width by height. Raises DomainError where numbers are needed."""
        value = _value(self.ratio.data or "")
        if value is None:
            raise DomainError("切り抜く範囲を、左から・上から・横・縦の数字で入力してください。", "width")
        return value


def _value(ratio: str) -> float | None:
    width, _, height = ratio.partition(":")
    try:
        value = float(width) / float(height)
    except (ValueError, ZeroDivisionError):
        return None
    return value if 0.05 <= value <= 20 else None
