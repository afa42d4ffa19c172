"""Naming a file of the library, and cutting a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import Optional

from lstep_lite.engine.media import Box
from lstep_lite.engine.media.library import LONGEST_NAME
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import EditForm, Form, at_most, options, required, row_id
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.models import Folder, Media

NO_PICTURE = 0
RATIOS = {"1:1": "正方形 1:1", "1.51:1": "横長 1.51:1", "20:13": "横長 20:13", "16:9": "横長 16:9"}
FREE = "free"
"""The shape is what the numbers say."""


class PictureField(SelectField):
    """A picture of the media library; give it some of them with `offer`. A script opens the whole library."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        choices = options({"0": "画像なし"})
        super().__init__(label, coerce=row_id, default=NO_PICTURE, choices=choices, validate_choice=False, **kwargs)

    def offer(self, pictures: Mapping[int, str]) -> None:
        named = {str(media_id): name for media_id, name in pictures.items()}
        if self.data and str(self.data) not in named:
            named[str(self.data)] = "選んである画像"
        self.choices = options({"0": "画像なし"} | named)

    @property
    def media_id(self) -> int | None:
        return self.data or None


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
