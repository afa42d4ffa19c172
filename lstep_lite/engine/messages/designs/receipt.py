"""レシート"""

from lstep_lite.engine.messages.designs.palette import INK, LEAF, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import card, columns, line, paint, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

ITEMS = (("カット", "5,500円"), ("カラー", "7,700円"), ("トリートメント", "3,300円"))


@design("receipt", label="レシート", lead="お会計の内わけを、トークに残して。")
def make(sample: Sample) -> Data:
    title = [
        text("RECEIPT", size="xxs", bold=True, color=LEAF),
        text("サロン花", size="xl", bold=True, color=INK, margin="xs"),
        text("東京都渋谷区花町1-2-3 花ビル2階", size="xxs", color=SOFT, margin="xs"),
    ]
    body = [
        *title,
        line(color="#d6d3d1", margin="xl"),
        table(*ITEMS, label_color=INK, margin="xl"),
        line(color="#d6d3d1", margin="xl"),
        table(("小計（3点）", "16,500円"), ("会員割引", "-1,650円", "#b3261e"), margin="xl"),
        columns(
            [text("お支払い", bold=True, color=INK)],
            [text("14,850円", size="xxl", bold=True, color=INK, align="end")],
            shares=(2, 3),
            margin="lg",
        ),
        line(color="#d6d3d1", margin="xl"),
        table(("ご利用日", sample.day(0)), ("お支払い方法", "クレジットカード"), size="xs", shares="1:1", margin="lg"),
        text("またのご来店をお待ちしております。", size="xs", color=SOFT, align="center", margin="xl"),
    ]
    return document("お会計の明細をお届けします", card(body=body, **paint(body_color=WHITE)))
