"""One card: its picture or video, its three boxes, what they look like."""

from collections.abc import Sequence
from typing import Any

from lstep_lite.engine.messages.flex import addresses, looks, registry
from lstep_lite.engine.messages.flex.looks import box, paint, slim
from lstep_lite.engine.messages.flex.registry import Blocks, Component
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Condition, Data, Element, File, Flag, Input, Text
from lstep_lite.engine.taps import TapInput, Where
from lstep_lite.engine.taps.behaviours.uri import Address
from lstep_lite.models import MediaKind

HEROES = {"none": "なし", "image": "画像", "video": "動画"}
LINK_LABEL = 40


def _paints(section: str, label: str) -> tuple[Input, ...]:
    shown = {"paints": (True,)}
    return (
        Color(name=f"{section}_color", label=f"{label}の背景", shown_if=shown),
        Color(name=f"{section}_color2", label=f"{label}の背景の2色め", shown_if=shown),
        Choice(
            name=f"{section}_angle",
            label=f"{label}の2色の向き",
            options=looks.ANGLES,
            start="180deg",
            shown_if=shown,
        ),
    )


BUBBLE = Element(
    name="flex_bubble",
    label="カード",
    icon="id",
    is_panel=True,
    inputs=(
        Choice(name="hero", label="いちばん上の画像・動画", options=HEROES, start="none", as_buttons=True),
        *addresses.inputs({"hero": ("image",)}),
        TapInput(name="hero_tap", label="画像をタップしたとき", where=Where.FLEX, shown_if={"hero": ("image",)}),
        File(
            name="video_id",
            label="動画",
            kind="video",
            hint="動画は、カードが1枚で、大きさが「中くらい」以上のときだけ使えます。",
            shown_if={"hero": ("video",)},
        ),
        Address(name="video_link", label="見終わったあとに開くURL", required=False, shown_if={"hero": ("video",)}),
        Text(
            name="video_label",
            label="そのボタンの文字",
            most=LINK_LABEL,
            required=False,
            start="くわしく見る",
            shown_if={"hero": ("video",)},
        ),
        Blocks(name="header", label="ヘッダー", hint="カードの頭に置く見出しです。"),
        Blocks(name="body", label="本文", first=("flex_text",)),
        Blocks(name="footer", label="フッター", hint="カードの下に置くボタンなどです。"),
        Flag(name="paints", label="背景の色や余白を変える"),
        *_paints("header", "ヘッダー"),
        *_paints("body", "本文"),
        *_paints("footer", "フッター"),
        Choice(
            name="padding",
            label="本文の内側の余白",
            options=looks.SPACES,
            start="xl",
            shown_if={"paints": (True,)},
        ),
        Flag(name="line", label="フッターの上に線を引く"),
        TapInput(label="カードのどこかをタップしたとき", where=Where.FLEX),
        Condition(label="このカードを見せる相手"),
    ),
)


def draw(bubbles: Sequence[Data], size: str, speaking: Speaking) -> list[Component]:
    """LINE's bubbles of those cards that have something to show to this friend."""
    shown = [_bubble(data, size, speaking) for data in bubbles if speaking.is_shown(data)]
    return [bubble for bubble in shown if bubble is not None]


def _bubble(data: Data, size: str, speaking: Speaking) -> Component | None:
    blocks: dict[str, Any] = {
        "header": _section(data, "header", speaking),
        "hero": _HEROES[data["hero"]](data, speaking),
        "body": _section(data, "body", speaking),
        "footer": _section(data, "footer", speaking),
    }
    if not any(blocks.values()):
        return None
    bubble = {"type": "bubble"} | slim({"size": size}, size="mega") | slim(blocks)
    if data["line"] and blocks["footer"]:
        bubble["styles"] = {"footer": {"separator": True}}
    if action := speaking.action(data["tap"]):
        bubble["action"] = action
    return bubble


def _section(data: Data, name: str, speaking: Speaking) -> Component | None:
    contents = registry.draw(data[name], speaking)
    if not contents:
        return None
    padding = data.get("padding") if name == "body" else None
    return box("vertical", contents, **slim({"paddingAll": padding}, paddingAll="xl"), **paint(data, f"{name}_"))


def _no_hero(data: Data, speaking: Speaking) -> None:
    return None


def _image(data: Data, speaking: Speaking) -> Component | None:
    picture = addresses.find(data, speaking)
    if picture is None:
        return None
    image: Component = {"type": "image", **addresses.look(data, picture)}
    if action := speaking.action(data["hero_tap"]):
        image["action"] = action
    return image


def _video(data: Data, speaking: Speaking) -> Component:
    """https://developers.line.biz/en/docs/messaging-api/create-flex-message-including-video/"""
    file = speaking.file(data["video_id"], MediaKind.VIDEO)
    ratio = addresses.ratio_of(file.width, file.height)
    instead = {"type": "image", "url": file.preview_url, "size": "full", "aspectRatio": ratio, "aspectMode": "cover"}
    video: Component = {"type": "video", "url": file.url, "previewUrl": file.preview_url, "aspectRatio": ratio}
    video["altContent"] = instead
    if data["video_link"]:
        label = speaking.fill(data["video_label"], LINK_LABEL).strip() or "くわしく見る"
        video["action"] = {"type": "uri", "label": label, "uri": speaking.fill_url(data["video_link"])}
    return video


_HEROES = {"none": _no_hero, "image": _image, "video": _video}
