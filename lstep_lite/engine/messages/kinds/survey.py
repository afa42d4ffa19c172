"""A text with a button that opens an answer form inside LINE."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.messages.alt_texts import alt_text, suggested
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, check_id, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Text
from lstep_lite.engine.text import grapheme_count
from lstep_lite.errors import DomainError
from lstep_lite.models import Survey

SURVEYS = "surveys"
LONGEST_TEXT = 160
LONGEST_LABEL = 20


@kind
class SurveyInvitation(Kind):
    name = "survey"
    label = "回答フォームの案内"
    icon = "forms"
    order = 920
    lead = "文章とボタンで、回答フォームに案内します。"
    inputs = (
        Text(name="text", label="文章", most=LONGEST_TEXT, lines=3),
        Text(name="button", label="ボタンの文字", most=LONGEST_LABEL, words=False),
    )
    is_template = False
    opens_page = True

    def check(self, block: Block) -> None:
        check_id(block.get("survey_id"), "フォームを選んでください。")
        _check_text(block.get("text"), "文章", LONGEST_TEXT)
        _check_text(block.get("button"), "ボタンの文字", LONGEST_LABEL)

    def mentions(self, block: Block) -> Iterable[tuple[str, int | str]]:
        return [(SURVEYS, block["survey_id"])]

    def preview(self, block: Block) -> str:
        return f"［フォーム］{block['text']}"

    def alt_text(self, block: Block) -> str:
        return suggested(block["text"])

    def load(self, session: Session, blocks: list[Block], public_url: str) -> dict[int, str]:
        wanted = sa.select(Survey.id, Survey.code).where(Survey.id.in_({block["survey_id"] for block in blocks}))
        return dict(session.execute(wanted).all())

    def render(self, block: Block, speaking: Speaking) -> Collection[LineObject]:
        code = speaking.context.loaded[self.name].get(block["survey_id"])
        if code is None:
            raise DomainError("このフォームは削除されています。別のフォームを選び直してください。")
        text, alt = speaking.words(block["text"], LONGEST_TEXT), alt_text(self, block, speaking)
        action = {"type": "uri", "label": block["button"], "uri": speaking.page(f"/liff/surveys/{code}")}
        template = {"type": "buttons", "text": text, "actions": [action]}
        return [{"type": "template", "altText": alt, "template": template}]


def _check_text(text: Any, label: str, most: int) -> None:
    if not isinstance(text, str) or not text.strip():
        raise DomainError(f"{label}を入力してください。")
    if grapheme_count(text) > most:
        raise DomainError(f"{label}は{most}文字までです（いま{grapheme_count(text)}文字）。")
