"""Blocks: checking them, freezing them as a content, and turning them into LINE's message objects."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.db import insert_new, remembered
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.messages.kinds import text as _text
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kinds
from lstep_lite.engine.messages.placeholders import Words
from lstep_lite.engine.messages.validation import MAX_OBJECTS
from lstep_lite.errors import DomainError
from lstep_lite.models import Content, Friend

PREVIEW_CHARACTERS = 80


@dataclass(frozen=True)
class RenderContext:
    """What rendering needs from the database, loaded once for any number of friends."""

    loaded: dict[str, Any]
    """By kind of block."""
    words: Words = field(default_factory=dict)
    """What the placeholders become."""

    def with_words(self, words: Words) -> "RenderContext":
        return replace(self, words=words)


def check(blocks: Sequence[Any]) -> None:
    """Raises DomainError naming the block that LINE would not take, or that isn't filled in."""
    if not blocks:
        raise DomainError("メッセージを1つ以上入れてください。")
    for number, block in enumerate(blocks, 1):
        _check_block(block, number)
    _check_count(blocks)


def check_to_keep(session: Session, blocks: Sequence[Any]) -> None:
    """`check`, and that all they show is still there: for what is kept now and sent later. The field is `blocks`."""
    try:
        check(blocks)
        render(blocks, Friend(), context(session, blocks, public_url=""))
    except DomainError as error:
        raise DomainError(error.message, "blocks") from error


def _check_block(block: Any, number: int) -> None:
    if not isinstance(block, dict) or str(block.get("kind")) not in kinds:
        raise DomainError(f"{number}つ目のメッセージの種類が分かりません。削除して作り直してください。")
    kind = kinds[block["kind"]]
    try:
        kind.check(block)
    except DomainError as error:
        raise DomainError(f"{number}つ目のメッセージ（{kind.label}）: {error.message}") from error


def _check_count(blocks: Sequence[Block]) -> None:
    count = sum(len(_text.split(block["text"])) if block["kind"] == "text" else 1 for block in blocks)
    if count <= MAX_OBJECTS:
        return
    if len(blocks) > MAX_OBJECTS:
        raise DomainError(f"メッセージは一度に{MAX_OBJECTS}つまでです。")
    raise DomainError(f"文章が長すぎます。5,000文字ごとに吹き出しが分かれ、一度に送れるのは{MAX_OBJECTS}つまでです。")


def freeze(session: Session, blocks: Sequence[Block], *, now: datetime) -> Content:
    """The stored content of exactly these *blocks*; equal blocks share one row, whoever sends them."""
    digest = hashlib.sha256(json.dumps(list(blocks), sort_keys=True).encode()).hexdigest()
    return remembered(session, ("content", digest), lambda: _frozen(session, digest, blocks, now))


def _frozen(session: Session, digest: str, blocks: Sequence[Block], now: datetime) -> Content:
    find = select(Content).where(Content.digest == digest)
    content = session.scalar(find)
    if content is None:
        session.execute(
            insert_new(session, Content).values(
                digest=digest, blocks=list(blocks), is_personal=is_personal(blocks), created_at=now
            )
        )
        content = session.scalars(find).one()
    return content


def context(
    session: Session, blocks: Sequence[Block], *, public_url: str, friends: Collection[Friend] = ()
) -> RenderContext:
    """Load what rendering *blocks* for *friends* needs."""
    by_kind: dict[str, list[Block]] = {}
    for block in blocks:
        by_kind.setdefault(block["kind"], []).append(block)
    loaded = {name: kinds[name].load(session, of_kind, public_url) for name, of_kind in by_kind.items()}
    return RenderContext(loaded, words(session, [blocks], friends, public_url=public_url))


def words(
    session: Session, contents: Iterable[Sequence[Block]], friends: Collection[Friend], *, public_url: str
) -> Words:
    """What the placeholders in several contents become for *friends*: as of now, so load it for each sending."""
    texts = [text for blocks in contents for text in _texts(blocks)]
    return placeholders.load(session, texts, friends, public_url=public_url)


def render(blocks: Sequence[Block], friend: Friend, context: RenderContext) -> list[LineObject]:
    """LINE's message objects for this friend. Pure. Raises DomainError naming the block that shows something gone."""
    objects: list[LineObject] = []
    fill = partial(placeholders.fill, friend=friend, words=context.words)
    for number, block in enumerate(blocks, 1):
        kind = _kind(block)
        try:
            objects += kind.render(block, fill, context.loaded[kind.name])
        except DomainError as error:
            raise DomainError(f"{number}つ目のメッセージ（{kind.label}）: {error.message}") from error
    return objects


def is_personal(blocks: Sequence[Block]) -> bool:
    """Whether it reads differently for each friend."""
    return placeholders.is_personal(_texts(blocks))


def needs_profile(blocks: Sequence[Block], friend: Friend) -> bool:
    """Whether sending it should wait for this friend's LINE profile, which was never asked for yet."""
    if friend.line_user_id is None or friend.profile_checked_at is not None:
        return False
    return any(word.needs_profile(friend) for word in placeholders.used(_texts(blocks)))


def unknown_placeholders(session: Session, blocks: Sequence[Block]) -> list[str]:
    """For a warning in the editor."""
    return placeholders.unknown(session, _texts(blocks))


def mentioned(blocks: Sequence[Block]) -> set[tuple[str, str]]:
    """What the placeholders refer to, for `mentions.write` of whoever keeps *blocks*."""
    return placeholders.mentioned(_texts(blocks))


def preview_text(blocks: Sequence[Block]) -> str:
    """One line for lists; placeholders stay as they are written."""
    return _short(_line(blocks))


def preview_for(session: Session, blocks: Sequence[Block], friend: Friend) -> str:
    """One line as *friend* reads it."""
    return _short(fill_for(session, _line(blocks), friend))


def fill_for(session: Session, text: str, friend: Friend) -> str:
    """*text* with its placeholders filled for *friend*, for staff to read."""
    return placeholders.fill(text, friend, placeholders.load(session, [text], [friend], public_url=""))


def _line(blocks: Sequence[Block]) -> str:
    return " ".join(_kind(block).preview(block) for block in blocks)


def _short(line: str) -> str:
    return line if len(line) <= PREVIEW_CHARACTERS else line[: PREVIEW_CHARACTERS - 1] + "…"


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [text for block in blocks for text in _kind(block).texts(block)]


def _kind(block: Block) -> Kind:
    return kinds[block["kind"]]
