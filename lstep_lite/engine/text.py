"""How texts are compared (width, kana, case and spaces make no difference), measured, and spelled."""

import re
import unicodedata
from datetime import date
from typing import Any

import jaconv
import regex

from lstep_lite.db import storable as storable  # what is compared was stored first
from lstep_lite.errors import DomainError

WEEKDAYS = "月火水木金土日"
"""By date.weekday()."""
GRAPHEME = regex.compile(r"\X")
"""What a reader sees as one character: with its accents, or a whole emoji sequence."""
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
"""Two letters that are shown as one flag."""


def normalise(text: str) -> str:
    """NFKC, katakana to hiragana, case folded, all white space removed. 「ﾖﾔｸ」「ヨヤク」「よやく」 become one."""
    folded = jaconv.kata2hira(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(folded.split())


def phone_key(text: str) -> str:
    """A phone number's digits alone, a Japanese one as it is dialled at home: 「+81 90-1234-5678」 is 09012345678."""
    digits = unicodedata.normalize("NFKC", text)
    is_japanese = digits.replace(" ", "").startswith("+81")
    digits = "".join(mark for mark in digits if mark.isascii() and mark.isdigit())
    return f"0{digits[2:].lstrip('0')}" if is_japanese else digits


def email_key(text: str) -> str:
    """An e-mail address as addresses are compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def storable_json(value: Any) -> Any:
    """*value*, as it came from JSON, with every text in it storable: half a character can't be put on a page either."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): storable_json(part) for name, part in value.items()}
    return [storable_json(part) for part in value] if isinstance(value, list) else value


def checked_name(typed: str, longest: int, what: str = "名前") -> str:
    """What was typed as the name of a row, as it is kept. Raises DomainError for the input `name`."""
    name = storable(typed).strip()
    if not name:
        raise DomainError(f"{what}を入力してください。", "name")
    if len(name) > longest:
        raise DomainError(f"{what}は{longest}文字以内で入力してください。", "name")
    return name


def day_in_words(day: date) -> str:
    """2026年3月5日(木)"""
    return f"{day.year}年{day.month}月{day.day}日({WEEKDAYS[day.weekday()]})"


def utf16_length(text: str) -> int:
    """The length as LINE counts a text message: UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def cut_utf16(text: str, most: int) -> str:
    """The beginning of *text*, at most *most* UTF-16 code units."""
    return text.encode("utf-16-le", errors="ignore")[: 2 * most].decode("utf-16-le", errors="ignore")


def grapheme_count(text: str) -> int:
    """The length as LINE counts labels and titles: what a reader sees as one character counts once."""
    return len(GRAPHEME.findall(FLAG.sub("x", text)))  # a long row of flags would take seconds
