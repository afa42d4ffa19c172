"""LINE's own JSON in place of parts, for those who know it.

Words in brackets are filled inside its strings, never in the JSON's text: whatever a friend is called, the JSON keeps
its shape.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from lstep_lite.engine.messages.flex.registry import Component
from lstep_lite.engine.messages.rendering import URL_SAFE, Speaking
from lstep_lite.engine.messages.validation import problems as line_problems
from lstep_lite.engine.studio import Cleaning, Found, Text
from lstep_lite.engine.text import storable_json
from lstep_lite.errors import DomainError

LONGEST = 200_000
DEEPEST = 60
MOST_TOLD = 5
URLS = frozenset({"url", "uri", "previewUrl", "linkUri", "desktop"})
"""What LINE takes for addresses: what is put in there is percent-encoded."""
EXAMPLE = """{"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [
  {"type": "text", "text": "[name]さん、こんにちは"}
]}}"""
CONTAINERS = ("bubble", "carousel")
_STEP = re.compile(r"\.([A-Za-z]+)|\[([0-9]+)\]")
_NAMES = {
    "header": "ヘッダー",
    "hero": "上の画像・動画",
    "body": "本文",
    "footer": "フッター",
    "styles": "背景",
    "action": "タップの動き",
    "altContent": "動画の代わり",
    "background": "背景",
}


@dataclass(frozen=True, kw_only=True)
class Pasted(Text):
    """LINE's Flex JSON: a bubble, a carousel, or a whole message, which loses its own altText."""

    lines: int = 18
    most: int = LONGEST
    count: str = "utf16"
    words: bool = False
    example: str = EXAMPLE

    def clean(self, value: Any, here: Cleaning) -> str:
        text = super().clean(value, here)
        if not text:
            return text
        try:
            container = parsed(text)
        except DomainError as error:
            here.refuse(error.message)
            return text
        for message in told(container)[:MOST_TOLD]:
            here.refuse(message)
        return written(container)

    def inside(self, found: Found) -> Iterator[Found]:
        """Its strings, where words in brackets may stand."""
        for said in _strings(container_of(found.value)):
            yield Found(Text(name="text", label="文字", most=LONGEST), said, found.path, found.parents)


def parsed(text: str) -> Component:
    """The bubble or carousel in *text*. Raises DomainError saying where it can't be read."""
    try:
        value = storable_json(json.loads(text, parse_constant=_refuse_constant))
    except json.JSONDecodeError as error:
        raise DomainError(f"JSONとして読み取れません（{error.lineno}行目の{error.colno}文字目あたり）。") from error
    except (RecursionError, ValueError) as error:
        raise DomainError("JSONとして読み取れません。数字の書き方か、入れ子の深さを確かめてください。") from error
    container = value.get("contents") if isinstance(value, dict) and value.get("type") == "flex" else value
    if not isinstance(container, dict) or container.get("type") not in CONTAINERS:
        raise DomainError('FlexのJSONではありません。"type": "bubble" か "carousel" で始まるものを貼り付けてください。')
    if _depth(container) > DEEPEST:
        raise DomainError("JSONの入れ子が深すぎます。")
    return container


def written(container: Component) -> str:
    """As it is kept and shown."""
    return json.dumps(container, ensure_ascii=False, indent=2)


_remembered = lru_cache(maxsize=16)(parsed)
"""The same few are drawn for thousands of friends."""


def container_of(text: str) -> Component:
    """What was kept; empty for what could not be. Don't change it: it is remembered."""
    try:
        return _remembered(text)
    except DomainError:
        return {}


def draw(text: str, speaking: Speaking) -> Component:
    """The bubble or carousel for one friend."""
    drawn: Component = _filled(container_of(text), "", speaking.fill, speaking.fill_url)
    return drawn


def told(container: Component) -> list[str]:
    """What LINE would refuse, with the place in words and as LINE names it."""
    neutral = _filled(container, "", lambda said: said, lambda url: quote(url, safe=URL_SAFE))
    found = line_problems([{"type": "flex", "altText": "-", "contents": neutral}])
    is_carousel = container.get("type") == "carousel"
    paths = [(problem, problem.path.removeprefix("messages[0].contents").removeprefix(".")) for problem in found]
    return [f"{place(path, is_carousel)}：{problem.message}{f'（{path}）' if path else ''}" for problem, path in paths]


def place(path: str, is_carousel: bool) -> str:
    """A path of LINE's in words: `body.contents[0].action` is 「本文の1つ目の部品・タップの動き」."""
    words: list[str] = []
    for name, number in _STEP.findall(f".{path}"):
        if number and is_carousel and not words:
            words.append(f"{int(number) + 1}枚目のカード")
        elif number:
            words.append(f"{int(number) + 1}つ目の部品")
        elif name in _NAMES:
            words.append(_NAMES[name])
    return "・".join(words) or "全体"


def _filled(value: Any, name: str, fill: Callable[[str], str], fill_url: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill_url(value) if name in URLS else fill(value) if "[" in value else value
    if isinstance(value, dict):
        return {key: _filled(part, key, fill, fill_url) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, name, fill, fill_url) for part in value]
    return value


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "[" in value:
            yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _depth(value: Any) -> int:
    deepest, todo = 0, [(value, 1)]
    while todo:
        part, depth = todo.pop()
        deepest = max(deepest, depth)
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        todo += [(each, depth + 1) for each in inside]
    return deepest


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
