"""Values of LINE's JSON as CSS. Nothing goes into a style that was not understood here.

The numbers are those of LINE's Flex Message documentation and of the style sheet its simulator uses.
"""

import re
from collections.abc import Mapping

STEPS = {"none": "0", "xs": "2px", "sm": "4px", "md": "8px", "lg": "12px", "xl": "16px", "xxl": "20px"}
BORDERS = {"none": "0", "light": "0.5px", "normal": "1px", "medium": "2px", "semi-bold": "3px", "bold": "4px"}
FONT_SIZES = {
    "xxs": "11px", "xs": "13px", "sm": "14px", "md": "16px", "lg": "19px",
    "xl": "22px", "xxl": "29px", "3xl": "35px", "4xl": "48px", "5xl": "74px",
}  # fmt: skip
IMAGE_SIZES = {
    "xxs": "40px", "xs": "60px", "sm": "80px", "md": "100px", "lg": "120px",
    "xl": "140px", "xxl": "160px", "3xl": "180px", "4xl": "200px", "5xl": "220px", "full": "100%",
}  # fmt: skip
TALLEST = 3.0
"""A picture may be three times as high as it is wide."""

_LENGTH = re.compile(r"-?\d{1,5}(\.\d{1,4})?(px|%)")
_COLOUR = re.compile(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
_ANGLE = re.compile(r"-?\d{1,3}(\.\d{1,4})?deg")
_PERCENT = re.compile(r"\d{1,3}(\.\d{1,4})?%")
_RATIO = re.compile(r"(\d{1,6}(?:\.\d{1,4})?):(\d{1,6}(?:\.\d{1,4})?)")


def style(rules: Mapping[str, str | None]) -> str | None:
    """The `style` attribute of those *rules* that have a value."""
    return ";".join([f"{name}:{value}" for name, value in rules.items() if value is not None]) or None


def length(value: object, names: Mapping[str, str] = STEPS) -> str | None:
    """Pixels, percent, or one of *names*."""
    if not isinstance(value, str):
        return None
    return names.get(value) or (value if _LENGTH.fullmatch(value) else None)


def colour(value: object) -> str | None:
    return value if isinstance(value, str) and _COLOUR.fullmatch(value) else None


def one_of(value: object, names: Mapping[str, str]) -> str | None:
    return names.get(value) if isinstance(value, str) else None


def count(value: object) -> int | None:
    """A whole number from 0 on, as `flex` and `maxLines`."""
    return value if type(value) is int and 0 <= value <= 100_000 else None


def number(value: object) -> float | None:
    """A measure in pixels or degrees that a page can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -1_000_000 < value < 1_000_000 else None


def ratio(value: object, default: str = "1/1") -> str:
    """`20:13` as CSS writes it."""
    found = _RATIO.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return default
    width, height = float(found[1]), float(found[2])
    return f"{width:g}/{min(height, TALLEST * width):g}" if width and height else default


def gradient(background: Mapping[str, object]) -> str | None:
    if background.get("type") != "linearGradient":
        return None
    start, end, angle = (
        colour(background.get("startColor")),
        colour(background.get("endColor")),
        background.get("angle"),
    )
    if start is None or end is None:
        return None
    if not isinstance(angle, str) or not _ANGLE.fullmatch(angle):
        angle = "0deg"
    centre, place = colour(background.get("centerColor")), background.get("centerPosition")
    if centre is None:
        return f"linear-gradient({angle},{start},{end})"
    if not isinstance(place, str) or not _PERCENT.fullmatch(place):
        place = "50%"
    return f"linear-gradient({angle},{start},{centre} {place},{end})"
