"""One friend's coupon, as it is when the message is sent, or the question whether to use it now."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from lstep_lite.engine import coupons
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.errors import DomainError


@kind
class Ticket(Kind):
    name = "coupon_ticket"
    label = "受け取ったクーポン"
    icon = "ticket"
    order = 910
    lead = "お客様が受け取ったクーポンです。"
    inputs = ()
    is_template = False
    opens_page = True

    def load(self, session: Session, blocks: list[Block], public_url: str) -> dict[int, coupons.Held]:
        return coupons.held_many(session, {block["ticket_id"] for block in blocks}, public_url)

    def render(self, block: Block, speaking: Speaking) -> Collection[LineObject]:
        held: coupons.Held | None = speaking.context.loaded[self.name].get(block["ticket_id"])
        if held is None:
            raise DomainError("このクーポンは、もうありません。")
        if block["question"]:
            return [coupons.question_message(held, block["question"])]
        page = speaking.page("/liff/coupons")
        is_in_line = not page.startswith(speaking.public_url)  # else nobody could be let in there
        return [coupons.ticket_message(held, speaking.context.zone, page if is_in_line else "")]
