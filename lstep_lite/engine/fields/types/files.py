"""Pictures and other files; only staff see them."""

from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types.registry import Attachment, Shape, Type, Value, field_type
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType


@field_type
class File(Type):
    type = FieldType.FILE
    label = "画像・ファイル"
    icon = "paperclip"
    hint = "カルテの写真や同意書のPDFなど。スタッフだけが見られます"
    column = "media_id"
    operations = ("clear",)
    comparisons = ()

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> Value:
        raise DomainError("ファイルは、お客様のページから入れてください。")

    def show(self, value: Attachment, shape: Shape, zone: ZoneInfo) -> str:
        return value.file_name

    def columns(self, value: Attachment) -> dict[str, Any]:
        return {"media_id": value.media_id}
