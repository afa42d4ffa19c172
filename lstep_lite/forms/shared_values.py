"""Keeping shared values."""

from collections.abc import Sequence
from typing import Self

from wtforms import FileField, RadioField, StringField, TextAreaField

from lstep_lite.engine.fields.types import types
from lstep_lite.engine.shared_values import SharedValueDraft
from lstep_lite.engine.shared_values.holding import LONGEST_TEXT
from lstep_lite.engine.shared_values.keeping import LONGEST_NAME
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.models import FieldType, Folder, SharedValue, SharedValueType

LABELS = {
    SharedValueType.TEXT: "文章",
    SharedValueType.NUMBER: "数字",
    SharedValueType.DATE: "日付",
    SharedValueType.IMAGE: "画像",
}
HINTS = {
    SharedValueType.TEXT: "今日のお知らせ、お店の電話番号など",
    SharedValueType.NUMBER: "残りの席、先着の残り人数など。自動で足したり引いたりできます",
    SharedValueType.DATE: "キャンペーンの最終日など",
    SharedValueType.IMAGE: "メッセージの文章には、画像のアドレスが入ります",
}
ICONS = {
    SharedValueType.TEXT: types[FieldType.LONG_TEXT].icon,
    SharedValueType.NUMBER: types[FieldType.NUMBER].icon,
    SharedValueType.DATE: types[FieldType.DATE].icon,
    SharedValueType.IMAGE: "photo",
}


class SharedValueForm(EditForm):
    """Its field *text* is what it holds, as text; a picture comes as *picture*."""

    name = StringField("名前", [required("共通情報の名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    text = TextAreaField("今の内容", [at_most(LONGEST_TEXT)])
    picture = FileField("画像")

    @classmethod
    def of(cls, value: SharedValue, text: str, folders: Sequence[Folder]) -> "SharedValueForm":
        return cls(data={"name": value.name, "folder_id": value.folder_id or NO_FOLDER, "text": text}).offer(folders)

    def offer(self, folders: Sequence[Folder]) -> Self:
        self.folder_id.offer(folders)
        return self

    def draft(self) -> SharedValueDraft:
        return SharedValueDraft(name=self.name.data or "", folder_id=self.folder_id.folder_id)


class NewSharedValueForm(SharedValueForm):
    type = RadioField("種類", choices=options(LABELS), default=SharedValueType.TEXT.value)

    @property
    def value_type(self) -> SharedValueType:
        return SharedValueType(self.type.data)
