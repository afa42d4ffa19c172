"""店舗カード"""

from lstep_lite.engine.messages.designs.palette import INK, LEAF, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, hero, part, table, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data, new_code

MAP = "https://www.google.com/maps/search/?api=1&query=東京都渋谷区花町1-2-3"
ROWS = (
    ("住所", "東京都渋谷区花町1-2-3 花ビル2階"),
    ("営業時間", "10:00〜19:00（最終受付 18:00）"),
    ("定休日", "月曜日・第3火曜日"),
    ("電話", "03-0000-0000"),
)
REPLY = "ご予約ですね、ありがとうございます。ご希望の日時とメニューを、このトークで教えてください。"


@design("shop", label="店舗カード", lead="場所・営業時間・電話を1枚に。", pictures=["storefront"])
def make(sample: Sample) -> Data:
    body = [
        text("サロン花", size="xl", bold=True, color=INK),
        part("icons", value="4.8", caption="4.8（128件）", size="sm", margin="sm"),
        text("花町駅の東口から歩いて3分。木のぬくもりのある小さなサロンです。", size="sm", color=SOFT),
        table(*ROWS, shares="1:3", value_align="start", margin="lg"),
    ]
    way = {"id": new_code(), "do": "uri", "uri": MAP}
    footer = [
        button("予約する", reply=REPLY, color=LEAF),
        part("button", label="地図を開く", tap=way, style="link", color=LEAF, height="sm", margin="xs"),
    ]
    made = card(**hero(sample.pictures["storefront"], ratio="2:1"), body=body, footer=footer)
    return document("お店のご案内", made)
