"""クーポン"""

from lstep_lite.engine.messages.designs.palette import CLAY, CLAY_DEEP, CREAM, GOLD, INK, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, columns, frame, paint, part, points, run, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

REPLY = "ありがとうございます。ご来店のときに、このクーポンの画面をスタッフにお見せください。"


@design("coupon", label="クーポン", lead="割引のお知らせに。残りの日数が自動で変わります。")
def make(sample: Sample) -> Data:
    off = [run(" %OFF", size="xl", bold=True, color=GOLD)]
    head = [
        text("[name]さまへ 感謝をこめて", size="sm", color=GOLD, align="center"),
        text("10", size="5xl", bold=True, color=WHITE, align="center", details=True, runs=off, margin="sm"),
        text("全メニューにご利用いただけます", size="sm", color=WHITE, align="center", margin="sm"),
    ]
    body = [
        frame(_left(sample), color=WHITE, corner="xl", padding="lg", border="#f0dccb"),
        points(
            "1回のお会計につき1枚まで", "ほかの割引とは一緒に使えません", mark="dot", size="xs", color=SOFT, margin="lg"
        ),
    ]
    footer = [button("このクーポンを使う", reply=REPLY, color=CLAY)]
    colors = paint(
        header_color=CLAY, header_color2=CLAY_DEEP, header_angle="135deg", body_color=CREAM, footer_color=CREAM
    )
    made = card(header=head, body=body, footer=footer, **colors)
    return document("10%OFFクーポンをお届けします", made)


def _left(sample: Sample) -> Data:
    until = [
        text("有効期限", size="xs", color=SOFT),
        text(f"{sample.day(14)}まで", size="sm", bold=True, color=INK, margin="xs"),
    ]
    left = [part("countdown", until=sample.evening(14), size="xxl", color=CLAY, align="end", margin="none")]
    return columns(until, left)
