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
    spoken = "text"
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
        text = _fitting(speaker.fill(tap["text"]).strip())
        return {"type": "uri", "uri": _address(text)} if text else None


def _fitting(text: str) -> str:
    """As much of *text* as the address holds: names and fields may have made it longer."""
    room = LONGEST - len(BASE)
    for place, mark in enumerate(text):
        room -= len(quote(mark, safe=""))
        if room < 0:
            return text[:place]
    return text


def _address(text: str) -> str:
    return BASE + quote(text, safe="")
