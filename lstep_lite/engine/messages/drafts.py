"""Documents in the making, as they look so far: what is missing is stood in for, what can't be shown is left out."""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine import studio
from lstep_lite.engine.media import PublicFile
from lstep_lite.engine.messages import contents, expanding, looking, templates
from lstep_lite.engine.messages.flex.converting import AsWritten
from lstep_lite.engine.messages.kinds.registry import kinds
from lstep_lite.engine.messages.rendering import RenderContext
from lstep_lite.engine.messages.templates import Examined
from lstep_lite.engine.studio import Data, Input, Items, Moment, Problem, Text, walk
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Friend, MediaKind, Template

SAMPLE_PICTURE = "/static/studio/picture.svg"
"""Stands for a file that is not chosen yet, or gone."""
A_WEEK = timedelta(days=7)
_ELEMENT = re.compile(r"(?:^|.*\.)(\d+)(?=\.|$)")


@dataclass(frozen=True)
class Look:
    """A document so far."""

    objects: Sequence[Data]
    """LINE's message objects, as far as there are any; they need not be valid."""
    problems: Sequence[Problem]
    said: dict[str, list[str]]
    """By path, the conditions and actions in it, in words."""


@dataclass(frozen=True)
class Viewer:
    """Who looks, where, and when."""

    friend: Friend
    public_url: str
    now: datetime
    sender_id: int | None = None


def look(session: Session, kind: str, document: Any, viewer: Viewer) -> Look:
    """*document*, which a browser posted and which may be anything. Raises NotFound for a kind nobody offers."""
    examined = _examined(session, kind, document, viewer)
    said = studio.sentences(session, walk(templates.inputs_of(kind), examined.document))
    problems, objects = list(examined.problems), list(examined.objects)
    for shown in _showable(kind, examined, viewer):
        try:
            objects = _drawn(session, templates.unsaved(kind, shown, viewer.sender_id), viewer)
            break
        except DomainError as error:
            problems.append(Problem("", error.message))
    return Look(objects, list(dict.fromkeys(problems)), said)


def _examined(session: Session, kind: str, document: Any, viewer: Viewer) -> Examined:
    return templates.examine(
        session, kind, document, now=viewer.now, sender_id=viewer.sender_id, public_url=viewer.public_url
    )


def exported(session: Session, kind: str, document: Any, viewer: Viewer) -> list[Data]:
    """LINE's message objects for *document*, with words in brackets as they are written. Raises DomainError."""
    examined = _examined(session, kind, document, viewer)
    if examined.problems:
        raise DomainError("まだ書き出せません。赤い印の付いたところを直してください。")
    context = _context(session, templates.unsaved(kind, examined.document, viewer.sender_id), viewer)
    return contents.render_by(AsWritten(context, viewer.friend))


def imported(kind: str, text: str) -> Data:
    """A document, without quick replies, that sends the JSON in *text*. Raises DomainError with what is wrong."""
    if kind not in kinds:
        raise NotFound
    return kinds[kind].from_json(text)


def _showable(kind: str, examined: Examined, viewer: Viewer) -> Iterator[Data]:
    """What to try to draw, best first; nothing where the examination has drawn it already."""
    if examined.problems:
        inputs = templates.inputs_of(kind)
        whole = _stood_in(inputs, examined.document, viewer.now)
        rest = _without(whole, examined.problems)
        yield from (each for each in (whole, rest) if not _lacks(inputs, each))
    elif viewer.friend.id is not None:
        yield examined.document


def _stood_in(inputs: Sequence[Input], document: Data, now: datetime) -> Data:
    """A copy in which the names of empty texts stand for them, and a week from now for days not chosen yet."""
    filled = copy.deepcopy(document)
    for found in list(walk(inputs, filled)):
        if isinstance(found.input, Text | Moment) and found.input.required and not found.value:
            stand_in = found.input.label if isinstance(found.input, Text) else f"{now + A_WEEK:%Y-%m-%dT%H:%M}"
            _holder(filled, found.path)[found.input.name] = stand_in
    return filled


def _without(document: Data, problems: Sequence[Problem]) -> Data:
    """A copy without the elements in which something is wrong."""
    kept = copy.deepcopy(document)
    wrong = {match[0] for problem in problems if (match := _ELEMENT.match(problem.path))}
    for path in sorted(wrong, key=_numbers, reverse=True):  # the last ones first: the others keep their numbers
        holder, number = _holder(kept, path), int(path.rpartition(".")[2])
        if isinstance(holder, list) and number < len(holder):
            del holder[number]
    return kept


def _numbers(path: str) -> list[tuple[int, str]]:
    return [(int(name), "") if name.isdecimal() else (-1, name) for name in path.split(".")]


def _holder(document: Data, path: str) -> Any:
    """What holds the value at *path*; an empty object where an element around it is gone."""
    here: Any = document
    for name in path.split(".")[:-1]:
        try:
            here = here[int(name)] if isinstance(here, list) else here[name]
        except (IndexError, KeyError):
            return {}
    return here


def _lacks(inputs: Sequence[Input], document: Data) -> bool:
    """Whether a list is too short to make sense."""
    return any(
        isinstance(found.input, Items) and len(found.value) < found.input.least for found in walk(inputs, document)
    )


def _drawn(session: Session, template: Template, viewer: Viewer) -> list[Data]:
    return contents.render(_with_samples(_context(session, template, viewer)), viewer.friend)


def _context(session: Session, template: Template, viewer: Viewer) -> RenderContext:
    leaves = expanding.leaves_of(session, template)
    friends = [viewer.friend] if viewer.friend.id is not None else []
    return contents.contexts_of(session, [leaves], public_url=viewer.public_url, now=viewer.now, friends=friends)[0]


def _with_samples(context: RenderContext) -> RenderContext:
    """*context* in which no file is missing."""
    url = context.public_url + SAMPLE_PICTURE
    wanted = {0} | looking.files(looking.walk_leaves(context.leaves))
    samples = {media_id: PublicFile(media_id, MediaKind.IMAGE, url, url, 1040, 1040) for media_id in wanted}
    return replace(context, files=samples | dict(context.files))
