"""Blocks: checking them, freezing them as a content, and turning them into LINE's message objects."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lstep_lite.db import add_new, insert_new, known_row, remembered
from lstep_lite.engine import media, mentions, pinning, segments, settings
from lstep_lite.engine.line import links
from lstep_lite.engine.messages import looking, placeholders, quick_replies, senders
from lstep_lite.engine.messages.expanding import REFERENCE, expand, load_templates
from lstep_lite.engine.messages.kinds import text as _text
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, check_id, kinds
from lstep_lite.engine.messages.kinds.template import TEMPLATES
from lstep_lite.engine.messages.rendering import Facts, Leaf, RenderContext, Shown, Speaking, tree_key
from lstep_lite.engine.messages.validation import MAX_OBJECTS
from lstep_lite.engine.studio import Found
from lstep_lite.errors import DomainError
from lstep_lite.models import Content, ContentTemplate, Friend

PREVIEW_CHARACTERS = 80


# Checking ------------------------------------------------------------------------------------------------------------


def check(blocks: Sequence[Any]) -> None:
    """Raises DomainError naming the block that the small editor may not post, or that isn't filled in."""
    if not blocks:
        raise DomainError("メッセージを1つ以上入れてください。")
    for number, block in enumerate(blocks, 1):
        _check_block(block, number)
    _check_count(blocks)


def check_to_keep(session: Session, blocks: Sequence[Any]) -> None:
    """`check`, and that all they show is still there: for what is kept now and sent later. The field is `blocks`."""
    try:
        check(blocks)
        _check_words(session, blocks)
        sent = render(context(session, blocks, public_url="", now=placeholders.SOMETIME), Friend())
        if len(sent) > MAX_OBJECTS:
            raise DomainError(
                f"テンプレートの中身を合わせると、吹き出しが{len(sent)}個になります。一度に送れるのは{MAX_OBJECTS}個までです。"
            )
    except DomainError as error:
        raise DomainError(error.message, "blocks") from error


def _check_block(block: Any, number: int) -> None:
    if not isinstance(block, dict) or str(block.get("kind")) not in kinds:
        raise DomainError(f"{number}つ目のメッセージの種類が分かりません。削除して作り直してください。")
    kind = kinds[block["kind"]]
    try:
        kind.check(block)
        if block.get("sender_id") is not None:
            check_id(block["sender_id"], "送信者を選び直してください。")
    except DomainError as error:
        raise DomainError(f"{number}つ目のメッセージ（{kind.label}）: {error.message}") from error


def _check_count(blocks: Sequence[Block]) -> None:
    count = sum(len(_text.split(block["text"])) if block["kind"] == "text" else 1 for block in blocks)
    if count <= MAX_OBJECTS:
        return
    if len(blocks) > MAX_OBJECTS:
        raise DomainError(f"メッセージは一度に{MAX_OBJECTS}つまでです。")
    raise DomainError(f"文章が長すぎます。5,000文字ごとに吹き出しが分かれ、一度に送れるのは{MAX_OBJECTS}つまでです。")


def _check_words(session: Session, blocks: Sequence[Block]) -> None:
    for word in unknown_placeholders(session, blocks):
        raise DomainError(f"[{word}] は差し込みできない言葉です。「差し込む」から選び直すか、[ ] を外してください。")


# Freezing ------------------------------------------------------------------------------------------------------------


def pinned(session: Session, blocks: Sequence[Block], pins: pinning.Pins) -> list[Block]:
    """*blocks*, and the templates they show, speaking of the rows in *pins*."""
    return [_pinned(session, block, pins) for block in blocks] if pins else list(blocks)


def _pinned(session: Session, block: Block, pins: pinning.Pins) -> Block:
    if block["kind"] != REFERENCE:
        return dict(pinning.whole(block, pins))
    shown = looking.texts(looking.walk_leaves(expand(session, [[block]])[0]))
    says_any = any(pinning.text(each, pins) != each for each in shown)
    return block | {pinning.PINS: dict(pins)} if says_any else block


def freeze(session: Session, blocks: Sequence[Block], *, now: datetime) -> Content:
    """The stored content of exactly these *blocks*; equal blocks share one row, whoever sends them."""
    digest = hashlib.sha256(json.dumps(list(blocks), sort_keys=True).encode()).hexdigest()
    return remembered(session, ("content", digest), lambda: _frozen(session, digest, blocks, now))


def _frozen(session: Session, digest: str, blocks: Sequence[Block], now: datetime) -> Content:
    content = session.scalar(_WITH_DIGEST, {"digest": digest})
    if content is None:
        row = {"digest": digest, "blocks": list(blocks), "is_personal": is_personal(session, blocks), "created_at": now}
        content = _added(session, row) or session.scalars(_WITH_DIGEST, {"digest": digest}).one()
        _note_templates(session, content)
    return content


_WITH_DIGEST = select(Content).where(Content.digest == bindparam("digest"))


def _added(session: Session, row: dict[str, Any]) -> Content | None:
    """None when somebody else was faster."""
    content_id = add_new(session, Content, row)
    return known_row(session, Content(id=content_id, **row)) if content_id else None


def _note_templates(session: Session, content: Content) -> None:
    """Write down which templates it shows, so that a change of theirs finds it (`messages.templates`)."""
    for template_id in load_templates(session, content.blocks):
        row = {"content_id": content.id, "template_id": template_id}
        session.execute(insert_new(session, ContentTemplate).values(row))


def refresh(session: Session, content: Content) -> None:
    """A template that *content* shows was changed."""
    content.is_personal = is_personal(session, content.blocks)
    _note_templates(session, content)


def is_personal(session: Session, blocks: Sequence[Block]) -> bool:
    """Whether it reads differently for each friend."""
    leaves = [leaf for leaves in expand(session, [blocks]) for leaf in leaves]
    return _is_personal(_shown(list(looking.walk_leaves(leaves))))


def _shown(found: Sequence[Found]) -> Shown:
    texts = looking.texts(found)
    return Shown(texts, looking.trees(found), placeholders.used(texts))


def _is_personal(shown: Shown) -> bool:
    return bool(shown.trees) or placeholders.is_personal(shown.texts)


# Rendering -----------------------------------------------------------------------------------------------------------


def context(
    session: Session, blocks: Sequence[Block], *, public_url: str, now: datetime, friends: Collection[Friend] = ()
) -> RenderContext:
    """Load what rendering *blocks* for *friends* at *now* needs."""
    return contexts(session, [blocks], public_url=public_url, now=now, friends=friends)[0]


def contexts(
    session: Session,
    contents: Iterable[Sequence[Block]],
    *,
    public_url: str,
    now: datetime,
    friends: Collection[Friend] = (),
) -> list[RenderContext]:
    """The same for several contents, in a number of statements that does not grow with them."""
    return contexts_of(session, expand(session, contents), public_url=public_url, now=now, friends=friends)


def contexts_of(
    session: Session,
    expanded: Sequence[Sequence[Leaf]],
    *,
    public_url: str,
    now: datetime,
    friends: Collection[Friend] = (),
) -> list[RenderContext]:
    """The same for what is expanded already."""
    leaves = [leaf for each in expanded for leaf in each]
    walked = [list(looking.walk_leaves(each)) for each in expanded]
    pictures = senders.load(session, {leaf.sender_id for leaf in leaves if leaf.sender_id}, public_url)
    files = media.public(session, looking.files(each for found in walked for each in found), public_url)
    loaded, zone = _loaded(session, leaves, public_url), settings.zone(session)
    pages = _pages_url(session, leaves, walked, public_url)
    bare = [
        RenderContext(each, files, pictures, loaded, public_url, zone, _is_personal(shown), shown, pages_url=pages)
        for each, shown in zip(expanded, map(_shown, walked), strict=True)
    ]
    known = facts(session, bare, friends, public_url=public_url, now=now)
    return [each.with_facts(known) for each in bare]


def _pages_url(session: Session, leaves: Sequence[Leaf], walked: Iterable[Sequence[Found]], public_url: str) -> str:
    """Looked up once a unit, and only where something opens a page."""
    if not looking.opens_page(leaves, (each for found in walked for each in found)):
        return ""
    return remembered(
        session,
        ("pages url", public_url),
        lambda: links.pages_url(settings.channel(session), public_url=public_url),
    )


def _loaded(session: Session, leaves: Iterable[Leaf], public_url: str) -> dict[str, Any]:
    by_kind: dict[str, list[Block]] = {}
    for leaf in leaves:
        by_kind.setdefault(leaf.block["kind"], []).append(leaf.block)
    return {name: kinds[name].load(session, of_kind, public_url) for name, of_kind in by_kind.items()}


def facts(
    session: Session,
    contexts: Iterable[RenderContext],
    friends: Collection[Friend],
    *,
    public_url: str,
    now: datetime,
) -> Facts:
    """What placeholders become and which conditions hold for *friends* as of *now*."""
    shown = [context.shown for context in contexts]
    texts = [text for each in shown for text in each.texts]
    words = placeholders.load(session, texts, friends, public_url=public_url, now=now)
    ids = [friend.id for friend in friends if friend.id is not None]
    by_key = {tree_key(tree): tree for each in shown for tree in each.trees} if ids else {}
    held = {key: _holding(session, tree, ids, now) for key, tree in by_key.items()}
    return Facts(now, words, held)


def _holding(session: Session, tree: Block, ids: Sequence[int], now: datetime) -> frozenset[int]:
    within = segments.condition(session, tree, now=now)
    return frozenset(session.scalars(select(Friend.id).where(Friend.id.in_(ids), within)))


def render(context: RenderContext, friend: Friend) -> list[LineObject]:
    """LINE's message objects for this friend. Pure. Raises DomainError naming the block that shows something gone."""
    return render_by(Speaking(context, friend))


def render_by(speaking: Speaking) -> list[LineObject]:
    """The same in this way of speaking."""
    return [message for leaf in speaking.context.leaves for message in _rendered(leaf, speaking)]


def _rendered(leaf: Leaf, speaking: Speaking) -> list[LineObject]:
    kind = _kind(leaf.block)
    try:
        objects = [dict(message) for message in kind.render(leaf.block, speaking)]
        sender = speaking.context.senders.get(leaf.sender_id or 0)
        if sender:
            objects = [message | {"sender": sender} for message in objects]
        if objects and (drawn := quick_replies.render(leaf.quick_replies, speaking)):
            objects[-1]["quickReply"] = drawn
    except DomainError as error:
        raise DomainError(f"{leaf.number}つ目のメッセージ（{kind.label}）: {error.message}") from error
    return objects


def needs_profile(context: RenderContext, friend: Friend) -> bool:
    """Whether sending it should wait for this friend's LINE profile, which was never asked for yet."""
    if friend.line_user_id is None or friend.profile_checked_at is not None:
        return False
    return any(word.needs_profile(friend) for word in context.shown.words)


# Looking -------------------------------------------------------------------------------------------------------------


def unknown_placeholders(session: Session, blocks: Sequence[Block]) -> list[str]:
    """What stands in brackets, looks meant as a placeholder, and is none."""
    return placeholders.unknown(session, looking.texts(looking.walk_blocks(blocks)))


def mentioned(blocks: Sequence[Block]) -> set[tuple[str, int | str]]:
    """What *blocks* refer to, for `mentions.write` of whoever keeps them."""
    return looking.mentioned(blocks)


def preview_text(session: Session, blocks: Sequence[Block]) -> str:
    """One line for lists; placeholders stay as they are written."""
    return preview_texts(session, [blocks])[0]


def preview_texts(session: Session, contents: Sequence[Sequence[Block]]) -> list[str]:
    """The same for several contents: templates are asked for their names once."""
    wanted = {block["template_id"] for blocks in contents for block in blocks if block["kind"] == "template"}
    names = mentions.names(session, TEMPLATES, wanted) if wanted else {}
    return [_short(_line(blocks, names)) for blocks in contents]


def preview_for(session: Session, blocks: Sequence[Block], friend: Friend, *, now: datetime) -> str:
    """One line as *friend* reads it."""
    return fill_for(session, preview_text(session, blocks), friend, now=now)


def fill_for(session: Session, text: str, friend: Friend, *, now: datetime, pins: pinning.Pins = pinning.NONE) -> str:
    """*text* with its placeholders filled for *friend*, for staff to read."""
    text = pinning.text(text, pins)
    return placeholders.fill(text, friend, placeholders.load(session, [text], [friend], public_url="", now=now))


def _line(blocks: Sequence[Block], names: dict[str, str]) -> str:
    return " ".join(_preview(block, names) for block in blocks)


def _preview(block: Block, names: dict[str, str]) -> str:
    if block["kind"] == "template":
        return f"［{names.get(str(block['template_id']), '削除されたテンプレート')}］"
    return _kind(block).preview(block)


def _short(line: str) -> str:
    return line if len(line) <= PREVIEW_CHARACTERS else line[: PREVIEW_CHARACTERS - 1] + "…"


def _kind(block: Block) -> Kind:
    return kinds[block["kind"]]
