"""Whole documents: what there is to fill in, what is wrong with it as a whole, LINE's container of it."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lstep_lite.engine.messages.alt_texts import AltText, suggested
from lstep_lite.engine.messages.flex import bubbles, looks, pasted
from lstep_lite.engine.messages.flex.registry import Component
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.messages.validation.flex import VIDEO_SIZES
from lstep_lite.engine.studio import Choice, Data, Found, Input, Items, Problem, Text, walk
from lstep_lite.engine.text import grapheme_count
from lstep_lite.errors import DomainError

MOST_BUBBLES = 12
MOST_CHARACTERS = 10_000
_CARD = re.compile(r"contents\.contents\[([0-9]+)\]")
SOURCES = {"blocks": "部品を並べて作る", "json": "LINEのJSONを使う（くわしい方向け）"}
BLOCKS = {"source": ("blocks",)}
SUGGESTING = 2
"""Texts."""
INPUTS: tuple[Input, ...] = (
    AltText(),
    Choice(name="source", label="作り方", options=SOURCES, start="blocks"),
    Choice(name="size", label="カードの幅", options=looks.BUBBLE_SIZES, start="mega", shown_if=BLOCKS),
    Items(
        name="bubbles",
        label="カード",
        hint="2枚以上にすると、横に送れるカードになります。",
        of=lambda: (bubbles.BUBBLE,),
        least=1,
        most=MOST_BUBBLES,
        first=(bubbles.BUBBLE.name,),
        noun="カード",
        shown_if=BLOCKS,
    ),
    pasted.Pasted(
        name="json",
        label="LINEのJSON",
        hint="バブル、カルーセル、またはメッセージ全体を貼り付けます。[name] などの差し込みも使えます。",
        shown_if={"source": ("json",)},
    ),
)


def problems(document: Data) -> Iterator[Problem]:
    """Rules that concern several inputs."""
    if document["source"] == "blocks":
        yield from _video_problems(document)
        yield from _empty_problems(document)
        count = sum(grapheme_count(found.value) for found in _texts(document))
        if count > MOST_CHARACTERS:
            message = f"文字は全部で{MOST_CHARACTERS:,}文字までです（いま{count:,}文字）。"
            yield Problem("bubbles", message)


def _video_problems(document: Data) -> Iterator[Problem]:
    for place, bubble in enumerate(document["bubbles"]):
        if bubble["hero"] != "video":
            continue
        if len(document["bubbles"]) > 1:
            message = "動画を使えるのは、カードが1枚のときだけです。カードを1枚にするか、画像に変えてください。"
            yield Problem(f"bubbles.{place}.hero", message)
        if document["size"] not in VIDEO_SIZES:
            yield Problem("size", "動画を使うカードの幅は「中くらい」「標準」「大きい」のどれかにしてください。")


def _empty_problems(document: Data) -> Iterator[Problem]:
    for place, bubble in enumerate(document["bubbles"]):
        if bubble["hero"] == "none" and not any(bubble[name] for name in ("header", "body", "footer")):
            yield Problem(f"bubbles.{place}.body", "カードが空です。部品を1つ以上入れてください。")


def _texts(document: Data) -> list[Found]:
    found = walk([each for each in INPUTS if each.name == "bubbles"], document)
    return [each for each in found if isinstance(each.input, Text)]


def draw(document: Data, speaking: Speaking) -> Component:
    """LINE's bubble or carousel for one friend. Raises DomainError when there is no card for them."""
    if document["source"] == "json":
        return pasted.draw(document["json"], speaking)
    drawn = bubbles.draw(document["bubbles"], document["size"], speaking)
    if not drawn:
        raise DomainError("このお客様に見せるカードがありません。カードや部品の「表示する相手」を確かめてください。")
    return drawn[0] if len(drawn) == 1 else {"type": "carousel", "contents": drawn}


def place(path: str) -> str:
    """The card that LINE's *path* in the message leads into; somebody imaginary sees every card."""
    if not path.startswith("contents"):
        return "alt_text"
    found = _CARD.match(path)
    return f"bubbles.{found[1] if found else 0}"


def alt_text(document: Data) -> str:
    """What the cards suggest for the notification: their first words."""
    return suggested(*islice(_said(document), SUGGESTING))


def _said(document: Data) -> Iterator[str]:
    if document["source"] == "json":
        yield from _json_texts(pasted.container_of(document["json"]))
    else:
        yield from (each.value for each in _texts(document) if each.input.name == "text")


def _json_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") == "text" and isinstance(value.get("text"), str):
            yield value["text"]
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        yield from _json_texts(part)
