"""Another LINE account, with a button that opens it. Drawn as Flex: LINE has no message of this kind for accounts."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from lstep_lite.engine.messages import cards
from lstep_lite.engine.messages.alt_texts import AltText, alt_text, suggested
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Cleaning, File, Text

BASIC_ID = re.compile(r"@[0-9a-z._-]{3,30}")
HOSTS = ("lin.ee", "line.me", "page.line.me", "liff.line.me")


@dataclass(frozen=True, kw_only=True)
class AccountAddress(Text):
    """A basic id such as @abc1234x, or the address for adding the account as a friend."""

    most: int = 500
    words: bool = False

    def clean(self, value: Any, here: Cleaning) -> str:
        typed = unicodedata.normalize("NFKC", super().clean(value, here))
        address = typed.lower() if typed.startswith("@") else typed
        if address and not _leads_to_an_account(address):
            here.refuse("「@」から始まるID か、https://lin.ee/… または https://line.me/… のURLを入力してください。")
        return address


def _leads_to_an_account(address: str) -> bool:
    if address.startswith("@"):
        return bool(BASIC_ID.fullmatch(address))
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_clean = address.isascii() and not any(mark.isspace() for mark in address)
    return is_clean and parts.scheme == "https" and parts.hostname in HOSTS and len(parts.path) > 1


@kind
class Introduction(Kind):
    name = "introduction"
    label = "紹介"
    icon = "user-plus"
    order = 70
    lead = "姉妹店など、ほかのLINEアカウントを紹介します。"
    inputs = (
        Text(name="title", label="紹介するアカウントの名前", most=40),
        Text(name="text", label="紹介の文章", most=160, lines=3, required=False),
        AccountAddress(name="address", label="アカウントのIDまたは友だち追加URL", example="@abc1234x"),
        File(name="media_id", label="アイコンの画像", required=False, ratios=("1:1",)),
        Text(name="button", label="ボタンの文字", most=20, start="友だち追加"),
        AltText(),
    )

    def preview(self, block: Block) -> str:
        return f"［紹介］{block['title']}"

    def alt_text(self, block: Block) -> str:
        return suggested(f"{block['title']}のご紹介", block["text"])

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        body = [_head(block, speaking)]
        if text := speaking.fill(block["text"], 160).strip():
            body.append(cards.paragraph(text))
        action = {"type": "uri", "label": speaking.words(block["button"], 20), "uri": _link(block["address"])}
        button = cards.button(action, style="primary", color=cards.GREEN)
        return [cards.message(alt_text(self, block, speaking), [cards.card(body, [button])])]


def _head(block: Block, speaking: Speaking) -> LineObject:
    name = cards.heading(speaking.words(block["title"], 40)) | {"gravity": "center"}
    if not block["media_id"]:
        return name
    round_picture = {
        "type": "box",
        "layout": "vertical",
        "flex": 0,
        "width": "48px",
        "height": "48px",
        "cornerRadius": "24px",
        "contents": [cards.picture(speaking.file(block["media_id"]).preview_url, "1:1")],
    }
    return {"type": "box", "layout": "horizontal", "spacing": "md", "contents": [round_picture, name]}


def _link(address: str) -> str:
    """https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/"""
    return f"https://line.me/R/ti/p/{quote(address)}" if address.startswith("@") else address
