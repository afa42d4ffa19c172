"""お知らせ"""

from lstep_lite.engine.messages.designs.palette import CLAY, EDGE, INK, LEAF, NIGHT, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, columns, line, part, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

NEWS = (
    ("休業日", CLAY, 6, "棚卸しのためお休みします", "翌日は10:00から通常どおり営業します。"),
    ("新メニュー", LEAF, 10, "頭皮ケアがはじまります", "カットと一緒なら15分の追加でできます。"),
    ("お店から", NIGHT, 18, "夜の営業を延長します", "毎週金曜日は20:00までご予約いただけます。"),
)
REPLY = "お問い合わせありがとうございます。ご質問をこのトークで送ってください。スタッフがお返事します。"


@design("news", label="お知らせ", lead="休業日や新メニューを、まとめてすっきり。")
def make(sample: Sample) -> Data:
    items = [part for news in NEWS for part in (line(color=EDGE, margin="xl"), *_item(sample, *news))]
    body = [
        text("NEWS", size="xxs", bold=True, color=LEAF),
        text("お店からのお知らせ", size="xl", bold=True, color=INK, margin="xs"),
        *items,
    ]
    footer = [button("質問する", reply=REPLY, style="link", color=LEAF, height="sm")]
    return document("お店からのお知らせです", card(body=body, footer=footer, line=True))


def _item(sample: Sample, kind: str, color: str, days: int, title: str, words: str) -> list[Data]:
    badge = [part("badge", text=kind, background=color, size="xxs")]
    day = [text(sample.day(days), size="xs", color=SOFT, align="end")]
    return [
        columns(badge, day, margin="xl"),
        text(title, bold=True, color=INK, margin="sm"),
        text(words, size="sm", color=SOFT, margin="xs"),
    ]
