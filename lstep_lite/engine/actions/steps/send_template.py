"""Send a template: at once, some minutes later, or at the next HH:MM."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.actions import sending
from lstep_lite.engine.actions.registry import ActionKind, Running, action
from lstep_lite.engine.messages import senders, templates
from lstep_lite.engine.rows import Data, Values
from lstep_lite.errors import DomainError


@action
class SendTemplateStep(ActionKind):
    name = "send_template"
    label = "テンプレートを送る"
    icon = "template"
    group = "メッセージ"
    order = 20

    def parse(self, session: Session, values: Values) -> Data:
        chosen, sender = values.ids("template_id"), values.ids("sender_id")
        if not chosen:
            raise DomainError("送るテンプレートを選んでください。", "template_id")
        if mentions.missing(session, [(templates.FEATURE, chosen[0])]):
            raise DomainError("選んだテンプレートは削除されています。選び直してください。", "template_id")
        return {"template_id": chosen[0], "sender_id": sender[0] if sender else None, **sending.parse_timing(values)}

    def sentence(self, session: Session, data: Data) -> str:
        name = mentions.names(session, templates.FEATURE, [data["template_id"]])[str(data["template_id"])]
        under = mentions.names(session, senders.FEATURE, [data["sender_id"]]) if data["sender_id"] else {}
        by = f"、送信者「{next(iter(under.values()))}」で" if under else ""
        return f"{sending.when_in_words(data)}テンプレート「{name}」を{by}送る"

    def options(self, session: Session) -> dict[str, Any]:
        return {
            "whens": sending.WHENS,
            "templates": templates.offered(session),
            "senders": senders.in_order(session),
        }

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        """Not the sender: without one, the message goes out under the account's own name."""
        return [(templates.FEATURE, data["template_id"])]

    def run(self, running: Running, data: Data) -> str:
        when = sending.put(running, data, [_block(data)])
        return f"{self.sentence(running.session, data)}用意をしました。{when}"


def _block(data: Data) -> dict[str, Any]:
    block = {"kind": "template", "template_id": data["template_id"]}
    return block | ({"sender_id": data["sender_id"]} if data["sender_id"] else {})
