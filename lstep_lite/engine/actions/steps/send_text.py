"""Send a text: at once, some minutes later, or at the next HH:MM."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import messages
from lstep_lite.engine.actions import sending
from lstep_lite.engine.actions.registry import ActionKind, Running, action
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.rows import Data, Values
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError

PREVIEW_CHARACTERS = 30


@action
class SendTextStep(ActionKind):
    name = "send_text"
    label = "テキストを送る"
    icon = "message-2"
    group = "メッセージ"
    order = 10

    def parse(self, session: Session, values: Values) -> Data:
        text = storable(values.one("text")).replace("\r\n", "\n").strip()
        if not text:
            raise DomainError("送る文章を入力してください。", "text")
        _check(session, text)
        return {"text": text, **sending.parse_timing(values)}

    def sentence(self, session: Session, data: Data) -> str:
        line = messages.preview_text(session, _blocks(data))
        short = line if len(line) <= PREVIEW_CHARACTERS else f"{line[:PREVIEW_CHARACTERS]}…"
        return f"{sending.when_in_words(data)}「{short}」と送る"

    def options(self, session: Session) -> dict[str, Any]:
        return {"whens": sending.WHENS, "words": placeholders.offered(session)}

    def mentions(self, data: Data) -> Iterable[tuple[str, int | str]]:
        return messages.mentioned(_blocks(data))

    def run(self, running: Running, data: Data) -> str:
        when = sending.put(running, data, _blocks(data))
        return f"{self.sentence(running.session, data)}用意をしました。{when}"


def _check(session: Session, text: str) -> None:
    try:
        messages.check_to_keep(session, _blocks({"text": text}))
    except DomainError as error:
        raise DomainError(error.message, "text") from error


def _blocks(data: Data) -> list[dict[str, Any]]:
    return [{"kind": "text", "text": data["text"]}]
