"""カウントダウン"""

from lstep_lite.engine.messages.designs.palette import GOLD, NIGHT, NIGHT_DEEP, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, frame, paint, part, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

REPLY = "ありがとうございます。ご希望の日時を2つほど、このトークで教えてください。"
PALE = "#c9d5e8"


@design("countdown", label="カウントダウン", lead="締め切りまでの残りを、送るたびに数えて。")
def make(sample: Sample) -> Data:
    left = part(
        "countdown",
        until=sample.evening(7),
        unit="both",
        size="4xl",
        color=GOLD,
        align="center",
        before="",
        word_color=PALE,
        over="ただいま受付を終了しています",
        margin="md",
    )
    body = [
        text("SPRING CAMPAIGN", size="xxs", color=PALE, align="center"),
        text("春のキャンペーン", size="xl", bold=True, color=WHITE, align="center", margin="sm"),
        text("ご予約の締め切りまで", size="sm", color=PALE, align="center", margin="xl"),
        frame(left | {"margin": "none"}, color="#ffffff1f", corner="xl", padding="lg", margin="md"),
        text(f"{sample.day(7)} 19:00 まで", size="xs", color=PALE, align="center", margin="lg"),
        text("カット＋カラーが 20%OFF", bold=True, color=WHITE, align="center", margin="xl"),
    ]
    footer = [button("いますぐ予約する", reply=REPLY, color=GOLD, style="secondary")]
    colors = paint(body_color=NIGHT, body_color2=NIGHT_DEEP, footer_color=NIGHT_DEEP, padding="xxl")
    return document("春のキャンペーンはまもなく終了です", card(body=body, footer=footer, **colors))
