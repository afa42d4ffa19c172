"""What customers are told about a booking, on a card of its own look.

In a reminder's step it names only which of the shop's messages it is; what is said of which booking is put in when it
goes out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.reservations.effects import cards, catalogue, rules, samples, texts, wording
from lstep_lite.engine.studio import Text
from lstep_lite.errors import DomainError

LONGEST_TITLE, LONGEST_TEXT = 60, 2000


@dataclass(frozen=True)
class Loaded:
    """What is shown besides the blocks' own words."""

    known: Mapping[int, cards.Known]
    """By the entry's id."""
    texts: Mapping[str, catalogue.Message]
    house: wording.House


@kind
class BookingMessage(Kind):
    """{"message", "title", "text", "entry_id"}; without `entry_id` (0) it speaks of no booking yet."""

    name = "reservation"
    label = "予約のお知らせ"
    icon = "calendar"
    order = 930
    lead = "予約の内容を、カードでお知らせします。"
    inputs = (
        Text(name="title", label="見出し", most=LONGEST_TITLE, words=False, required=False),
        Text(name="text", label="文章", most=LONGEST_TEXT, lines=5, required=False),
    )
    is_template = False

    def check(self, block: Block) -> None:
        kept = rules.block(str(block.get("message")))
        if kept["message"] not in catalogue.MESSAGES or not kept.items() <= block.items():
            raise DomainError("予約のお知らせは、予約の「お知らせ」の画面で変えてください。")

    def preview(self, block: Block) -> str:
        return f"［{self.label}］{catalogue.MESSAGES[block['message']].label}"

    def alt_text(self, block: Block) -> str:
        return str(block["title"])

    def load(self, session: Session, blocks: list[Block], public_url: str) -> Loaded:
        known = cards.load(session, {block["entry_id"] for block in blocks if block["entry_id"]}, public_url)
        return Loaded(known, texts.every(session), wording.sample_house(session, public_url))

    def render(self, block: Block, speaking: Speaking) -> Collection[LineObject]:
        loaded: Loaded = speaking.context.loaded[self.name]
        if not block["entry_id"]:
            return [_sample(loaded, block["message"], speaking)]
        if (known := loaded.known.get(block["entry_id"])) is None:
            raise DomainError("この予約は、もうありません。")
        text = speaking.words(block["text"], LONGEST_TEXT)
        card = cards.bubble(known, block["message"], block["title"], text, now=speaking.now)
        return [{"type": "flex", "altText": block["title"], "contents": card}]


def _sample(loaded: Loaded, kind: str, speaking: Speaking) -> LineObject:
    """What a step that speaks of no booking yet shows: as the shop has it, of a booking that nobody made."""
    message = loaded.texts[kind]
    return samples.message(kind, message.title, message.text, speaking.friend, loaded.house, now=speaking.now)
