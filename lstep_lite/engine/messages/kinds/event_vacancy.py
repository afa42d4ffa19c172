"""That places of an event's slot became free, with a button that leads there."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.errors import DomainError
from lstep_lite.models import Event, EventSlot

ALT = "空きが出ました"
"""It stands on locked screens: nothing of what is booked."""
LONGEST_TEXT = 160


@kind
class EventVacancy(Kind):
    name = "event_vacancy"
    label = "イベントの空きのお知らせ"
    icon = "ticket"
    order = 940
    lead = "空きが出たことを、お待ちの方に知らせます。"
    inputs = ()
    is_template = False
    opens_page = True

    def preview(self, block: Block) -> str:
        return f"［空きのお知らせ］{block['text']}"

    def load(self, session: Session, blocks: list[Block], public_url: str) -> dict[int, tuple[str, str]]:
        wanted = sa.select(EventSlot.id, EventSlot.code, Event.code)
        wanted = wanted.join(Event, Event.id == EventSlot.event_id)
        found = session.execute(wanted.where(EventSlot.id.in_({block["slot_id"] for block in blocks})))
        return {slot_id: (event_code, slot_code) for slot_id, slot_code, event_code in found}

    def render(self, block: Block, speaking: Speaking) -> Collection[LineObject]:
        codes: Any = speaking.context.loaded[self.name].get(block["slot_id"])
        if codes is None:
            raise DomainError("この回は削除されています。")
        uri = speaking.page(f"/liff/events/{codes[0]}/slots/{codes[1]}")
        action = {"type": "uri", "label": "申し込む", "uri": uri}
        template = {"type": "buttons", "text": block["text"][:LONGEST_TEXT], "actions": [action]}
        return [{"type": "template", "altText": ALT, "template": template}]
