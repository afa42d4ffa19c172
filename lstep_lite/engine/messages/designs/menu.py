"""メニュー・料金表"""

from lstep_lite.engine.messages.designs.palette import CLAY, CREAM, INK, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, paint, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

CUTS = (("カット", "5,500円"), ("前髪カット", "1,100円"), ("キッズカット", "3,300円"))
COLORS = (("カラー（全体）", "7,700円〜"), ("リタッチ", "5,500円〜"))
CARE = (("トリートメント", "3,300円〜"), ("ヘッドスパ 30分", "4,400円"))
REPLY = "ご予約ですね、ありがとうございます。ご希望のメニューと日時を、このトークで教えてください。"


@design("menu", label="メニュー・料金表", lead="料金を見やすく。お問い合わせがへります。")
def make(sample: Sample) -> Data:
    head = [
        text("MENU", size="xxs", color=CLAY, align="center"),
        text("メニューと料金", size="xl", bold=True, color=INK, align="center", margin="xs"),
    ]
    body = [
        *_section("カット", CUTS),
        *_section("カラー", COLORS),
        *_section("ケア", CARE),
        text("料金はすべて税込です。髪の長さにより変わることがあります。", size="xxs", color=SOFT, margin="xl"),
    ]
    footer = [button("メニューを予約する", reply=REPLY, color=CLAY)]
    colors = paint(header_color=CREAM, body_color=CREAM, footer_color=CREAM)
    return document("メニューと料金のご案内", card(header=head, body=body, footer=footer, **colors))


def _section(title: str, rows: tuple[tuple[str, str], ...]) -> list[Data]:
    heading = text(title, size="sm", bold=True, color=CLAY, margin="xl")
    return [heading, table(*rows, lines=True, label_color=INK, margin="md")]
