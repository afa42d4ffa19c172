"""Flex messages. https://developers.line.biz/en/reference/messaging-api/#flex-message"""

import json
import re
from collections.abc import Callable
from typing import Any

from lstep_lite.engine.messages.validation import actions
from lstep_lite.engine.messages.validation.nodes import Node

ALT_TEXT_LIMIT = 1500
BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
BUBBLE_SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
VIDEO_SIZES = ("kilo", "mega", "giga")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")
PIXELS = r"\d+(\.\d+)?px"
STEPS = "none|xs|sm|md|lg|xl|xxl"
SPACE = re.compile(rf"{STEPS}|{PIXELS}")
PADDING = re.compile(rf"{STEPS}|{PIXELS}|\d+(\.\d+)?%")
OFFSET = re.compile(rf"{STEPS}|-?{PIXELS}|-?\d+(\.\d+)?%")
LENGTH = re.compile(rf"{PIXELS}|\d+(\.\d+)?%")
BORDER = re.compile(rf"none|light|normal|medium|semi-bold|bold|{PIXELS}")
TEXT_SIZE = re.compile(rf"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|{PIXELS}")
IMAGE_SIZE = re.compile(rf"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full|{PIXELS}|\d+(\.\d+)?%")
ASPECT_RATIO = re.compile(r"(\d{1,6}(?:\.\d+)?):(\d{1,6}(?:\.\d+)?)")
PERCENT = re.compile(r"\d+(\.\d+)?%")
ANGLE = re.compile(r"\d+(\.\d+)?deg")
MARGINS = ("offsetTop", "offsetBottom", "offsetStart", "offsetEnd")
PADDINGS = ("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd")
DEEPEST = 20
"""Boxes in boxes; more than any layout needs."""
MOST_ANIMATED = 10
BLOCKS = ("header", "hero", "body", "footer")
PLACED = ("margin", "position", *MARGINS)
LETTERED = ("size", "color", "weight", "style", "decoration")
KNOWN = {
    "box": (
        *(*PLACED, *PADDINGS, "layout", "contents", "flex", "spacing", "background", "action"),
        *("width", "height", "maxWidth", "maxHeight", "justifyContent", "alignItems"),
        *("backgroundColor", "borderColor", "borderWidth", "cornerRadius"),
    ),
    "button": (*PLACED, "flex", "action", "height", "style", "color", "gravity", "adjustMode", "scaling"),
    "image": (
        *(*PLACED, "flex", "action", "url", "align", "gravity", "size"),
        *("aspectRatio", "aspectMode", "backgroundColor", "animated"),
    ),
    "icon": (*PLACED, "url", "size", "aspectRatio", "scaling"),
    "video": ("url", "previewUrl", "altContent", "aspectRatio", "action"),
    "text": (
        *(*PLACED, *LETTERED, "flex", "action", "text", "contents", "align", "gravity"),
        *("wrap", "lineSpacing", "maxLines", "adjustMode", "scaling"),
    ),
    "span": (*LETTERED, "text"),
    "separator": ("margin", "color"),
    "filler": ("flex",),
}
"""What each kind of component has. LINE refuses everything else."""


def check(message: Node) -> None:
    message.child("altText").text("代わりの文字", ALT_TEXT_LIMIT)
    contents = message.child("contents")
    if not contents.is_object("Flexの中身"):
        return
    kind = contents.child("type")
    kind.one_of("Flexの種類", ("bubble", "carousel"), required=True)
    if kind.value == "bubble":
        _bubble(contents, in_carousel=False)
    elif kind.value == "carousel":
        _carousel(contents)
    _check_animated(contents)


def _check_animated(contents: Node) -> None:
    if _animated_count(contents.value) > MOST_ANIMATED:
        contents.problem(f"動く画像は1つのメッセージに{MOST_ANIMATED}個までです。")


def _animated_count(value: Any) -> int:
    if isinstance(value, list):
        return sum(_animated_count(part) for part in value)
    if not isinstance(value, dict):
        return 0
    is_one = value.get("type") == "image" and value.get("animated") is True
    return is_one + sum(_animated_count(part) for part in value.values())


def _carousel(carousel: Node) -> None:
    carousel.knows_only(("type", "contents"))
    _check_bytes(carousel, CAROUSEL_BYTES)
    bubbles = [bubble for bubble in carousel.child("contents").items("カード", 1, 12) if bubble.is_object("カード")]
    for bubble in bubbles:
        bubble.child("type").one_of("カードの種類", ("bubble",), required=True)
        _bubble(bubble, in_carousel=True)
    if len({bubble.child("size").word or "mega" for bubble in bubbles}) > 1:
        carousel.child("contents").problem("すべてのカードの大きさをそろえてください。")


def _bubble(bubble: Node, *, in_carousel: bool) -> None:
    bubble.knows_only(("type", "size", "direction", "styles", "action", *BLOCKS))
    _check_bytes(bubble, BUBBLE_BYTES)
    bubble.child("size").one_of("カードの大きさ", BUBBLE_SIZES)
    bubble.child("direction").one_of("並びの向き", ("ltr", "rtl"))
    if all(bubble.child(name).is_absent for name in BLOCKS):
        bubble.problem("カードの中身がありません。")
    for name in ("header", "body", "footer"):
        _block(bubble.child(name), ("box",))
    _block(bubble.child("hero"), ("box", "image", "video"))
    if bubble.child("hero").child("type").value == "video":
        _check_video_place(bubble, in_carousel)
    _styles(bubble.child("styles"))
    _area_action(bubble)


def _check_bytes(container: Node, limit: int) -> None:
    size = len(json.dumps(container.value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > limit:
        container.problem(f"Flexの内容が大きすぎます（{limit // 1024}KBまで、いま{size / 1024:.1f}KB）。")


def _check_video_place(bubble: Node, in_carousel: bool) -> None:
    if in_carousel:
        bubble.child("hero").problem("動画は横に並べたカードの中では使えません。")
    if bubble.child("size").value not in (None, *VIDEO_SIZES):
        bubble.child("size").problem("動画を入れるカードの大きさは kilo・mega・giga のどれかです。")


def _block(block: Node, kinds: tuple[str, ...]) -> None:
    if not block.is_absent:
        _component(block, kinds)


def _styles(styles: Node) -> None:
    if styles.is_absent or not styles.is_object("カードの色"):
        return
    styles.knows_only(BLOCKS)
    for name in BLOCKS:
        if not styles.child(name).is_absent and styles.child(name).is_object("カードの色"):
            _style(styles.child(name))


def _style(style: Node) -> None:
    style.knows_only(("backgroundColor", "separator", "separatorColor"))
    style.child("backgroundColor").pattern("背景色", COLOUR)
    style.child("separatorColor").pattern("区切り線の色", COLOUR)
    style.child("separator").flag("区切り線")


def _component(component: Node, kinds: tuple[str, ...]) -> None:
    if not component.is_object("部品"):
        return
    kind = component.child("type")
    if kind.word not in kinds:
        kind.problem("ここには置けない種類の部品です。")
        return
    component.knows_only(("type", *KNOWN[kind.word]))
    component.child("margin").pattern("余白", SPACE)
    component.child("flex").whole("幅の割合", 0, required=False)
    component.child("position").one_of("位置の決め方", ("relative", "absolute"))
    for name in MARGINS:
        component.child(name).pattern("ずらす量", OFFSET)
    _CHECKS[kind.word](component)


def _box(box: Node) -> None:
    layout = box.child("layout")
    layout.one_of("並べ方", ("horizontal", "vertical", "baseline"), required=True)
    if box.path.count(".contents[") > DEEPEST:
        box.problem("部品の入れ子が深すぎます。")
        return
    inside = (
        ("icon", "text", "filler")
        if layout.value == "baseline"
        else ("box", "button", "image", "text", "separator", "filler")
    )
    for component in box.child("contents").items("部品", 0, 10_000):
        _component(component, inside)
    box.child("spacing").pattern("部品の間隔", SPACE)
    for name in PADDINGS:
        box.child(name).pattern("内側の余白", PADDING)
    for name in ("width", "height", "maxWidth", "maxHeight"):
        box.child(name).pattern("幅と高さ", LENGTH)
    for name in ("backgroundColor", "borderColor"):
        box.child(name).pattern("色", COLOUR)
    box.child("borderWidth").pattern("枠線の太さ", BORDER)
    box.child("cornerRadius").pattern("角の丸み", SPACE)
    box.child("justifyContent").one_of(
        "並びのそろえ方", ("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly")
    )
    box.child("alignItems").one_of("そろえ方", ("center", "flex-start", "flex-end"))
    _background(box.child("background"))
    _area_action(box)


def _background(background: Node) -> None:
    if background.is_absent or not background.is_object("背景"):
        return
    background.knows_only(("type", "angle", "startColor", "endColor", "centerColor", "centerPosition"))
    background.child("type").one_of("背景の種類", ("linearGradient",), required=True)
    background.child("angle").pattern("背景の角度", ANGLE, required=True)
    for name in ("startColor", "endColor"):
        background.child(name).pattern("背景の色", COLOUR, required=True)
    background.child("centerColor").pattern("背景の色", COLOUR)
    background.child("centerPosition").pattern("背景の色の位置", PERCENT)


def _button(button: Node) -> None:
    actions.check(button.child("action"), actions.FLEX_BUTTON)
    button.child("height").one_of("ボタンの高さ", ("sm", "md"))
    button.child("style").one_of("ボタンの見た目", ("link", "primary", "secondary"))
    button.child("color").pattern("ボタンの色", COLOUR)
    button.child("gravity").one_of("縦の位置", ("top", "bottom", "center"))
    button.child("adjustMode").one_of("文字の縮め方", ("shrink-to-fit",))
    button.child("scaling").flag("文字の大きさの追従")


def _image(image: Node) -> None:
    image.child("url").url("画像のアドレス")
    image.child("size").pattern("画像の大きさ", IMAGE_SIZE)
    image.child("align").one_of("横の位置", ("start", "end", "center"))
    image.child("gravity").one_of("縦の位置", ("top", "bottom", "center"))
    image.child("aspectMode").one_of("画像の収め方", ("fit", "cover"))
    image.child("backgroundColor").pattern("背景色", COLOUR)
    image.child("animated").flag("動く画像")
    _aspect_ratio(image.child("aspectRatio"))
    _area_action(image)


def _icon(icon: Node) -> None:
    icon.child("url").url("アイコンのアドレス")
    icon.child("size").pattern("アイコンの大きさ", TEXT_SIZE)
    icon.child("scaling").flag("文字の大きさの追従")
    _aspect_ratio(icon.child("aspectRatio"))


def _video(video: Node) -> None:
    video.child("url").url("動画のアドレス")
    video.child("previewUrl").url("プレビュー画像のアドレス")
    _component(video.child("altContent"), ("box", "image"))
    _aspect_ratio(video.child("aspectRatio"))
    action = video.child("action")
    if not action.is_absent:
        actions.check(action, actions.FLEX_AREA)
        action.child("type").one_of("動画のアクション", ("uri",), required=True)


def _aspect_ratio(ratio: Node) -> None:
    if ratio.is_absent:
        return
    match = ASPECT_RATIO.fullmatch(str(ratio.value))
    if not match:
        ratio.problem("縦横比は「20:13」のように書いてください。")
        return
    width, height = float(match[1]), float(match[2])
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000) or height > 3 * width:
        ratio.problem("縦横比の縦は、横の3倍までです。")


def _text(text: Node) -> None:
    spans = text.child("contents")
    if spans.is_absent or spans.value == []:
        text.child("text").text("文字", 100_000, may_be_blank=True)
    else:
        for span in spans.items("文字の一部", 1, 10_000):
            _component(span, ("span",))
    _letters(text)
    text.child("align").one_of("横の位置", ("start", "end", "center"))
    text.child("gravity").one_of("縦の位置", ("top", "bottom", "center"))
    text.child("wrap").flag("折り返し")
    text.child("maxLines").whole("行数の上限", 0, required=False)
    text.child("lineSpacing").pattern("行の間隔", re.compile(PIXELS))
    text.child("adjustMode").one_of("文字の縮め方", ("shrink-to-fit",))
    text.child("scaling").flag("文字の大きさの追従")
    _area_action(text)


def _span(span: Node) -> None:
    span.child("text").text("文字", 100_000, may_be_blank=True)
    _letters(span)


def _letters(text: Node) -> None:
    text.child("size").pattern("文字の大きさ", TEXT_SIZE)
    text.child("weight").one_of("文字の太さ", ("regular", "bold"))
    text.child("color").pattern("文字の色", COLOUR)
    text.child("style").one_of("文字の傾き", ("normal", "italic"))
    text.child("decoration").one_of("文字の飾り", ("none", "underline", "line-through"))


def _separator(separator: Node) -> None:
    separator.child("color").pattern("区切り線の色", COLOUR)


def _filler(filler: Node) -> None:
    """Only what every component has."""


def _area_action(component: Node) -> None:
    if not component.child("action").is_absent:
        actions.check(component.child("action"), actions.FLEX_AREA)


_CHECKS: dict[str, Callable[[Node], None]] = {
    "box": _box,
    "button": _button,
    "image": _image,
    "icon": _icon,
    "video": _video,
    "text": _text,
    "span": _span,
    "separator": _separator,
    "filler": _filler,
}
