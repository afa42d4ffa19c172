"""One to ten panels with a picture, words and buttons.

https://developers.line.biz/en/reference/messaging-api/#buttons and #carousel
"""

from collections.abc import Iterable, Sequence

from lstep_lite.engine.messages import cards
from lstep_lite.engine.messages.alt_texts import AltText, alt_text, suggested
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Data, Element, File, Items, Problem, Text
from lstep_lite.engine.taps import TapInput, Where
from lstep_lite.engine.text import grapheme_count

LONGEST_TITLE = 40
LONGEST_LABEL = 20
LONGEST_ALONE, LONGEST_BESIDE_OTHERS, LONGEST_BELOW_HEAD = 160, 120, 60
"""Of the text: in the only panel, in one of several, and in any that has a picture or a title."""
MOST_CHOICES_ALONE, MOST_CHOICES = 4, 3
RATIOS = {"rectangle": "1.51:1", "square": "1:1"}
FITS = {"cover": "cover", "contain": "fit"}
"""How templates and Flex call the same."""

CHOICE = Element(
    name="carousel_choice",
    label="ボタン",
    icon="hand-click",
    title="label",
    inputs=(
        Text(name="label", label="ボタンの文字", most=LONGEST_LABEL),
        TapInput(where=Where.TEMPLATE, start="actions"),
    ),
)
PANEL = Element(
    name="carousel_panel",
    label="パネル",
    icon="photo",
    title="title",
    is_panel=True,
    inputs=(
        File(name="media_id", label="画像", required=False, ratios=tuple(RATIOS.values())),
        Text(name="title", label="タイトル", most=LONGEST_TITLE, required=False),
        Text(
            name="text",
            label="本文",
            most=LONGEST_ALONE,
            lines=3,
            hint="画像かタイトルがあるときは60文字まで、ないときは120文字（パネルが1枚なら160文字）までです。",
        ),
        Items(
            name="choices",
            label="ボタン",
            hint="パネルが1枚なら4個、2枚以上なら3個までです。",
            of=lambda: (CHOICE,),
            least=1,
            most=MOST_CHOICES_ALONE,
            first=("carousel_choice",),
            noun="ボタン",
        ),
        TapInput(where=Where.TEMPLATE, label="画像や文章をタップしたとき"),
    ),
)


@kind
class Carousel(Kind):
    name = "carousel"
    label = "ボタン・カルーセル"
    icon = "columns-3"
    order = 90
    lead = "画像・文章・ボタンのパネルを送ります。横に10枚まで並べられます。"
    inputs = (
        Items(
            name="panels",
            label="パネル",
            hint="ボタンの数はパネルごとに違ってもかまいません。",
            of=lambda: (PANEL,),
            least=1,
            most=10,
            first=("carousel_panel",),
            noun="パネル",
        ),
        Choice(
            name="ratio",
            label="画像の形",
            options={"rectangle": "横長", "square": "正方形"},
            start="rectangle",
            as_buttons=True,
        ),
        Choice(
            name="fit",
            label="画像の収め方",
            options={"cover": "枠いっぱい", "contain": "全体を見せる"},
            start="cover",
            as_buttons=True,
        ),
        Color(name="background", label="画像の背景色", shown_if={"fit": ("contain",)}),
        AltText(),
    )

    def problems(self, block: Block) -> Iterable[Problem]:
        panels = block["panels"]
        yield from _uneven(panels, "media_id", "画像")
        yield from _uneven(panels, "title", "タイトル")
        for number, panel in enumerate(panels):
            yield from _too_much(panel, f"panels.{number}", is_alone=len(panels) == 1)

    def preview(self, block: Block) -> str:
        return f"［ボタン・カルーセル］{block['panels'][0]['title'] or block['panels'][0]['text']}"

    def alt_text(self, block: Block) -> str:
        return suggested(*(panel["title"] or panel["text"] for panel in block["panels"]))

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        panels, alt = block["panels"], alt_text(self, block, speaking)
        if len({len(panel["choices"]) for panel in panels}) > 1:
            return [_flex(block, alt, speaking)]
        columns = [_column(block, panel, speaking) for panel in panels]
        look = {"imageAspectRatio": block["ratio"], "imageSize": block["fit"]} if panels[0]["media_id"] else {}
        only = {"type": "buttons", **look, **columns[0]}
        template = only if len(columns) == 1 else {"type": "carousel", **look, "columns": columns}
        return [{"type": "template", "altText": alt, "template": template}]


def _uneven(panels: Sequence[Data], part: str, label: str) -> Iterable[Problem]:
    """LINE wants pictures, and titles, in all panels or in none."""
    without = [number for number, panel in enumerate(panels) if not panel[part]]
    if len(without) == len(panels):
        return
    for number in without:
        message = f"{number + 1}枚目のパネルに{label}がありません。全部のパネルに入れるか、全部から外してください。"
        yield Problem(f"panels.{number}.{part}", message)


def _too_much(panel: Data, path: str, *, is_alone: bool) -> Iterable[Problem]:
    most, length = _longest_text(panel, is_alone), grapheme_count(panel["text"])
    if length > most:
        why = "画像かタイトルがあるとき、" if most == LONGEST_BELOW_HEAD else ""
        yield Problem(f"{path}.text", f"{why}本文は{most}文字までです（いま{length}文字）。")
    if len(panel["choices"]) > MOST_CHOICES and not is_alone:
        yield Problem(f"{path}.choices", f"パネルが2枚以上のとき、ボタンは{MOST_CHOICES}個までです。")


def _longest_text(panel: Data, is_alone: bool) -> int:
    if panel["media_id"] or panel["title"]:
        return LONGEST_BELOW_HEAD
    return LONGEST_ALONE if is_alone else LONGEST_BESIDE_OTHERS


def _column(block: Block, panel: Data, speaking: Speaking) -> LineObject:
    """A column of a carousel, or what stands in a buttons template."""
    column: LineObject = {}
    if panel["media_id"]:
        column["thumbnailImageUrl"] = speaking.file(panel["media_id"]).preview_url
        if background := block.get("background"):
            column["imageBackgroundColor"] = background[:7]  # templates know no transparency
    if panel["title"]:
        column["title"] = speaking.words(panel["title"], LONGEST_TITLE)
    column["text"] = speaking.words(panel["text"], _longest_text(panel, is_alone=len(block["panels"]) == 1))
    if (action := speaking.action(panel["tap"])) is not None:
        column["defaultAction"] = action
    return column | {"actions": _actions(panel, speaking)}


def _actions(panel: Data, speaking: Speaking) -> list[LineObject]:
    return [speaking.action_always(each["tap"], each["label"], LONGEST_LABEL) for each in panel["choices"]]


def _flex(block: Block, alt: str, speaking: Speaking) -> LineObject:
    """The same as cards of a Flex message, which may have different numbers of buttons.

    LINE's carousel template takes columns with equally many buttons only. Filling up with buttons that do nothing would
    show customers something to tap that seems broken; as Flex each panel has its own buttons and looks nearly the same.
    """
    return cards.message(alt, [_card(block, panel, speaking) for panel in block["panels"]])


def _card(block: Block, panel: Data, speaking: Speaking) -> LineObject:
    body = [cards.heading(speaking.words(panel["title"], LONGEST_TITLE))] if panel["title"] else []
    body.append(cards.paragraph(speaking.words(panel["text"], LONGEST_BESIDE_OTHERS)))
    card = cards.card(body, [cards.button(action, style="link") for action in _actions(panel, speaking)])
    if panel["media_id"]:
        look = {"aspectMode": FITS[block["fit"]]} | _background(block)
        card["hero"] = cards.picture(speaking.file(panel["media_id"]).preview_url, RATIOS[block["ratio"]], **look)
    if (action := speaking.action(panel["tap"])) is not None:
        card["action"] = action
    return card


def _background(block: Block) -> LineObject:
    return {"backgroundColor": block["background"]} if block.get("background") else {}
