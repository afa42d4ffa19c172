"""Which values the properties of Flex components take."""

import re
from collections.abc import Callable
from typing import Any

Test = Callable[[Any], bool]


def one_of(*values: str) -> Test:
    return lambda value: value in values


def matching(pattern: str) -> Test:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def either(*tests: Test) -> Test:
    return lambda value: any(test(value) for test in tests)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def count(value: Any) -> bool:
    return type(value) is int and value >= 0


def ratio(value: Any) -> bool:
    """`width:height`, each 1 to 100000, the height at most three times the width."""
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+)?:\d+(\.\d+)?", value):
        return False
    width, height = (float(side) for side in value.split(":"))
    return 1 <= width <= 100_000 and 1 <= height <= 100_000 and height <= 3 * width


PIXELS = r"\d+(\.\d+)?px"
PERCENT = r"\d+(\.\d+)?%"
STEPS = ("none", "xs", "sm", "md", "lg", "xl", "xxl")
FONT_SIZES = ("xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl")

colour = matching(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
pixels = matching(PIXELS)
length = matching(f"{PIXELS}|{PERCENT}")
step = either(one_of(*STEPS), pixels)
padding = either(one_of(*STEPS), length)
offset = either(one_of(*STEPS), matching(f"-?({PIXELS}|{PERCENT})"))
font_size = either(one_of(*FONT_SIZES), pixels)
image_size = either(one_of(*FONT_SIZES, "full"), length)
border = either(one_of("none", "light", "normal", "medium", "semi-bold", "bold"), pixels)
across = one_of("start", "end", "center")
upright = one_of("top", "bottom", "center")
shrinking = one_of("shrink-to-fit")

PLACED: dict[str, Test] = {
    "margin": step,
    "position": one_of("relative", "absolute"),
    "offsetTop": offset,
    "offsetBottom": offset,
    "offsetStart": offset,
    "offsetEnd": offset,
}
WRITTEN: dict[str, Test] = {
    "size": font_size,
    "color": colour,
    "weight": one_of("regular", "bold"),
    "style": one_of("normal", "italic"),
    "decoration": one_of("none", "underline", "line-through"),
}
COMPONENTS: dict[str, dict[str, Test]] = {
    "box": {
        **PLACED,
        "layout": one_of("horizontal", "vertical", "baseline"),
        "flex": count,
        "spacing": step,
        "backgroundColor": colour,
        "borderColor": colour,
        "borderWidth": border,
        "cornerRadius": step,
        "width": length,
        "maxWidth": length,
        "height": length,
        "maxHeight": length,
        "paddingAll": padding,
        "paddingTop": padding,
        "paddingBottom": padding,
        "paddingStart": padding,
        "paddingEnd": padding,
        "justifyContent": one_of("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"),
        "alignItems": one_of("center", "flex-start", "flex-end"),
    },
    "button": {
        **PLACED,
        "flex": count,
        "color": colour,
        "style": one_of("primary", "secondary", "link"),
        "gravity": upright,
        "height": one_of("md", "sm"),
        "adjustMode": shrinking,
        "scaling": flag,
    },
    "image": {
        **PLACED,
        "flex": count,
        "align": across,
        "gravity": upright,
        "size": image_size,
        "aspectRatio": ratio,
        "aspectMode": one_of("fit", "cover"),
        "backgroundColor": colour,
        "animated": flag,
    },
    "video": {"aspectRatio": ratio},
    "icon": {**PLACED, "size": font_size, "aspectRatio": ratio, "scaling": flag},
    "text": {
        **PLACED,
        **WRITTEN,
        "flex": count,
        "align": across,
        "gravity": upright,
        "wrap": flag,
        "lineSpacing": pixels,
        "maxLines": count,
        "adjustMode": shrinking,
        "scaling": flag,
    },
    "span": WRITTEN,
    "separator": {"margin": step, "color": colour},
    "filler": {"flex": count},
    "linearGradient": {
        "angle": matching(r"\d+(\.\d+)?deg"),
        "startColor": colour,
        "endColor": colour,
        "centerColor": colour,
        "centerPosition": matching(PERCENT),
    },
}
