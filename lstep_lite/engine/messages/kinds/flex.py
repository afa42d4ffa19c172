"""Flex: cards that staff put together from parts. https://developers.line.biz/en/reference/messaging-api/#flex-message"""

from collections.abc import Iterable

from lstep_lite.engine.messages import flex
from lstep_lite.engine.messages.alt_texts import alt_text
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Data, Problem


@kind
class Flex(Kind):
    name = "flex"
    label = "Lフレックス"
    icon = "layout-grid"
    order = 110
    lead = "文章・画像・ボタン・表などの部品を自由に並べた、見やすいカードを送ります。"
    inputs = flex.INPUTS
    reads_json = True

    def problems(self, block: Block) -> Iterable[Problem]:
        return flex.problems(block)

    def place(self, path: str) -> str:
        return flex.place(path)

    def from_json(self, text: str) -> Data:
        return flex.imported(text).document

    def preview(self, block: Block) -> str:
        return f"［{self.label}］{block['alt_text'] or flex.alt_text(block)}"

    def alt_text(self, block: Block) -> str:
        return flex.alt_text(block)

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        contents = flex.draw(block, speaking)
        return [{"type": "flex", "altText": alt_text(self, block, speaking), "contents": contents}]
