"""会員プロフィール"""

from lstep_lite.engine.messages.designs.palette import GOLD, INK, PLUM, PLUM_DEEP, PLUM_PALE, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, columns, frame, line, paint, part, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

REPLY = "会員情報の変更ですね。変えたいところを、このトークで教えてください。"


@design("profile", label="会員プロフィール", lead="ランクや来店の回数を、お客様ごとの会員証に。")
def make(sample: Sample) -> Data:
    head = [
        text("MEMBERS CARD", size="xxs", color="#d9c9e6", align="center"),
        text("[name]さま", size="xxl", bold=True, color=WHITE, align="center", margin="md"),
        part("badge", text="ゴールド会員", background=GOLD, color=INK, align="center", margin="md"),
    ]
    numbers = columns(_number("12", "ご来店"), _number("7", "ポイント"), _number("2", "クーポン"), spacing="sm")
    body = [
        numbers,
        line(color="#e6deee", margin="xl"),
        table(
            ("担当", "花田 さくら"),
            ("お気に入り", "カット・カラー"),
            ("会員になった日", "2024年4月1日"),
            shares="1:1",
            margin="xl",
        ),
        text("プラチナ会員まで あと3回", size="xs", bold=True, color=PLUM, margin="xl"),
        part("gauge", value="12", full="15", color=PLUM, back=PLUM_PALE, margin="sm"),
    ]
    footer = [button("会員情報を変更する", reply=REPLY, color=PLUM, style="primary", height="sm")]
    colors = paint(header_color=PLUM, header_color2=PLUM_DEEP, header_angle="135deg")
    return document("会員カードをお届けします", card(header=head, body=body, footer=footer, **colors))


def _number(value: str, label: str) -> list[Data]:
    shown = text(value, size="xxl", bold=True, color=PLUM, align="center")
    below = text(label, size="xxs", color=SOFT, align="center", margin="none")
    return [frame(shown, below, color=PLUM_PALE, corner="xl", padding="md")]
