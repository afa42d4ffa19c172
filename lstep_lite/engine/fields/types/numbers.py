"""Numbers, exact to three decimals."""

import re
import unicodedata
from decimal import Decimal
from zoneinfo import ZoneInfo

from lstep_lite.engine.fields.types.registry import Shape, Type, field_type
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

LARGEST = Decimal(999_999_999_999)
_NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{1,3}0*)?|\.\d{1,3})")
_SIGNS = str.maketrans({"−": "-", "‐": "-", "―": "-", "ー": "-", ",": None, "、": None, " ": None})


def number(text: str) -> Decimal:
    """The number in *text*, in either width, with or without commas. Raises DomainError."""
    plain = unicodedata.normalize("NFKC", text).strip().translate(_SIGNS)
    if not _NUMBER.fullmatch(plain):
        raise DomainError("数字で入力してください（例：1200、-5、1.5。小数は3けたまでです）。")
    return fitting(Decimal(plain))


def fitting(value: Decimal) -> Decimal:
    """*value*, if it can be stored. Raises DomainError."""
    if abs(value) > LARGEST:
        raise DomainError(f"数字が大きすぎます。{-LARGEST:,}〜{LARGEST:,}の間にしてください。")
    return value


def plain(value: Decimal) -> str:
    """1234.5, never 1E+3"""
    return format(value.normalize(), "f") if value else "0"


@field_type
class Number(Type):
    type = FieldType.NUMBER
    label = "数字"
    icon = "hash"
    hint = "来店回数、ポイント、金額など。足したり引いたりできます"
    column = "number"
    operations = ("set", "add", "subtract", "clear")
    comparisons = ("between",)

    def read(self, text: str, shape: Shape, zone: ZoneInfo) -> Decimal:
        return number(text)

    def show(self, value: Decimal, shape: Shape, zone: ZoneInfo) -> str:
        whole, dot, rest = plain(value).partition(".")
        sign = "-" if whole.startswith("-") else ""
        return f"{sign}{abs(int(whole)):,}{dot}{rest}"

    def typed(self, value: Decimal, shape: Shape, zone: ZoneInfo) -> str:
        return plain(value)
