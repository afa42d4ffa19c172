"""予約確認"""

from lstep_lite.engine.messages.designs.palette import LEAF, LEAF_DEEP, LEAF_PALE, SOFT, WHITE
from lstep_lite.engine.messages.designs.parts import button, card, frame, paint, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

CHANGE = "日時の変更ですね。ご希望の日時を、このトークで教えてください。前日の19:00まで承ります。"
MAP = "〒150-0000 東京都渋谷区花町1-2-3 花ビル2階です。花町駅の東口から歩いて3分です。"


@design("booking", label="予約確認", lead="日時・メニュー・担当を、まちがいなく。")
def make(sample: Sample) -> Data:
    head = [
        text("✓ ご予約を承りました", size="lg", bold=True, color=WHITE, align="center"),
        text("[name]さまのご予約", size="xs", color="#d5e8df", align="center", margin="sm"),
    ]
    when = frame(
        text(sample.day(5), size="xl", bold=True, color=LEAF_DEEP, align="center"),
        text("14:00 〜 16:00", size="lg", bold=True, color=LEAF_DEEP, align="center", margin="none"),
        color=LEAF_PALE,
        corner="xl",
    )
    rows = (
        ("メニュー", "カット＋カラー"),
        ("担当", "花田 さくら"),
        ("料金", "13,200円〜"),
        ("場所", "サロン花（花ビル2階）"),
    )
    body = [
        when,
        table(*rows, shares="1:3", value_align="start", margin="xl"),
        text("お早めにお着きの方は、ラウンジでお待ちいただけます。", size="xs", color=SOFT, margin="xl"),
    ]
    footer = [
        button("日時を変更する", reply=CHANGE, color=LEAF, height="sm"),
        button("お店の場所を見る", reply=MAP, style="link", color=LEAF, height="sm", margin="xs"),
    ]
    colors = paint(header_color=LEAF, header_color2=LEAF_DEEP)
    return document("ご予約の確認です", card(header=head, body=body, footer=footer, **colors))
