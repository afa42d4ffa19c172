"""Pictures, and rows of small ones."""

from lstep_lite.engine.messages.flex import addresses, looks
from lstep_lite.engine.messages.flex.looks import box, slim
from lstep_lite.engine.messages.flex.numbers import number_in
from lstep_lite.engine.messages.flex.registry import Component, block
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, Color, Condition, Data, Element, File, Items, Text
from lstep_lite.engine.taps import TapInput, Where

WIDTHS = {"100%": "幅いっぱい", "75%": "4分の3", "50%": "半分", "33%": "3分の1", "25%": "4分の1"}
STARS = 5
CAPTION = 200
ICON = Element(
    name="flex_icon",
    label="アイコン",
    icon="photo",
    inputs=(File(name="media_id", label="アイコン", ratios=("1:1",), hint="正方形の小さな絵です。"), Condition()),
)


@block(
    "image",
    label="画像",
    icon="photo",
    inputs=(
        *addresses.inputs(),
        Choice(name="width", label="幅", options=WIDTHS, start="100%"),
        looks.ALIGN,
        Choice(name="corner", label="角の丸み", options=looks.CORNERS, start="none"),
        TapInput(where=Where.FLEX),
    ),
)
def draw_image(data: Data, speaking: Speaking) -> Component | None:
    picture = addresses.find(data, speaking)
    if picture is None:
        return None
    size = "full" if data["width"] == "100%" else data["width"]
    image = {"type": "image", **addresses.look(data, picture), "size": size} | slim(
        {"align": data["align"]}, align="center"
    )
    if action := speaking.action(data["tap"]):
        image["action"] = action
    return image if data["corner"] == "none" else _rounded(image, data)


def _rounded(image: Component, data: Data) -> Component:
    """Only boxes have round corners; the box is as wide as the picture was."""
    width, align = data["width"], data["align"]
    frame = box("vertical", [image | {"size": "full"}], width=width, cornerRadius=data["corner"])
    if width == "100%":
        return frame
    return box("vertical", [frame], alignItems={"start": "flex-start", "center": "center", "end": "flex-end"}[align])


@block(
    "icons",
    label="アイコン・★の評価",
    icon="star",
    title="caption",
    inputs=(
        Choice(
            name="show",
            label="並べるもの",
            options={"stars": "★の評価", "icons": "選んだ絵"},
            start="stars",
            as_buttons=True,
        ),
        Text(
            name="value",
            label="★の数（0〜5）",
            most=100,
            start="4.5",
            hint="数字か、数字の入る友だち情報・共通情報です。",
            shown_if={"show": ("stars",)},
        ),
        Color(name="star_color", label="★の色", start="#d97706", required=True, shown_if={"show": ("stars",)}),
        Items(
            name="icons",
            label="アイコン",
            of=lambda: (ICON,),
            least=1,
            most=10,
            noun="アイコン",
            shown_if={"show": ("icons",)},
        ),
        Text(name="caption", label="横に置く文字", most=CAPTION, required=False),
        looks.SIZE,
    ),
)
def draw_icons(data: Data, speaking: Speaking) -> Component | None:
    row = _stars(data, speaking) if data["show"] == "stars" else _icons(data, speaking)
    if caption := speaking.fill(data["caption"], CAPTION):
        beside = looks.text(caption, size=data["size"], color=looks.GREY)
        row = [*row, beside | ({"margin": "md", "flex": 1} if row else {})]
    return box("baseline", row, spacing="xs") if row else None


def _stars(data: Data, speaking: Speaking) -> list[Component]:
    """Whole stars only: there is no half one in every font."""
    full = min(STARS, int(number_in(speaking.fill(data["value"])) + 0.5))
    spans = [("★" * full, data["star_color"]), ("★" * (STARS - full), "#d1d5db")]
    drawn = [{"type": "span", "text": stars, "color": color} for stars, color in spans if stars]
    return [{"type": "text", "contents": drawn, "flex": 0} | slim({"size": data["size"]}, size="md")]


def _icons(data: Data, speaking: Speaking) -> list[Component]:
    shown = [icon for icon in data["icons"] if speaking.is_shown(icon)]
    return [
        {"type": "icon", "url": speaking.file(icon["media_id"]).preview_url, "size": data["size"]} for icon in shown
    ]
