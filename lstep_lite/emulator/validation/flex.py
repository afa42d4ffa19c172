"""Flex messages: the container, its bubbles and what a box may hold."""

import json
from collections.abc import Iterator
from typing import Any

from .actions import FLEX_AREA, FLEX_BUTTON, check_action
from .flex_values import COMPONENTS, Test, colour, flag, one_of
from .report import Json, Place, Pointer, Report

ALT_TEXT_LENGTH = 1500
BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
MOST_BUBBLES = 12
MOST_ANIMATED = 10
BLOCKS = ("header", "hero", "body", "footer")
VIDEO_BUBBLE_SIZES = ("kilo", "mega", "giga")
IN_A_BOX = ("box", "button", "image", "text", "separator", "filler")
IN_A_BASELINE = ("icon", "text", "filler")
IN_A_HERO = ("box", "image", "video")

BUBBLE: dict[str, Test] = {
    "size": one_of("nano", "micro", "deca", "hecto", "kilo", "mega", "giga"),
    "direction": one_of("ltr", "rtl"),
}
BLOCK_STYLE: dict[str, Test] = {"backgroundColor": colour, "separator": flag, "separatorColor": colour}


def check_flex(outer: Report, inner: Report, message: Json, place: Place) -> None:
    outer.text(message, "altText", place, most=ALT_TEXT_LENGTH)
    container = outer.object(message, "contents", place)
    if container is None:
        return
    kind = inner.choice(container, "type", Pointer(""), ("bubble", "carousel"))
    if kind == "bubble":
        _check_bubble(inner, container, Pointer(""), in_carousel=False)
    elif kind == "carousel":
        _check_carousel(inner, container)
    _check_weight(inner, container)


def _check_carousel(report: Report, carousel: Json) -> None:
    _check_known(report, carousel, Pointer(""), {"type", "contents"})
    bubbles = report.objects(carousel, "contents", Pointer(""), least=1, most=MOST_BUBBLES)
    for bubble, place in bubbles:
        if report.choice(bubble, "type", place, ("bubble",)):
            _check_bubble(report, bubble, place, in_carousel=True)
    if len({bubble.get("size", "mega") for bubble, _ in bubbles}) > 1:
        report.add(Pointer("/contents"), "all bubbles of a carousel must have the same size")


def _check_weight(report: Report, container: Json) -> None:
    most = CAROUSEL_BYTES if container.get("type") == "carousel" else BUBBLE_BYTES
    _check_size(report, container, Pointer(""), most)
    animated = [part for part in _parts(container) if part.get("type") == "image" and part.get("animated") is True]
    if len(animated) > MOST_ANIMATED:
        report.add(Pointer(""), f"at most {MOST_ANIMATED} animated images can be used")


def _check_size(report: Report, container: Json, place: Place, most: int) -> None:
    if len(json.dumps(container, ensure_ascii=False, separators=(",", ":")).encode()) > most:
        report.add(place, f"Too large flex message. The maximum size of JSON data is {most // 1024} KB.")


def _parts(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _parts(child)


def _check_bubble(report: Report, bubble: Json, place: Place, *, in_carousel: bool) -> None:
    if in_carousel:
        _check_size(report, bubble, place, BUBBLE_BYTES)
    _check_known(report, bubble, place, {"type", "styles", "action", *BLOCKS, *BUBBLE})
    _check_values(report, bubble, place, BUBBLE)
    if not any(block in bubble for block in BLOCKS):
        report.add(place, "At least one block must be specified")
    for block in BLOCKS:
        if block in bubble:
            _check_component(report, bubble, block, place, IN_A_HERO if block == "hero" else ("box",))
    if _has_video(bubble) and (in_carousel or bubble.get("size", "mega") not in VIDEO_BUBBLE_SIZES):
        report.add(place.at("hero"), "a video needs a single bubble of size kilo, mega or giga")
    _check_area_action(report, bubble, place)
    if "styles" in bubble and (styles := report.object(bubble, "styles", place)) is not None:
        _check_styles(report, styles, place.at("styles"))


def _has_video(bubble: Json) -> bool:
    hero = bubble.get("hero")
    return isinstance(hero, dict) and hero.get("type") == "video"


def _check_styles(report: Report, styles: Json, place: Place) -> None:
    _check_known(report, styles, place, set(BLOCKS))
    for block in BLOCKS:
        if block in styles and (style := report.object(styles, block, place)) is not None:
            _check_known(report, style, place.at(block), set(BLOCK_STYLE))
            _check_values(report, style, place.at(block), BLOCK_STYLE)


def _check_component(report: Report, owner: Json, name: str, place: Place, kinds: tuple[str, ...]) -> None:
    component = report.object(owner, name, place)
    if component is not None:
        _check_part(report, component, place.at(name), kinds)


def _check_part(report: Report, part: Json, place: Place, kinds: tuple[str, ...]) -> None:
    kind = report.choice(part, "type", place, kinds)
    if kind is None:
        return
    tests = COMPONENTS[kind]
    _check_known(report, part, place, {"type", *tests, *HOLDS.get(kind, ())})
    _check_values(report, part, place, tests)
    CHECKS.get(kind, _check_leaf)(report, part, place)


HOLDS = {
    "box": ("contents", "action", "background"),
    "button": ("action",),
    "image": ("action", "url"),
    "video": ("action", "url", "previewUrl", "altContent"),
    "icon": ("url",),
    "text": ("action", "text", "contents"),
    "span": ("text",),
}


def _check_box(report: Report, box: Json, place: Place) -> None:
    if "layout" not in box:
        report.add(place.at("layout"), "must be specified")
    kinds = IN_A_BASELINE if box.get("layout") == "baseline" else IN_A_BOX
    contents = box.get("contents")
    if not isinstance(contents, list):
        report.add(place.at("contents"), "must be specified")
        return
    for part, part_place in report.objects(box, "contents", place, least=0, most=len(contents)):
        _check_part(report, part, part_place, kinds)
    if "background" in box:
        _check_component(report, box, "background", place, ("linearGradient",))
    _check_area_action(report, box, place)


def _check_button(report: Report, button: Json, place: Place) -> None:
    action = report.object(button, "action", place)
    if action is not None:
        check_action(report, action, place.at("action"), FLEX_BUTTON)


def _check_image(report: Report, image: Json, place: Place) -> None:
    report.https_url(image, "url", place)
    _check_area_action(report, image, place)


def _check_video(report: Report, video: Json, place: Place) -> None:
    report.https_url(video, "url", place)
    report.https_url(video, "previewUrl", place)
    _check_component(report, video, "altContent", place, ("box", "image"))
    _check_area_action(report, video, place)
    action = video.get("action")
    if isinstance(action, dict) and action.get("type") != "uri":
        report.add(place.at("action"), "only a uri action can be specified")


def _check_text(report: Report, text: Json, place: Place) -> None:
    spans = text.get("contents")
    if not spans and not (isinstance(text.get("text"), str) and text["text"]):
        report.add(place.at("text"), "must be non-empty text")
    if spans is not None:
        most = len(spans) if isinstance(spans, list) else 0
        for span, span_place in report.objects(text, "contents", place, least=0, most=most):
            _check_part(report, span, span_place, ("span",))
    _check_area_action(report, text, place)


def _check_span(report: Report, span: Json, place: Place) -> None:
    if not (isinstance(span.get("text"), str) and span["text"]):
        report.add(place.at("text"), "must be non-empty text")


def _check_icon(report: Report, icon: Json, place: Place) -> None:
    report.https_url(icon, "url", place)


def _check_leaf(report: Report, part: Json, place: Place) -> None:
    """Separators, fillers and gradients are described by their values alone."""


CHECKS = {
    "box": _check_box,
    "button": _check_button,
    "image": _check_image,
    "video": _check_video,
    "text": _check_text,
    "span": _check_span,
    "icon": _check_icon,
}


def _check_area_action(report: Report, owner: Json, place: Place) -> None:
    if "action" in owner and (action := report.object(owner, "action", place)) is not None:
        check_action(report, action, place.at("action"), FLEX_AREA)


def _check_known(report: Report, owner: Json, place: Place, known: set[str]) -> None:
    for name in owner:
        if name not in known:
            report.add(place.at(name), "unknown field")


def _check_values(report: Report, owner: Json, place: Place, tests: dict[str, Test]) -> None:
    for name, is_right in tests.items():
        if name in owner and not is_right(owner[name]):
            report.add(place.at(name), "invalid property")
