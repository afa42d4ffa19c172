"""A picture from the media store."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine.messages.kinds.registry import Block, Fill, Kind, LineObject, kind
from lstep_lite.errors import DomainError
from lstep_lite.models import Media, MediaKind, MediaState


@kind("image", label="画像")
class Image(Kind):
    def check(self, block: Block) -> None:
        media_id = block.get("media_id")
        if not isinstance(media_id, int) or not 0 < media_id < 2**53 or media_id is True:
            raise DomainError("画像を選んでください。")

    def load(self, session: Session, blocks: list[Block], public_url: str) -> dict[int, str]:
        """The public address of each picture; what customers sent is never published."""
        wanted = {block["media_id"] for block in blocks}
        found = session.execute(
            select(Media.id, Media.code).where(
                Media.id.in_(wanted),
                Media.kind == MediaKind.IMAGE,
                Media.state == MediaState.STORED,
                Media.friend_id.is_(None),
            )
        )
        return {media_id: f"{public_url}/media/{code}" for media_id, code in found}

    def render(self, block: Block, fill: Fill, loaded: dict[int, str]) -> list[LineObject]:
        url = loaded.get(block["media_id"])
        if url is None:
            raise DomainError("画像が削除されています。別の画像を選び直してください。")
        return [{"type": "image", "originalContentUrl": url, "previewImageUrl": f"{url}/preview"}]
