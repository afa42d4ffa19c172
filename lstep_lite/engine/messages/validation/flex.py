"""Flex messages. https://developers.line.biz/en/reference/messaging-api/#flex-message"""

import json
import re
from collections.abc import Callable, Mapping, Sequence

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
DEEPEST = 20
"""Boxes in boxes; more than any layout needs."""
MOST_PARTS, LONGEST_TEXT = 10_000, 100_000
"""More than fits into the bytes."""
MOST_ANIMATED = 10
BLOCKS = ("header", "hero", "body", "footer")
IN_A_BASELINE = ("icon", "text", "filler")
IN_A_BOX = ("box", "button", "image", "text", "separator", "filler")

Check = Callable[[Node], None]


def check(message: Node) -> None:
    message.child("altText").text("代わりの文字", ALT_TEXT_LIMIT)
    contents = message.child("contents")
    if not contents.is_object("Flexの中身"):
        return
    kind = contents.child("type")
    kind.one_of("Flexの種類", ("bubble", "carousel"), required=True)
    if kind.value == "bubble":
        _check_weight(contents, BUBBLE_BYTES)
        _bubble(contents, in_carousel=False)
    elif kind.value == "carousel":
        _carousel(contents)


def _check_weight(container: Node, limit: int) -> int:
    """Its size in bytes."""
    written = json.dumps(container.value, ensure_ascii=False, separators=(",", ":"))
    size = len(written.encode(errors="surrogatepass"))
    if size > limit:
        container.problem(f"Flexの内容が大きすぎます（{limit // 1024}KBまで、いま{size / 1024:.1f}KB）。")
    if written.count('"animated":true') > MOST_ANIMATED:  # within texts, quotation marks are escaped
        container.problem(f"動く画像は1つのメッセージに{MOST_ANIMATED}個までです。")
    return size


def _carousel(carousel: Node) -> None:
    carousel.knows_only(("type", "contents"))
    is_light = _check_weight(carousel, CAROUSEL_BYTES) <= BUBBLE_BYTES
    bubbles = [bubble for bubble in carousel.child("contents").items("カード", 1, 12) if bubble.is_object("カード")]
    for bubble in bubbles:
        bubble.child("type").one_of("カードの種類", ("bubble",), required=True)
        if not is_light:
            _check_weight(bubble, BUBBLE_BYTES)
        _bubble(bubble, in_carousel=True)
    if len({bubble.child("size").word or "mega" for bubble in bubbles}) > 1:
        carousel.child("contents").problem("すべてのカードの大きさをそろえてください。")


def _bubble(bubble: Node, *, in_carousel: bool) -> None:
    _properties(bubble, BUBBLE)
    if all(bubble.child(name).is_absent for name in BLOCKS):
        bubble.problem("カードの中身がありません。")
    if bubble.child("hero").child("type").value == "video":
        _check_video_place(bubble, in_carousel)


def _check_video_place(bubble: Node, in_carousel: bool) -> None:
    if in_carousel:
        bubble.child("hero").problem("動画は横に並べたカードの中では使えません。")
    if bubble.child("size").value not in (None, *VIDEO_SIZES):
        bubble.child("size").problem("動画を入れるカードの大きさは kilo・mega・giga のどれかです。")


def _properties(node: Node, checks: Mapping[str, Check], needed: Sequence[str] = ()) -> None:
    """What is there, each by its own check, and what is missing. LINE refuses all that it does not know.

    What is absent costs nothing: this runs for each friend of a broadcast.
    """
    for name, value in node.value.items():
        rule = checks.get(name)
        if rule is None:
            node.child(name).problem(f"「{name}」という項目はここでは使えません。")
        elif value is not None and rule is not _anything:
            rule(node.child(name))
    for name in needed:
        if node.value.get(name) is None:
            checks[name](node.child(name))


def _component(component: Node, kinds: Sequence[str]) -> None:
    if not component.is_object("部品"):
        return
    kind = component.value.get("type")
    if kind not in kinds:
        component.child("type").problem("ここには置けない種類の部品です。")
        return
    _properties(component, COMPONENTS[kind], NEEDED.get(kind, ()))
    if kind in ("text", "span"):
        _words(component)
    elif kind == "box":
        _contents(component)


def _words(text: Node) -> None:
    """A text has a text or spans; where it has both, LINE shows the spans."""
    if not text.value.get("contents"):
        text.child("text").text("文字", LONGEST_TEXT, may_be_blank=True)


def _contents(box: Node) -> None:
    if box.path.count(".contents[") > DEEPEST:
        box.problem("部品の入れ子が深すぎます。")
        return
    kinds = IN_A_BASELINE if box.value.get("layout") == "baseline" else IN_A_BOX
    for component in box.child("contents").items("部品", 0, MOST_PARTS):
        _component(component, kinds)


def _spans(spans: Node) -> None:
    for span in spans.items("文字の一部", 0, MOST_PARTS):
        _component(span, ("span",))


def _styles(styles: Node) -> None:
    if styles.is_object("カードの色"):
        _properties(styles, dict.fromkeys(BLOCKS, _style))


def _style(style: Node) -> None:
    if style.is_object("カードの色"):
        _properties(style, STYLE)


def _background(background: Node) -> None:
    if background.is_object("背景"):
        _properties(background, BACKGROUND, ("type", "angle", "startColor", "endColor"))


def _video_action(action: Node) -> None:
    _area_action(action)
    action.child("type").one_of("動画のアクション", ("uri",), required=True)


def _aspect_ratio(ratio: Node) -> None:
    match = ASPECT_RATIO.fullmatch(str(ratio.value))
    if not match:
        ratio.problem("縦横比は「20:13」のように書いてください。")
        return
    width, height = float(match[1]), float(match[2])
    if not (1 <= width <= 100_000 and 1 <= height <= 100_000) or height > 3 * width:
        ratio.problem("縦横比の縦は、横の3倍までです。")


def _area_action(action: Node) -> None:
    actions.check(action, actions.FLEX_AREA)


def _button_action(action: Node) -> None:
    actions.check(action, actions.FLEX_BUTTON)


# What each thing has. A check is asked about what is there, and about what is needed ---------------------------------


def _anything(node: Node) -> None:
    """Checked elsewhere."""


def _one_of(label: str, *allowed: str) -> Check:
    return lambda node: node.one_of(label, allowed, required=True)


def _like(label: str, pattern: re.Pattern[str]) -> Check:
    return lambda node: node.pattern(label, pattern, required=True)


def _flag(label: str) -> Check:
    return lambda node: node.flag(label)


def _url(label: str) -> Check:
    return lambda node: node.url(label)


def _from_zero(label: str) -> Check:
    return lambda node: node.whole(label, 0)


def _part(*kinds: str) -> Check:
    return lambda node: _component(node, kinds)


PADDINGS = ("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd")
OFFSETS = ("offsetTop", "offsetBottom", "offsetStart", "offsetEnd")
TYPE: Mapping[str, Check] = {"type": _anything}
ACTION: Mapping[str, Check] = {"action": _area_action}
GRAVITY: Mapping[str, Check] = {"gravity": _one_of("縦の位置", "top", "bottom", "center")}
ALIGN: Mapping[str, Check] = {"align": _one_of("横の位置", "start", "end", "center")}
SCALING: Mapping[str, Check] = {"scaling": _flag("文字の大きさの追従")}
SHRINKING: Mapping[str, Check] = {"adjustMode": _one_of("文字の縮め方", "shrink-to-fit")}
RATIO: Mapping[str, Check] = {"aspectRatio": _aspect_ratio}
FLEX: Mapping[str, Check] = {"flex": _from_zero("幅の割合")}
MARGIN: Mapping[str, Check] = {"margin": _like("余白", SPACE)}
PLACED: Mapping[str, Check] = {
    **MARGIN,
    "position": _one_of("位置の決め方", "relative", "absolute"),
    **dict.fromkeys(OFFSETS, _like("ずらす量", OFFSET)),
}
LETTERS: Mapping[str, Check] = {
    "text": _anything,
    "size": _like("文字の大きさ", TEXT_SIZE),
    "weight": _one_of("文字の太さ", "regular", "bold"),
    "color": _like("文字の色", COLOUR),
    "style": _one_of("文字の傾き", "normal", "italic"),
    "decoration": _one_of("文字の飾り", "none", "underline", "line-through"),
}
BUBBLE: Mapping[str, Check] = {
    **TYPE,
    **ACTION,
    **dict.fromkeys(("header", "body", "footer"), _part("box")),
    "hero": _part("box", "image", "video"),
    "size": _one_of("カードの大きさ", *BUBBLE_SIZES),
    "direction": _one_of("並びの向き", "ltr", "rtl"),
    "styles": _styles,
}
STYLE: Mapping[str, Check] = {
    "backgroundColor": _like("背景色", COLOUR),
    "separatorColor": _like("区切り線の色", COLOUR),
    "separator": _flag("区切り線"),
}
BACKGROUND: Mapping[str, Check] = {
    "type": _one_of("背景の種類", "linearGradient"),
    "angle": _like("背景の角度", ANGLE),
    **dict.fromkeys(("startColor", "centerColor", "endColor"), _like("背景の色", COLOUR)),
    "centerPosition": _like("背景の色の位置", PERCENT),
}
COMPONENTS: Mapping[str, Mapping[str, Check]] = {
    "box": {
        **TYPE,
        **PLACED,
        **FLEX,
        **ACTION,
        "layout": _one_of("並べ方", "horizontal", "vertical", "baseline"),
        "contents": _anything,
        "spacing": _like("部品の間隔", SPACE),
        **dict.fromkeys(PADDINGS, _like("内側の余白", PADDING)),
        **dict.fromkeys(("width", "height", "maxWidth", "maxHeight"), _like("幅と高さ", LENGTH)),
        **dict.fromkeys(("backgroundColor", "borderColor"), _like("色", COLOUR)),
        "borderWidth": _like("枠線の太さ", BORDER),
        "cornerRadius": _like("角の丸み", SPACE),
        "justifyContent": _one_of(
            "並びのそろえ方", "center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"
        ),
        "alignItems": _one_of("そろえ方", "center", "flex-start", "flex-end"),
        "background": _background,
    },
    "button": {
        **TYPE,
        **PLACED,
        **FLEX,
        **GRAVITY,
        **SHRINKING,
        **SCALING,
        "action": _button_action,
        "height": _one_of("ボタンの高さ", "sm", "md"),
        "style": _one_of("ボタンの見た目", "link", "primary", "secondary"),
        "color": _like("ボタンの色", COLOUR),
    },
    "image": {
        **TYPE,
        **PLACED,
        **FLEX,
        **GRAVITY,
        **ALIGN,
        **RATIO,
        **ACTION,
        "url": _url("画像のアドレス"),
        "size": _like("画像の大きさ", IMAGE_SIZE),
        "aspectMode": _one_of("画像の収め方", "fit", "cover"),
        "backgroundColor": _like("背景色", COLOUR),
        "animated": _flag("動く画像"),
    },
    "icon": {
        **TYPE,
        **PLACED,
        **RATIO,
        **SCALING,
        "url": _url("アイコンのアドレス"),
        "size": _like("アイコンの大きさ", TEXT_SIZE),
    },
    "video": {
        **TYPE,
        **RATIO,
        "url": _url("動画のアドレス"),
        "previewUrl": _url("プレビュー画像のアドレス"),
        "altContent": _part("box", "image"),
        "action": _video_action,
    },
    "text": {
        **TYPE,
        **PLACED,
        **FLEX,
        **GRAVITY,
        **ALIGN,
        **ACTION,
        **SHRINKING,
        **SCALING,
        **LETTERS,
        "contents": _spans,
        "wrap": _flag("折り返し"),
        "maxLines": _from_zero("行数の上限"),
        "lineSpacing": _like("行の間隔", re.compile(PIXELS)),
    },
    "span": {**TYPE, **LETTERS},
    "separator": {**TYPE, **MARGIN, "color": _like("区切り線の色", COLOUR)},
    "filler": {**TYPE, **FLEX},
}
NEEDED: Mapping[str, Sequence[str]] = {
    "box": ("layout",),
    "button": ("action",),
    "image": ("url",),
    "icon": ("url",),
    "video": ("url", "previewUrl", "altContent"),
}
