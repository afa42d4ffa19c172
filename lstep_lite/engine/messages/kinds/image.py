"""A picture from the media library."""

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import File
from lstep_lite.errors import DomainError


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
        media_id = block.get("media_id")
        if not isinstance(media_id, int) or not 0 < media_id < 2**53 or media_id is True:
            raise DomainError("画像を選んでください。")

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        picture = speaking.file(block["media_id"])
        return [{"type": "image", "originalContentUrl": picture.url, "previewImageUrl": picture.preview_url}]
