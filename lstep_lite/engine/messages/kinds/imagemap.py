"""A large picture with places to tap. https://developers.line.biz/en/reference/messaging-api/#imagemap-message"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.media import PublicFile
from lstep_lite.engine.messages.alt_texts import AltText, alt_text, suggested
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Data, Element, File, Items, Number, Problem, Text
from lstep_lite.engine.taps import TapInput, Where
from lstep_lite.errors import DomainError

WIDTH = 1040
"""LINE measures areas on a picture of this width."""
WHOLE = 1000
"""Areas are kept in thousandths of the picture, so that they stay where they are when it is replaced."""
LONGEST_URI = 1000
MOST_AREAS = 50


@dataclass(frozen=True, kw_only=True)
class Share(Number):
    """A part of the picture's width or height, in thousandths; shown in percent."""

    widget = "share"
    least: int = 0
    most: int = WHOLE
    start: int = 0
    unit: str = "%"


AREA = Element(
    name="imagemap_area",
    label="タップする場所",
    icon="hand-stop",
    title="label",
    inputs=(
        Share(name="x", label="左から"),
        Share(name="y", label="上から"),
        Share(name="width", label="幅", least=1, start=WHOLE),
        Share(name="height", label="高さ", least=1, start=WHOLE),
        TapInput(
            where=Where.IMAGEMAP,
            start="uri",
            hint="LINEの決まりで、リッチメッセージではアクションの実行を選べません。"
            "「お客様の発言として文字を送る」と自動応答を組み合わせると、同じことができます。",
        ),
        Text(
            name="label",
            label="場所の説明",
            most=50,
            required=False,
            words=False,
            hint="画面の読み上げに使います。例：クーポンを見る",
        ),
    ),
)


@dataclass(frozen=True)
class Layout:
    """A way to divide a picture: each area's left, top, width and height."""

    label: str
    areas: tuple[tuple[int, int, int, int], ...]


def _grid(columns: int, rows: int, top: int = 0) -> tuple[tuple[int, int, int, int], ...]:
    """Equal areas, row by row, below *top*."""
    lefts = [WHOLE * at // columns for at in range(columns + 1)]
    tops = [top + (WHOLE - top) * at // rows for at in range(rows + 1)]
    return tuple(
        (lefts[column], tops[row], lefts[column + 1] - lefts[column], tops[row + 1] - tops[row])
        for row in range(rows)
        for column in range(columns)
    )


LAYOUTS = (
    Layout("1つ", _grid(1, 1)),
    Layout("左右に2つ", _grid(2, 1)),
    Layout("上下に2つ", _grid(1, 2)),
    Layout("横に3つ", _grid(3, 1)),
    Layout("縦に3つ", _grid(1, 3)),
    Layout("上に1つ、下に2つ", ((0, 0, WHOLE, 500), *_grid(2, 1, top=500))),
    Layout("上に1つ、下に3つ", ((0, 0, WHOLE, 500), *_grid(3, 1, top=500))),
    Layout("4つ", _grid(2, 2)),
    Layout("6つ", _grid(3, 2)),
)


@dataclass(frozen=True, kw_only=True)
class Areas(Items):
    """Places on a picture: drawn on it (static/studio/areas.js), and listed below."""

    widget = "areas"
    picture: str
    """The input beside it that holds the picture."""

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        layouts = [{"label": layout.label, "areas": layout.areas} for layout in LAYOUTS]
        return super().describe(session, elements) | {"picture": self.picture, "layouts": layouts}


@kind
class Imagemap(Kind):
    name = "imagemap"
    label = "リッチメッセージ"
    icon = "layout-grid"
    order = 110
    lead = "大きな画像を1枚送ります。場所ごとにリンクなどを付けられます。"
    inputs = (
        File(
            name="media_id",
            label="画像",
            hint="横幅いっぱいに表示されます。横1040ピクセル以上の画像がきれいです。",
        ),
        Areas(
            name="areas",
            label="タップする場所",
            hint="分け方を選ぶか、画像の上をドラッグして場所を決めます。スマートフォンでは、場所を一度タップしてから動かします。",
            picture="media_id",
            of=lambda: (AREA,),
            least=1,
            most=MOST_AREAS,
            first=("imagemap_area",),
            noun="場所",
        ),
        AltText(),
    )

    def problems(self, block: Block) -> Iterable[Problem]:
        for number, area in enumerate(block["areas"]):
            for start, length in (("x", "width"), ("y", "height")):
                if area[start] + area[length] > WHOLE:
                    yield Problem(
                        f"areas.{number}.{length}", "画像からはみ出しています。小さくするか、動かしてください。"
                    )

    def alt_text(self, block: Block) -> str:
        return suggested(*(area["label"] for area in block["areas"])) or "画像が届きました"

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        picture = speaking.file(block["media_id"])
        height = base_height(picture)
        actions = [_action(area, height, speaking) for area in block["areas"]]
        return [
            {
                "type": "imagemap",
                "baseUrl": base_url(picture),
                "altText": alt_text(self, block, speaking),
                "baseSize": {"width": WIDTH, "height": height},
                "actions": [action for action in actions if action],
            }
        ]


def base_url(picture: PublicFile) -> str:
    """Where LINE finds the picture in its five sizes (engine/media/sizes.py); of a video, its picture."""
    if not picture.preview_url.endswith("/preview"):
        return f"{picture.preview_url}?size="  # a sample of the editor, which has one size
    return f"{picture.preview_url.removesuffix('/preview')}/imagemap"


def base_height(picture: PublicFile) -> int:
    """The height that belongs to LINE's width; a square where nobody knows the sides."""
    return max(1, round(WIDTH * picture.height / picture.width)) if picture.width and picture.height else WIDTH


def _action(area: Data, height: int, speaking: Speaking) -> LineObject | None:
    """An imagemap's action is not quite like others: its link has a name of its own."""
    action = speaking.action(area["tap"])
    if action is None:
        return None
    if "uri" in action:
        if len(action["uri"]) > LONGEST_URI:
            raise DomainError(f"リンク先のURLが長すぎます（{LONGEST_URI:,}文字まで）。")
        action = {"type": "uri", "linkUri": action["uri"]}
    label = {"label": area["label"]} if area["label"] else {}
    return action | label | {"area": _pixels(area, height)}


def _pixels(area: Data, height: int) -> dict[str, int]:
    """Neighbours that touch in thousandths touch in pixels too."""
    left, right = (WIDTH * share // WHOLE for share in (area["x"], area["x"] + area["width"]))
    top, bottom = (height * share // WHOLE for share in (area["y"], area["y"] + area["height"]))
    return {"x": left, "y": top, "width": max(1, right - left), "height": max(1, bottom - top)}
