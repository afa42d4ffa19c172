"""Templates: messages that staff make once and use in many places, by reference."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, mentions, taps
from lstep_lite.engine.messages import contents, expanding, looking, packs, placeholders, quick_replies
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.kinds.template import TEMPLATES
from lstep_lite.engine.messages.validation import problems as line_problems
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Data, Input, Problem, clean, fresh, source, walk
from lstep_lite.engine.text import checked_name, normalise, storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import AnswerLimit, Content, ContentTemplate, Friend, Sender, Template

FEATURE = TEMPLATES
OWNER = "messages"
"""As what taps and folders know it."""
LONGEST_NAME = 60
LONGEST_ANSWER = 1000
PAGE_SIZE = 50
SOMEWHERE = "https://example.invalid"
"""Stands for the public address while nothing is sent."""
SAMPLE_FRIEND = Friend(display_name="山田 花子")
folders.shelf(OWNER, Template, Permission.MESSAGES_EDIT)
mentions.target_rows(FEATURE, Template.id, Template.name)


class Refused(DomainError):
    """The document can't be kept; *problems* say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("まだ保存していません。赤い印の付いたところを直してください。", "document")
        self.problems = problems


@dataclass(frozen=True)
class TemplateDraft:
    """What the form of a template says."""

    name: str
    document: Data
    """What the studio posted: the inputs of `inputs_of(kind)`; it may be anything."""
    folder_id: int | None = None
    sender_id: int | None = None
    answer_limit: AnswerLimit = AnswerLimit.ANY
    again_text: str = ""
    closes_at: datetime | None = None
    closed_text: str = ""


@dataclass(frozen=True)
class Examined:
    """A document as it would be kept, with what is wrong with it and how LINE would get it."""

    document: Data
    problems: Sequence[Problem]
    objects: Sequence[Data] = field(default_factory=list)
    """LINE's message objects for somebody imaginary; none while there are problems."""


# Documents -----------------------------------------------------------------------------------------------------------


def inputs_of(kind: str) -> tuple[Input, ...]:
    """What there is to fill in for a template of *kind*. Raises NotFound for a kind nobody offers."""
    if kind == packs.NAME:
        return (*packs.INPUTS, *quick_replies.INPUTS)
    if kind not in kinds or not kinds[kind].is_template:
        raise NotFound
    return (*kinds[kind].inputs, *quick_replies.INPUTS)


def new_document(kind: str) -> Data:
    return fresh(inputs_of(kind))


def document_of(session: Session, template: Template) -> Data:
    """What the studio edits: the blocks with the actions behind their taps, and the quick replies."""
    document = _document(template)
    taps.with_actions(session, [(inputs_of(template.kind), document)])
    return document


def _document(template: Template) -> Data:
    inside = {"blocks": template.blocks} if template.kind == packs.NAME else template.blocks[0]
    copied: Data = _copied({**inside, "quick_replies": template.quick_replies})
    copied.pop("kind", None)
    return copied


def _copied(value: Any) -> Any:
    """A deep copy of JSON: what a row holds must not change by itself."""
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value


def examine(
    session: Session,
    kind: str,
    document: Any,
    *,
    now: datetime,
    sender_id: int | None = None,
    public_url: str = SOMEWHERE,
) -> Examined:
    """Check *document* by every rule of ours and of LINE's."""
    inputs = inputs_of(kind)
    kept, problems = clean(session, inputs, document)
    problems += _word_problems(session, inputs, kept)
    if not problems:
        problems += [problem for block in _blocks(kind, kept) for problem in kinds[block["kind"]].problems(block)]
    if problems:
        return Examined(kept, problems)
    return _rendered(session, kept, unsaved(kind, kept, sender_id), public_url, now)


def _word_problems(session: Session, inputs: Sequence[Input], document: Data) -> list[Problem]:
    """Words in brackets that nobody knows, at the texts that hold them."""
    shown = list(walk(inputs, document))
    return [
        Problem(found.path, f"[{word}] は差し込みできない言葉です。「差し込む」から選び直すか、[ ] を外してください。")
        for word in placeholders.unknown(session, looking.texts(shown))
        for found in shown
        if looking.texts([found]) and f"[{word}]" in found.value
    ]


def _rendered(session: Session, document: Data, template: Template, public_url: str, now: datetime) -> Examined:
    try:
        objects = render(session, template, SAMPLE_FRIEND, public_url=public_url, now=now)
    except DomainError as error:
        return Examined(document, [Problem("", error.message)])
    problems = [Problem(_place(template.kind, problem.path), problem.message) for problem in line_problems(objects)]
    return Examined(document, problems, objects)


def _place(kind: str, path: str) -> str:
    """Where in the document what LINE calls *path* stands, as far as the kind can tell."""
    return kinds[kind].place(path.partition(".")[2]) if kind in kinds else ""


def unsaved(kind: str, document: Data, sender_id: int | None = None) -> Template:
    """What would be kept of *document*: a template nobody stores."""
    blocks, quick_replies = _blocks(kind, document), document["quick_replies"]
    return Template(kind=kind, blocks=blocks, quick_replies=quick_replies, sender_id=sender_id)


def render(session: Session, template: Template, friend: Friend, *, public_url: str, now: datetime) -> list[Data]:
    """LINE's message objects of a template, stored or not. Raises DomainError when something it shows is gone."""
    leaves = expanding.leaves_of(session, template)
    friends = [friend] if friend.id is not None else []
    found = contents.contexts_of(session, [leaves], public_url=public_url, now=now, friends=friends)
    return contents.render(found[0], friend)


def _blocks(kind: str, document: Data) -> list[Data]:
    if kind == packs.NAME:
        return list(document["blocks"])
    inside = {name: value for name, value in document.items() if name != "quick_replies"}
    return [{"kind": kind, **inside}]


# Rows ----------------------------------------------------------------------------------------------------------------


def get(session: Session, template_id: int) -> Template:
    template = session.get(Template, template_id)
    if template is None:
        raise NotFound("このテンプレートは見つかりませんでした。削除された可能性があります。")
    return template


def create(session: Session, kind: str, draft: TemplateDraft, *, now: datetime) -> Template:
    """A new template at the end of the list. Raises Refused, or DomainError naming the field."""
    examined, values = _examined(session, kind, draft, now), _checked(session, draft)
    template = Template(kind=kind, blocks=[], quick_replies=[], created_at=now, updated_at=now, **values)
    template.position = folders.next_position(session, OWNER)
    session.add(template)
    session.flush()  # its taps are written down under its id
    _keep_document(session, template, examined.document, now)
    return template


def update(session: Session, template: Template, draft: TemplateDraft, *, now: datetime) -> None:
    """From now on every send shows the change. Raises Refused, or DomainError naming the field."""
    examined, values = _examined(session, template.kind, draft, now), _checked(session, draft)
    for name, value in values.items():
        setattr(template, name, value)
    template.updated_at = now
    _keep_document(session, template, examined.document, now)
    _refresh_contents(session, template)


def copy(session: Session, template: Template, *, now: datetime) -> Template:
    """A template like it; what its taps do is copied too."""
    draft = TemplateDraft(
        f"{template.name[: LONGEST_NAME - 4]}のコピー",
        document_of(session, template),
        template.folder_id,
        template.sender_id,
        template.answer_limit,
        template.again_text,
        template.closes_at,
        template.closed_text,
    )
    return create(session, template.kind, draft, now=now)


def favour(template: Template, *, is_favourite: bool) -> None:
    template.is_favourite = is_favourite


def delete(session: Session, template: Template) -> None:
    """What still refers to it is not sent any more, with the reason; taps in old messages are answered all the same."""
    taps.retire(session, _owner(template))
    mentions.forget(session, FEATURE, template.id)
    session.delete(template)
    session.flush()  # whatever asks next finds it gone


def _examined(session: Session, kind: str, draft: TemplateDraft, now: datetime) -> Examined:
    examined = examine(session, kind, draft.document, now=now)
    if examined.problems:
        raise Refused(examined.problems)
    return examined


def _checked(session: Session, draft: TemplateDraft) -> dict[str, Any]:
    name = checked_name(draft.name, LONGEST_NAME, "管理用の名前")
    for field_name in ("again_text", "closed_text"):
        if len(getattr(draft, field_name)) > LONGEST_ANSWER:
            raise DomainError(f"{LONGEST_ANSWER}文字以内で入力してください。", field_name)
    if draft.sender_id and session.get(Sender, draft.sender_id) is None:
        raise DomainError("選んだ送信者は削除されています。選び直してください。", "sender_id")
    return {
        "name": name,
        "name_key": normalise(name),
        "folder_id": folders.checked(session, OWNER, draft.folder_id),
        "sender_id": draft.sender_id,
        "answer_limit": draft.answer_limit,
        "again_text": storable(draft.again_text),
        "closes_at": draft.closes_at,
        "closed_text": storable(draft.closed_text),
    }


def _keep_document(session: Session, template: Template, document: Data, now: datetime) -> None:
    inputs = inputs_of(template.kind)
    taps.keep(session, _owner(template), taps.placed(inputs, document), now=now)
    template.blocks, template.quick_replies = _blocks(template.kind, document), document["quick_replies"]
    shown = walk(quick_replies.INPUTS, {"quick_replies": template.quick_replies})
    mentions.write(session, FEATURE, template.id, looking.mentioned(template.blocks, shown) | _sender(template))
    session.flush()  # the same request may list the templates


def _sender(template: Template) -> set[tuple[str, int | str]]:
    return {(looking.SENDERS, template.sender_id)} if template.sender_id else set()


def _refresh_contents(session: Session, template: Template) -> None:
    """Whether contents that show it are personal, and which templates they show, may have changed with it."""
    showing = sa.select(ContentTemplate.content_id).where(ContentTemplate.template_id == template.id)
    for content in session.scalars(sa.select(Content).where(Content.id.in_(showing))).all():
        contents.refresh(session, content)


def _owner(template: Template) -> taps.Owner:
    return taps.Owner(OWNER, template.id, template.name)


@taps.owner(OWNER, noun="テンプレート", mentioned_as=FEATURE, endpoint="messages.edit", arg="template_id")
def _standing(session: Session, template_id: int, code: str) -> taps.Standing | None:
    template = session.get(Template, template_id)
    if template is None:
        return None
    inside = taps.placed(inputs_of(template.kind), _document(template))
    tap = next((placed.tap for placed in inside if placed.tap["id"] == code), None)
    rules = taps.Rules(template.answer_limit, template.again_text, template.closes_at, template.closed_text)
    return taps.Standing(tap, rules)


@source(FEATURE)
def offered(session: Session) -> list[tuple[int, str]]:
    """All of them for a choice: ids and names."""
    rows = session.execute(sa.select(Template.id, Template.name).order_by(Template.position, Template.id))
    return [(row.id, row.name) for row in rows]


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids).items()
    return {
        key: mentions.Place(f"テンプレート「{name}」", "messages.edit", {"template_id": int(key)})
        for key, name in named
    }
