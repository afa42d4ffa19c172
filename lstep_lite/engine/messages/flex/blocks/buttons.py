"""Buttons."""

from lstep_lite.engine.messages.flex.looks import slim
from lstep_lite.engine.messages.flex.registry import Component, block
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Data, Text
from lstep_lite.engine.taps import TapInput, Where

LABEL = 40
STYLES = {"primary": "濃い色", "secondary": "薄い色", "link": "文字だけ"}
HEIGHTS = {"md": "標準", "sm": "低い"}


@block(
    "button",
    label="ボタン",
    icon="hand-click",
    title="label",
    inputs=(
        Text(name="label", label="ボタンの文字", most=LABEL, example="予約する"),
        TapInput(where=Where.FLEX, start="actions"),
        Choice(name="style", label="見た目", options=STYLES, start="primary", as_buttons=True),
        Color(
            name="color",
            label="ボタンの色",
            hint="濃い色なら文字は白、薄い色なら黒になります。文字だけのときは、文字の色です。",
        ),
        Choice(name="height", label="高さ", options=HEIGHTS, start="md", as_buttons=True),
    ),
)
def draw_button(data: Data, speaking: Speaking) -> Component:
    """Its words may have come to nothing, which LINE does not take."""
    label = speaking.fill(data["label"], LABEL)
    action = speaking.action_always(data["tap"], data["label"] if label.strip() else "―", LABEL)
    look = slim({"style": data["style"], "color": data["color"], "height": data["height"]}, style="link", height="md")
    return {"type": "button", "action": action} | look
