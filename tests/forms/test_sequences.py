"""Messages with a condition each, as the editor of steps posts them."""

import json
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lstep_lite.forms.base import Form
from lstep_lite.forms.messages import BlocksField
from tests.factories import a_tag


class Message(Form):
    blocks = BlocksField("メッセージ", offers_conditions=True)


def posted(*blocks: Any, **more: str) -> Message:
    return Message(MultiDict({"blocks": json.dumps(blocks)} | more))


def test_conditions_are_read_back_in_words_and_what_a_browser_makes_up_is_left_out(session: Session) -> None:
    tag = a_tag(session, name="会員")
    tree = {"all": [{"id": "1", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}], "any": []}
    blocks = [
        {"kind": "text", "text": "一", "if": each} for each in (tree, None, 5, {"all": 3}, {"all": [{"kind": []}]})
    ]

    assert posted(*blocks).blocks.conditions(session) == ["タグ「会員」が付いている", "", "", *2 * ["すべての友だち"]]


def test_without_javascript_the_condition_of_the_first_text_stays(session: Session) -> None:
    tree = {"all": [], "any": [{"id": "1", "kind": "memo", "data": {}}]}
    form = posted({"kind": "text", "text": "前", "if": tree}, **{"blocks-text": "あと"})
    assert form.blocks.data == [{"kind": "text", "text": "あと", "if": tree}]
