"""Send a text in the customer's name."""

from lstep_lite.engine.studio import Data, Text
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour

LONGEST = 300
"""Graphemes; imagemaps would take 400. https://developers.line.biz/en/reference/messaging-api/#message-action"""


@behaviour
class Say(Behaviour):
    name = "say"
    label = "お客様の発言として文字を送る"
    icon = "message-2"
    order = 50
    spoken = "text"
    inputs = (
        Text(
            name="text",
            label="送る文字",
            most=LONGEST,
            hint="自動応答のキーワードにもなります。",
        ),
    )

    def line(self, tap: Data, speaker: Speaker) -> LineObject | None:
        text = speaker.fill(tap["text"], LONGEST).strip()
        return {"type": "message", "text": text} if text else None
