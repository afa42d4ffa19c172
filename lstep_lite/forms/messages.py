"""Message blocks as they come from a form, and the form of a template."""

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from wtforms import Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from lstep_lite.engine import mentions, messages
from lstep_lite.engine.messages import placeholders, senders, stickers
from lstep_lite.engine.messages.placeholders import Offer
from lstep_lite.engine.messages.templates import FEATURE, LONGEST_ANSWER, LONGEST_NAME, Refused, TemplateDraft
from lstep_lite.engine.studio import Data, Problem
from lstep_lite.engine.text import storable_json
from lstep_lite.errors import DomainError
from lstep_lite.forms.base import EditForm, at_most, options, required
from lstep_lite.forms.folders import NO_FOLDER, FolderField
from lstep_lite.forms.moments import MomentField, on_clock
from lstep_lite.forms.studio import condition_in_words
from lstep_lite.models import AnswerLimit, Folder, Sender, Template

Block = dict[str, Any]
UNREADABLE = "メッセージを読み取れませんでした。画面を読み込み直してから、もう一度お試しください。"


def parse_blocks(text: str) -> list[Block]:
    """The blocks in the JSON *text* of the editor. Raises ValueError with a Japanese sentence.

    Only the shape is looked at here; what each kind needs, the engine knows.
    """
    try:
        blocks = json.loads(text or "[]")
    except (ValueError, RecursionError) as error:
        raise ValueError(UNREADABLE) from error
    if not isinstance(blocks, list) or not all(_has_a_kind(block) for block in blocks):
        raise ValueError(UNREADABLE)
    return [_tidy(storable_json(block)) for block in blocks]


def with_first_text(blocks: list[Block], text: str) -> list[Block]:
    """*blocks* with their first text replaced by *text*: what a browser without JavaScript can edit."""
    text = _plain_newlines(text)
    for index, block in enumerate(blocks):
        if block["kind"] == "text":
            changed = [block | {"text": text}] if text else []
            return blocks[:index] + changed + blocks[index + 1 :]
    return [{"kind": "text", "text": text}, *blocks] if text else blocks


def _has_a_kind(block: Any) -> bool:
    return isinstance(block, dict) and isinstance(block.get("kind"), str)


def _tidy(block: Block) -> Block:
    if isinstance(block.get("text"), str):
        return block | {"text": _plain_newlines(block["text"])}
    return block


def _plain_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


class BlocksField(Field):
    """Up to five message blocks, edited by `ui.blocks_editor`.

    The editor posts them as JSON. A browser without JavaScript leaves that JSON as it was and posts `<name>-text`.
    """

    def _value(self) -> str:
        return json.dumps(self.data or [], ensure_ascii=False)

    def __init__(
        self,
        label: str,
        *,
        required: bool = False,
        offers_senders: bool = False,
        offers_conditions: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self._required = required
        self.offers_senders = offers_senders
        """Whether one may choose under which name and picture all of it is sent."""
        self.offers_conditions = offers_conditions
        """Whether each message may have a condition of its own, at "if": the tree of those who get it."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self._plain_text = formdata.get(f"{self.name}-text") if formdata else None
        super().process(formdata, data or [], extra_filters)

    def process_formdata(self, valuelist: list[Any]) -> None:
        blocks = parse_blocks(valuelist[0]) if valuelist else []
        self.data = blocks if self._plain_text is None else with_first_text(blocks, self._plain_text)

    def pre_validate(self, form: Any) -> None:
        try:
            if self.data or self._required:
                messages.check(self.data)
        except DomainError as error:
            raise ValidationError(error.message) from error

    limit = messages.MAX_OBJECTS

    def placeholders(self, session: Session) -> list[tuple[str, list[Offer]]]:
        """What can be inserted, below headings."""
        return placeholders.offered(session)

    def templates(self, session: Session) -> dict[str, str]:
        """The names of the templates it shows, by id."""
        ids = {block["template_id"] for block in self.data or [] if _shows_template(block)}
        return mentions.names(session, FEATURE, ids) if ids else {}

    def senders(self, session: Session) -> Sequence[Sender]:
        return senders.in_order(session) if self.offers_senders else ()

    def conditions(self, session: Session) -> list[str]:
        """Of each block, who gets it, in words; empty for everybody. Nothing where no conditions are offered."""
        blocks = (self.data or []) if self.offers_conditions else []
        return [condition_in_words(session, block.get("if")) for block in blocks]

    @property
    def sender_id(self) -> int | None:
        return next((block["sender_id"] for block in self.data or [] if block.get("sender_id")), None)

    @property
    def first_text(self) -> str:
        return next((block.get("text", "") for block in self.data or [] if block["kind"] == "text"), "")

    @property
    def packages(self) -> list[dict[str, Any]]:
        """What the sticker picker offers, ready for JSON."""
        return [{"id": pack.id, "title": pack.title, "stickers": pack.stickers} for pack in stickers.PACKAGES]


def _shows_template(block: Block) -> bool:
    template_id = block.get("template_id")
    return block["kind"] == "template" and isinstance(template_id, int) and 0 < template_id < 2**53


# Templates -----------------------------------------------------------------------------------------------------------

NO_SENDER = 0
LIMITS = {
    AnswerLimit.ANY: "何度でも受け付ける",
    AnswerLimit.ONCE: "このメッセージ全体で、1人1回だけ",
    AnswerLimit.ONCE_A_PANEL: "パネルごとに、1人1回だけ",
}


class DocumentField(Field):
    """What the studio puts together, as JSON in a hidden input. The engine looks at its content."""

    def _value(self) -> str:
        return json.dumps(self.data, ensure_ascii=False)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            self.data = storable_json(json.loads(valuelist[0] if valuelist else ""))
        except (ValueError, RecursionError) as error:
            self.data = {}
            raise ValueError(UNREADABLE) from error

    def in_words(self) -> str:
        """For the comparison of two people's changes."""
        return "メッセージの内容（プレビューで確かめてください）"


class TemplateForm(EditForm):
    name = StringField("管理用の名前", [required("あとで見分けられる名前を入力してください。"), at_most(LONGEST_NAME)])
    folder_id = FolderField()
    document = DocumentField("メッセージの内容")
    sender_id = SelectField("送信者", coerce=int, default=NO_SENDER)
    answer_limit = RadioField("回答できる回数", default=AnswerLimit.ANY.value, choices=options(LIMITS))
    again_text = TextAreaField("2回目に押した方への返事", [at_most(LONGEST_ANSWER)])
    closes_at = MomentField("締め切り（空ならずっと）")
    closed_text = TextAreaField("締め切りのあとに押した方への返事", [at_most(LONGEST_ANSWER)])

    def __init__(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(formdata, *args, **kwargs)
        self.problems: Sequence[Problem] = ()
        """What is wrong inside the document, after a refusal."""

    @classmethod
    def of(cls, template: Template, document: Data, zone: ZoneInfo) -> "TemplateForm":
        same = ("name", "again_text", "closed_text")
        data: dict[str, Any] = {name: getattr(template, name) for name in same} | {"document": document}
        data |= {"answer_limit": template.answer_limit.value, "folder_id": template.folder_id or NO_FOLDER}
        data |= {"sender_id": template.sender_id or NO_SENDER, "closes_at": on_clock(template.closes_at, zone)}
        return cls(data=data)

    def offer(self, folders: Sequence[Folder], senders: Sequence[Sender]) -> "TemplateForm":
        self.folder_id.offer(folders)
        own = {str(NO_SENDER): "アカウントの名前のまま"}
        self.sender_id.choices = options(own | {str(sender.id): sender.name for sender in senders})
        return self

    def draft(self, zone: ZoneInfo) -> TemplateDraft:
        return TemplateDraft(
            name=self.name.data or "",
            document=self.document.data,
            folder_id=self.folder_id.folder_id,
            sender_id=self.sender_id.data or None,
            answer_limit=AnswerLimit(self.answer_limit.data),
            again_text=self.again_text.data or "",
            closes_at=self.closes_at.moment(zone),
            closed_text=self.closed_text.data or "",
        )

    def refuse(self, error: DomainError) -> None:
        if isinstance(error, Refused):
            self.problems = error.problems
        super().refuse(error)

    @property
    def has_answers(self) -> bool:
        """Whether something is set about answers to its buttons."""
        limited = self.answer_limit.data != AnswerLimit.ANY.value or self.answer_limit.errors
        return bool(limited or self.closes_at.data or self.closes_at.errors or self.closed_text.data)
