"""Lists of templates: the page where they are kept, and the picker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.messages import contents, expanding, packs
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.rendering import LineObject
from lstep_lite.engine.messages.templates import FEATURE, SAMPLE_FRIEND
from lstep_lite.engine.paging import Paged, nearest
from lstep_lite.engine.text import normalise
from lstep_lite.errors import DomainError
from lstep_lite.models import Template

PAGE_SIZE = 20
SHOWN_PANELS = 2
"""Of what is swiped, as much as a small picture of it can show."""


@dataclass(frozen=True)
class Wanted:
    """Which templates. *is_picker* puts favourites first, then what was changed last, instead of the list's order."""

    text: str = ""
    kind: str = ""
    folder_id: int | None = None
    is_picker: bool = False


@dataclass(frozen=True)
class Page(Paged):
    templates: Sequence[Template]
    lines: Mapping[int, str]
    """Each in one line."""
    used: Mapping[str, int]
    """How often each is used, by id as text."""


def page(session: Session, wanted: Wanted, *, number: int = 1, size: int = PAGE_SIZE) -> Page:
    """One page of the templates that fit; a page that is not there becomes the nearest one."""
    conditions = _conditions(wanted)
    total = session.scalar(sa.select(sa.func.count()).select_from(Template).where(*conditions)) or 0
    number = nearest(number, total, size)
    query = sa.select(Template).where(*conditions).order_by(*_order(wanted))
    found = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    lines = contents.preview_texts(session, [template.blocks for template in found])
    by_id = {template.id: line for template, line in zip(found, lines, strict=True)}
    used = mentions.counts(session, FEATURE)
    return Page(found, by_id, used, total_count=total, number=number, size=size)


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if key := normalise(wanted.text):
        found.append(Template.name_key.contains(key, autoescape=True))
    if wanted.kind:
        found.append(Template.kind == wanted.kind)
    if wanted.folder_id is not None:
        found.append(Template.folder_id == wanted.folder_id)
    return found


def _order(wanted: Wanted) -> Sequence[sa.ColumnElement[Any]]:
    if wanted.is_picker:
        return Template.is_favourite.desc(), Template.updated_at.desc(), Template.id.desc()
    return Template.position.asc(), Template.id.asc()


def kind_label(kind: str) -> str:
    """What templates of *kind* are called."""
    if kind == packs.NAME:
        return packs.LABEL
    return kinds[kind].label if kind in kinds else "使えなくなった種類"


def drawn(
    session: Session, templates: Sequence[Template], *, public_url: str, now: datetime
) -> dict[int, LineObject | None]:
    """The first message of each as somebody imaginary gets it, for a small picture; None where something is gone.

    The number of statements does not grow with the templates.
    """
    references = [[{"kind": expanding.REFERENCE, "template_id": template.id}] for template in templates]
    first = [leaves[:1] for leaves in expanding.expand(session, references)]
    contexts = contents.contexts_of(session, first, public_url=public_url, now=now)
    found: dict[int, LineObject | None] = {}
    for template, context in zip(templates, contexts, strict=True):
        try:
            objects = contents.render(context, SAMPLE_FRIEND)
        except DomainError:
            objects = []
        found[template.id] = _shortened(objects[0]) if objects else None
    return found


def _shortened(message: LineObject) -> LineObject:
    for holder, list_name in (("contents", "contents"), ("template", "columns")):
        inside = message.get(holder)
        if isinstance(inside, dict) and message.get("type") in ("flex", "template") and _is_swiped(inside):
            return message | {holder: inside | {list_name: inside[list_name][:SHOWN_PANELS]}}
    return message


def _is_swiped(inside: LineObject) -> bool:
    return inside.get("type") in ("carousel", "image_carousel")
