"""What arranges other parts: columns, frames, lines and gaps."""

from lstep_lite.engine.messages.flex import looks, registry
from lstep_lite.engine.messages.flex.looks import box, paint, slim
from lstep_lite.engine.messages.flex.registry import Blocks, Component, block
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Condition, Data, Element, Items, Number
from lstep_lite.engine.taps import TapInput, Where

UPRIGHT = {"top": "flex-start", "center": "center", "bottom": "flex-end"}
COLUMN = Element(
    name="flex_column",
    label="列",
    icon="columns-3",
    inputs=(
        Number(name="share", label="幅の割合", least=1, most=10, start=1),
        Choice(name="gravity", label="縦の位置", options=looks.GRAVITIES, start="top", as_buttons=True),
        Blocks(),
        Condition(),
    ),
)


@block(
    "columns",
    label="横に並べる",
    icon="columns-3",
    inputs=(
        Items(
            name="columns",
            label="列",
            of=lambda: (COLUMN,),
            least=2,
            most=4,
            first=("flex_column", "flex_column"),
            noun="列",
        ),
        Choice(name="spacing", label="列のあいだ", options=looks.SPACES, start="md"),
    ),
)
def draw_columns(data: Data, speaking: Speaking) -> Component | None:
    shown = [column for column in data["columns"] if speaking.is_shown(column)]
    drawn = [_column(column, registry.draw(column["blocks"], speaking)) for column in shown]
    if not any(column["contents"] != [{"type": "filler"}] for column in drawn):
        return None
    return box("horizontal", drawn, **slim({"spacing": data["spacing"]}, spacing="none"))


def _column(data: Data, contents: list[Component]) -> Component:
    """One with nothing to show keeps its place: it stands beside others."""
    upright = slim({"justifyContent": UPRIGHT[data["gravity"]]}, justifyContent="flex-start")
    return box("vertical", contents, flex=data["share"], **upright)


@block(
    "frame",
    label="枠",
    icon="square",
    inputs=(
        Blocks(),
        Color(name="color", label="背景の色", start="#f3f4f6"),
        Color(name="color2", label="背景の2色め"),
        Choice(
            name="angle",
            label="2色の向き",
            options=looks.ANGLES,
            start="180deg",
            hint="背景の色を2つ選んだときに使います。",
        ),
        Color(name="border", label="枠線の色"),
        Choice(name="corner", label="角の丸み", options=looks.CORNERS, start="md"),
        Choice(name="padding", label="内側の余白", options=looks.SPACES, start="lg"),
        TapInput(where=Where.FLEX),
    ),
)
def draw_frame(data: Data, speaking: Speaking) -> Component | None:
    contents = registry.draw(data["blocks"], speaking)
    if not contents:
        return None
    look = slim({"cornerRadius": data["corner"], "paddingAll": data["padding"]}, cornerRadius="none", paddingAll="none")
    if data["border"]:
        look |= {"borderColor": data["border"], "borderWidth": "normal"}
    frame = box("vertical", contents, **look, **paint(data))
    if action := speaking.action(data["tap"]):
        frame["action"] = action
    return frame


@block("separator", label="区切り線", icon="minus", inputs=(Color(name="color", label="線の色"),), margin="lg")
def draw_separator(data: Data, speaking: Speaking) -> Component:
    return {"type": "separator"} | slim({"color": data["color"]})


@block(
    "spacer",
    label="すき間",
    icon="arrows-vertical",
    inputs=(Number(name="height", label="高さ", least=1, most=200, start=16, unit="px"),),
    margin="none",
)
def draw_spacer(data: Data, speaking: Speaking) -> Component:
    return box("vertical", [], height=f"{data['height']}px")
