"""A picture from the media library."""

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, check_id, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import File


@kind
class Image(Kind):
    name = "image"
    label = "画像"
    icon = "photo"
    order = 30
    lead = "写真やチラシを1枚送ります。"
    inputs = (File(name="media_id", label="画像"),)
    is_inline = True

    def check(self, block: Block) -> None:
        check_id(block.get("media_id"), "画像を選んでください。")

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        picture = speaking.file(block["media_id"])
        return [{"type": "image", "originalContentUrl": picture.url, "previewImageUrl": picture.preview_url}]
