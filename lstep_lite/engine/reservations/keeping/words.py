"""What every keeper checks of typed words and numbers."""

import re

from lstep_lite.db import storable
from lstep_lite.errors import DomainError

HIGHEST_PRICE = 10_000_000
LONGEST_MINUTES = 1440
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
STEP = 5


def named(typed: str | None, longest: int, what: str = "名前", field: str = "name") -> str:
    """As it is kept. Raises DomainError naming *field*."""
    text = storable(typed or "").strip()
    if not text:
        raise DomainError(f"{what}を入力してください。", field)
    return told(text, longest, field)


def told(typed: str | None, longest: int, field: str) -> str:
    """A text that may be empty, or not there at all."""
    text = storable(typed or "").strip()
    if len(text) > longest:
        raise DomainError(f"{longest}文字以内で入力してください。", field)
    return text


def price(yen: int | None, field: str = "price") -> int:
    if yen is None or not 0 <= yen <= HIGHEST_PRICE:
        raise DomainError(f"金額は0〜{HIGHEST_PRICE:,}円で入力してください。", field)
    return yen


def minutes(value: int | None, field: str, *, least: int = 0, most: int = LONGEST_MINUTES) -> int:
    """Everything that is booked is a multiple of five minutes."""
    if value is None or not least <= value <= most or value % STEP:
        raise DomainError(f"{least}〜{most}分を、5分単位で入力してください。", field)
    return value


def count(value: int | None, field: str, *, least: int, most: int) -> int:
    if value is None or not least <= value <= most:
        raise DomainError(f"{least}〜{most}の数字で入力してください。", field)
    return value


def color(typed: str) -> str:
    if not COLOR.fullmatch(typed):
        raise DomainError("色を選び直してください。", "color")
    return typed


def web_address(typed: str | None, field: str) -> str:
    text = told(typed, 1000, field)
    if text and not text.startswith(("https://", "http://")):
        raise DomainError("URLは https:// から入力してください。", field)
    return text
