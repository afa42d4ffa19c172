"""One to ten square pictures side by side. https://developers.line.biz/en/reference/messaging-api/#image-carousel"""

from lstep_lite.engine.messages.alt_texts import AltText, alt_text, suggested
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Data, Element, File, Items, Text
from lstep_lite.engine.taps import TapInput, Where

LONGEST_LABEL = 12
PICTURE = Element(
    name="image_carousel_picture",
    label="画像",
    icon="photo",
    title="label",
    is_panel=True,
    inputs=(
        File(name="media_id", label="画像", ratios=("1:1",), hint="正方形で表示されます。"),
        Text(name="label", label="画像に重ねる文字", most=LONGEST_LABEL, required=False),
        TapInput(where=Where.TEMPLATE),
    ),
)


@kind
class ImageCarousel(Kind):
    name = "image_carousel"
    label = "画像カルーセル"
    icon = "carousel-horizontal"
    order = 100
    lead = "正方形の画像を横に10枚まで並べます。"
    inputs = (
        Items(
            name="pictures",
            label="画像",
            of=lambda: (PICTURE,),
            least=1,
            most=10,
            first=("image_carousel_picture",),
            noun="画像",
        ),
        AltText(),
    )

    def alt_text(self, block: Block) -> str:
        labels = suggested(*(each["label"] for each in block["pictures"]))
        return labels or f"画像が{len(block['pictures'])}枚届きました"

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        columns = [_column(each, speaking) for each in block["pictures"]]
        template = {"type": "image_carousel", "columns": columns}
        return [{"type": "template", "altText": alt_text(self, block, speaking), "template": template}]


def _column(picture: Data, speaking: Speaking) -> LineObject:
    action = speaking.action_always(picture["tap"], picture["label"], LONGEST_LABEL)
    return {"imageUrl": speaking.file(picture["media_id"]).preview_url, "action": action}
