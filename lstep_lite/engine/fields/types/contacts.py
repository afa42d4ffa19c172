"""Phone numbers and e-mail addresses."""

import re
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo

from lstep_lite.engine import text as texts
from lstep_lite.engine.fields.types.registry import Shape, Type, field_type
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

LONGEST_EMAIL = 254
_PHONE = re.compile(r"\+?\(?\d[\d() -]{5,30}")
_DASHES = str.maketrans(dict.fromkeys("‐‑–—―−ーｰ", "-"))
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@field_type
class Phone(Type):
    type = FieldType.PHONE
    label = "電話番号"
    icon = "phone"
    hint = "ハイフンや全角で入力しても、数字だけにそろえて保存します"
    column = "text"
    operations = ("set", "clear")
    comparisons = ("equals", "contains")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> str:
        plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
        digits = texts.phone_key(plain)
        if not _PHONE.fullmatch(plain) or not 6 <= len(digits) <= 15:
            raise DomainError("電話番号は数字とハイフンで入力してください（例：090-1234-5678）。")
        is_foreign = plain.startswith("+") and not digits.startswith("0")
        return f"+{digits}" if is_foreign else digits

    def show(self, value: str, shape: Shape, zone: ZoneInfo) -> str:
        return value

    def columns(self, value: str) -> dict[str, Any]:
        return {"text": value, "text_key": texts.phone_key(value)}


@field_type
class Email(Type):
    type = FieldType.EMAIL
    label = "メールアドレス"
    icon = "mail"
    hint = "形を確かめてから保存します"
    column = "text"
    operations = ("set", "clear")
    comparisons = ("equals", "contains")

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> str:
        address = unicodedata.normalize("NFKC", text).strip()
        if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
            raise DomainError("メールアドレスの形を確認してください（例：hanako@example.com）。")
        return texts.storable(address)

    def show(self, value: str, shape: Shape, zone: ZoneInfo) -> str:
        return value

    def columns(self, value: str) -> dict[str, Any]:
        return {"text": value, "text_key": texts.email_key(value)}
