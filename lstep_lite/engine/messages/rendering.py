"""What rendering needs, loaded once for any number of friends, and how a kind of block asks for it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from lstep_lite.engine import taps
from lstep_lite.engine.line import links
from lstep_lite.engine.media import PublicFile
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.messages.placeholders import Placeholder, Words
from lstep_lite.engine.studio import Data
from lstep_lite.engine.text import GRAPHEME
from lstep_lite.errors import DomainError
from lstep_lite.models import Friend, MediaKind

LineObject = dict[str, Any]
NOTHING = "―"
"""Stands where all words of a text turned out to be empty for a friend."""
URL_SAFE = ":/?#[]@!$&'()*+,;=%-._~"
"""What stands in addresses as it is; everything else is percent-encoded."""


@dataclass(frozen=True)
class Leaf:
    """One block to be sent, wherever it was written down."""

    block: Data
    number: int
    """Its place among the blocks of the content, counted from 1: a pack's blocks share one."""
    sender_id: int | None = None
    quick_replies: Sequence[Data] = ()


@dataclass(frozen=True)
class Facts:
    """What is true of friends as of *now*; load it anew for each sending."""

    now: datetime
    words: Words = field(default_factory=dict)
    held: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Who fits a segment: friends' ids by `tree_key`."""


NO_FACTS = Facts(datetime(2000, 1, 1, tzinfo=UTC))
"""Of nobody; replaced before anything is rendered."""


@dataclass(frozen=True)
class Shown:
    """What of a content may read differently from friend to friend. Walking finds it once, however many they are."""

    texts: Sequence[str] = ()
    trees: Sequence[Data] = ()
    words: Sequence[Placeholder] = ()
    """The plain ones among the placeholders."""


@dataclass(frozen=True)
class RenderContext:
    """A content with everything it shows that is the same for all friends."""

    leaves: Sequence[Leaf]
    files: Mapping[int, PublicFile]
    senders: Mapping[int, LineObject]
    loaded: Mapping[str, Any]
    """By kind of block, what its `load` found."""
    public_url: str
    zone: ZoneInfo
    is_personal: bool
    """Whether it reads differently for each friend."""
    shown: Shown = Shown()
    facts: Facts = NO_FACTS
    pages_url: str = ""
    """Where our pages for customers are opened inside LINE."""

    def with_facts(self, facts: Facts) -> "RenderContext":
        return replace(self, facts=facts)


def tree_key(tree: Data) -> str:
    return json.dumps(tree, sort_keys=True)


@dataclass(frozen=True)
class Speaking:
    """One friend being spoken to: what kinds of blocks and behaviours of taps render with."""

    context: RenderContext
    friend: Friend

    @property
    def public_url(self) -> str:
        return self.context.public_url

    @cached_property
    def now(self) -> datetime:
        """On the shop's clock."""
        return self.context.facts.now.astimezone(self.context.zone)

    def page(self, path: str) -> str:
        """See `taps.Speaker`."""
        return f"{self.context.pages_url}{path.removeprefix(links.PAGES)}"

    def fill(self, text: str, most: int | None = None) -> str:
        """*text* with its placeholders filled, cut to *most* graphemes: a long name must not keep it from going out."""
        filled = placeholders.fill(text, self.friend, self.context.facts.words) if "[" in text else text
        return filled if most is None else _cut(filled, most)

    def words(self, text: str, most: int) -> str:
        """The same for what LINE does not take empty."""
        return self.fill(text, most).strip() or NOTHING

    def fill_url(self, url: str, most: int | None = None) -> str:
        """The same for an address: what is put in, and all that is no part of addresses, is percent-encoded.

        Words that would make it longer than *most* are left out: the address still leads somewhere without them.
        """
        whole = self._filled_url(url, lambda value: quote(value, safe=""))
        return whole if most is None or len(whole) <= most else self._filled_url(url, lambda value: "")

    def _filled_url(self, url: str, encode: Callable[[str], str]) -> str:
        filled = placeholders.fill(url, self.friend, self.context.facts.words, encode=encode)
        return quote(filled, safe=URL_SAFE)

    def file(self, media_id: int | None, kind: MediaKind = MediaKind.IMAGE) -> PublicFile:
        """Raises DomainError when it is gone, or is no file of *kind*."""
        found = self.context.files.get(media_id or 0)
        if found is None or found.kind is not kind:
            raise DomainError("使っている画像や動画が削除されています。別のものを選び直してください。")
        return found

    def is_shown(self, element: Data) -> bool:
        """Whether its condition holds. Somebody imaginary (no id) sees everything."""
        tree = element.get("if")
        if tree is None or self.friend.id is None:
            return True
        return self.friend.id in self.context.facts.held.get(tree_key(tree), frozenset())

    def action(self, tap: Data, label: str = "", most: int = 20) -> LineObject | None:
        """LINE's action of *tap* with its label (filled, at most *most* graphemes); None when nothing is to happen."""
        found = taps.line_action(tap, self)
        return found and self._labelled(found, label, most)

    def action_always(self, tap: Data, label: str = "", most: int = 20) -> LineObject:
        """The same where LINE wants an action in any case: one that does nothing tells us of the tap alone."""
        return self._labelled(taps.line_action(tap, self) or taps.postback(tap), label, most)

    def _labelled(self, action: LineObject, label: str, most: int) -> LineObject:
        if not label:
            return action
        return {"type": action["type"], "label": self.words(label, most)} | action


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    signs = GRAPHEME.findall(text)
    return text if len(signs) <= most else "".join(signs[: most - 1]) + "…"
