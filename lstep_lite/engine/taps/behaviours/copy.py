"""Copy a text, such as a coupon's code."""

from lstep_lite.engine.studio import Data, Text
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.engine.text import cut_utf16

LONGEST = 1000
"""UTF-16 units. https://developers.line.biz/en/reference/messaging-api/#clipboard-action"""


@behaviour
class Copy(Behaviour):
    name = "copy"
    label = "文字をコピーする"
    icon = "copy"
    order = 60
    spoken = "text"
    inputs = (
        Text(
            name="text",
            label="コピーする文字",
            most=LONGEST,
            lines=2,
            count="utf16",
            hint="クーポンの番号などに。スマートフォンのLINE（14.0以降）でコピーできます。",
        ),
    )

    def line(self, tap: Data, speaker: Speaker) -> LineObject | None:
        text = cut_utf16(speaker.fill(tap["text"]), LONGEST).strip()
        return {"type": "clipboard", "clipboardText": text} if text else None
