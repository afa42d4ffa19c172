"""Share a text with friends of the customer's.

https://developers.line.biz/en/docs/line-login/using-line-url-scheme/#sending-text-messages
"""

from urllib.parse import quote

from lstep_lite.engine.studio import Cleaning, Data, Text
from lstep_lite.engine.taps.behaviours.uri import LONGEST
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour

BASE = "https://line.me/R/share?text="


@behaviour
class Share(Behaviour):
    name = "share"
    label = "お友だちに紹介する"
    icon = "share"
    order = 70
    inputs = (
        Text(
            name="text",
            label="紹介する文章",
            most=LONGEST,
            lines=3,
            hint="タップすると、この文章を送る相手を選ぶ画面が開きます。日本語でおよそ100文字までです。",
        ),
    )

    def check(self, tap: Data, here: Cleaning) -> None:
        if len(_address(tap["text"])) > LONGEST:
            here.at("text").refuse("紹介する文章が長すぎます。日本語でおよそ100文字までにしてください。")

    def line(self, tap: Data, speaker: Speaker) -> LineObject | None:
        text = speaker.fill(tap["text"]).strip()
        while len(_address(text)) > LONGEST:  # names and fields may have made it longer
            text = text[:-1]
        return {"type": "uri", "uri": _address(text)} if text else None


def _address(text: str) -> str:
    return BASE + quote(text, safe="")
