"""A video across the whole width, with a link when it has ended: an imagemap that holds nothing else.

https://developers.line.biz/en/reference/messaging-api/#imagemap-message
"""

from lstep_lite.engine.messages.alt_texts import AltText, alt_text
from lstep_lite.engine.messages.kinds.imagemap import LONGEST_URI, WIDTH, base_height, base_url
from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import Choice, File, Text
from lstep_lite.engine.taps.behaviours.uri import Address
from lstep_lite.errors import DomainError
from lstep_lite.models import MediaKind

LONGEST_LABEL = 30
AFTER = {"none": "何も出さない", "link": "ボタンを出す"}


@kind
class RichVideo(Kind):
    name = "rich_video"
    label = "リッチビデオ"
    icon = "video"
    order = 120
    lead = "動画を横幅いっぱいに見せます。見終わった人にリンクのボタンを出せます。"
    inputs = (
        File(name="media_id", label="動画", kind="video", hint="トークを開いている間、音を消して自動で再生されます。"),
        Choice(name="after", label="見終わったとき", options=AFTER, start="none", as_buttons=True),
        Text(
            name="label",
            label="ボタンの文字",
            most=LONGEST_LABEL,
            count="utf16",
            start="くわしく見る",
            words=False,
            shown_if={"after": ("link",)},
        ),
        Address(shown_if={"after": ("link",)}),
        AltText(),
    )

    def alt_text(self, block: Block) -> str:
        return "動画が届きました"

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        film = speaking.file(block["media_id"], MediaKind.VIDEO)
        height = base_height(film)
        video = {
            "originalContentUrl": film.url,
            "previewImageUrl": film.preview_url,
            "area": {"x": 0, "y": 0, "width": WIDTH, "height": height},
        }
        if block["after"] == "link":
            video["externalLink"] = {"linkUri": _link(block, speaking), "label": block["label"]}
        return [
            {
                "type": "imagemap",
                "baseUrl": base_url(film),
                "altText": alt_text(self, block, speaking),
                "baseSize": {"width": WIDTH, "height": height},
                "video": video,
                "actions": [],
            }
        ]


def _link(block: Block, speaking: Speaking) -> str:
    link = speaking.fill_url(block["uri"], LONGEST_URI)
    if len(link) > LONGEST_URI:
        raise DomainError(f"リンク先のURLが長すぎます（{LONGEST_URI:,}文字まで）。")
    return link
