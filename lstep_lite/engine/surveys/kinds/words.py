"""Answers that are typed: one line, checked by its rule, or a longer text."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import jaconv

from lstep_lite.engine import fields
from lstep_lite.engine.fields import Type
from lstep_lite.engine.fields.types.registry import Shape
from lstep_lite.engine.studio import Choice, Data, Flag, Number, Text
from lstep_lite.engine.surveys.kinds.registry import Given, Group, Question, Raw, Reading, Wrong, kind
from lstep_lite.engine.text import grapheme_count, storable
from lstep_lite.errors import DomainError
from lstep_lite.models import FieldType

LONGEST_LINE, LONGEST_TEXT = 500, 5000
_KANA = re.compile(r"[ァ-ヴヵヶー・゛゜\s]+")
_POSTAL = re.compile(r"\d{7}")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,15}")
_CLOCK = re.compile(r"(\d{1,2})[:時](\d{1,2})?分?")
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Rule:
    """How a line is checked: *read* gives (as people read it, as fields keep it)."""

    label: str
    read: Callable[[str], tuple[str, str]]
    keyboard: str = "text"
    """HTML's inputmode."""
    autocomplete: str = ""
    example: str = ""
    has_length: bool = False


def only(text: str) -> tuple[str, str]:
    return text, text


def kana(text: str) -> tuple[str, str]:
    found = jaconv.hira2kata(unicodedata.normalize("NFKC", text))
    if not _KANA.fullmatch(found):
        raise Wrong("カタカナで入力してください（例：ハナダ サクラ）。")
    return found, found


def whole(text: str) -> tuple[str, str]:
    found = unicodedata.normalize("NFKC", text).replace(",", "")
    if not _WHOLE.fullmatch(found):
        raise Wrong("数字だけで入力してください（例：30）。")
    return str(int(found)), str(int(found))


def postal(text: str) -> tuple[str, str]:
    digits = unicodedata.normalize("NFKC", text).replace("〒", "").replace("-", "").replace("ー", "").strip()
    if not _POSTAL.fullmatch(digits):
        raise Wrong("郵便番号は7けたの数字で入力してください（例：150-0001）。")
    return f"{digits[:3]}-{digits[3:]}", digits


def web_address(text: str) -> tuple[str, str]:
    if not _URL.fullmatch(text):
        raise Wrong("URLは「https://」から入力してください。")
    return text, text


def clock(text: str) -> tuple[str, str]:
    found = _CLOCK.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None or not (int(found[1]) < 24 and int(found[2] or 0) < 60):
        raise Wrong("時刻は「10:30」のように入力してください。")
    shown = f"{int(found[1])}:{int(found[2] or 0):02d}"
    return shown, shown.zfill(5)


def _of_type(type_: FieldType) -> Callable[[str], tuple[str, str]]:
    """As the friend fields of that type read and show it."""

    def read(text: str) -> tuple[str, str]:
        known: Type = fields.types[type_]
        try:
            value = known.parse(text, Shape(), UTC)
        except DomainError as error:
            raise Wrong(error.message) from error
        return known.show(value, Shape(), UTC), known.typed(value, Shape(), UTC)

    return read


def phone(text: str) -> tuple[str, str]:
    """Kept as digits, shown as Japan writes its numbers."""
    _, plain = _of_type(FieldType.PHONE)(text)
    return _grouped(plain), plain


def _grouped(digits: str) -> str:
    """090-1234-5678 and 03-1234-5678; numbers whose area code has another length stay as they are."""
    if re.fullmatch(r"0[5789]0\d{8}", digits):
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if re.fullmatch(r"0[36]\d{8}", digits):
        return f"{digits[:2]}-{digits[2:6]}-{digits[6:]}"
    if re.fullmatch(r"0(120|800)\d{6,7}", digits):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    return digits


day = _of_type(FieldType.DATE)
email = _of_type(FieldType.EMAIL)
RULES: Mapping[str, Rule] = {
    "none": Rule("なし", only, has_length=True),
    "kana": Rule("カタカナ", kana, example="ハナダ サクラ", has_length=True),
    "email": Rule("メールアドレス", email, "email", "email", "hanako@example.com"),
    "phone": Rule("電話番号", phone, "tel", "tel", "090-1234-5678"),
    "integer": Rule("整数", whole, "numeric", example="30", has_length=True),
    "postal": Rule("郵便番号", postal, "numeric", "postal-code", "150-0001"),
    "date": Rule("日付", day, example="2027/3/5"),
    "time": Rule("時刻", clock, example="10:30"),
    "url": Rule("URL", web_address, "url", "url", "https://"),
}
AUTOCOMPLETE = {"": "なし", "name": "お名前", "street-address": "ご住所", "organization": "会社名"}
_LABELS = {name: rule.label for name, rule in RULES.items()}
_LENGTHS = {"rule": tuple(name for name, rule in RULES.items() if rule.has_length)}


@kind
class OneLine(Question):
    name = "one_line"
    label = "1行で答える"
    icon = "cursor-text"
    group = Group.WORDS
    order = 10
    inputs = (
        Choice(name="rule", label="入力のきまり", options=_LABELS, start="none"),
        Text(name="example", label="入力例", most=60, required=False, words=False),
        Number(name="least", label="最少の文字数", least=0, most=LONGEST_LINE, start=0, shown_if=_LENGTHS),
        Number(name="most", label="最多の文字数", least=1, most=LONGEST_LINE, start=100, shown_if=_LENGTHS),
        Choice(
            name="fills",
            label="スマートフォンの自動入力",
            options=AUTOCOMPLETE,
            start="",
            hint="お客様のスマートフォンに登録されている内容を、入力の候補に出します。",
            section="くわしい設定",
            shown_if={"rule": ("none",)},
        ),
        Flag(
            name="fills_address",
            label="次の質問に住所を自動で入れる",
            start=True,
            shown_if={"rule": ("postal",)},
            hint="次の質問が都道府県なら都道府県を、1行で答える質問なら住所を入れます。",
        ),
    )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        text = storable(next(iter(raw.get("", ())), "")).strip()
        if not text:
            return None
        if len(text) > LONGEST_LINE:
            raise Wrong(f"{LONGEST_LINE}文字までで入力してください。")
        shown, plain = RULES[part["rule"]].read(" ".join(text.splitlines()))
        _check_length(part, shown)
        number = int(plain) if part["rule"] == "integer" else None
        return Given(text=shown, plain=plain, number=number)

    def typed(self, part: Data, plain: str) -> dict[str, list[str]]:
        """A phone number with its hyphens, as people read it; what doesn't fit the rule stands there to be mended."""
        try:
            shown, _ = RULES[part["rule"]].read(plain)
        except Wrong:
            shown = plain
        return super().typed(part, shown if plain else "")


def _check_length(part: Data, text: str) -> None:
    if not RULES[part["rule"]].has_length:
        return
    length = grapheme_count(text)
    if length < part["least"]:
        raise Wrong(f"{part['least']}文字以上で入力してください（いま{length}文字）。")
    if length > part["most"]:
        raise Wrong(f"{part['most']}文字までで入力してください（いま{length}文字）。")


@kind
class LongText(Question):
    name = "long_text"
    label = "長い文章で答える"
    icon = "align-left"
    group = Group.WORDS
    order = 20
    inputs = (
        Number(name="most", label="最多の文字数", least=1, most=LONGEST_TEXT, start=1000),
        Number(name="lines", label="欄の高さ", least=2, most=20, start=4, unit="行"),
        Text(name="example", label="入力例", most=200, required=False, words=False),
    )

    def parse(self, part: Data, raw: Raw, reading: Reading) -> Given | None:
        text = storable(next(iter(raw.get("", ())), "")).replace("\r\n", "\n").strip()
        if not text:
            return None
        if (length := grapheme_count(text)) > part["most"]:
            raise Wrong(f"{part['most']:,}文字までで入力してください（いま{length:,}文字）。")
        return Given(text=text, plain=text)
