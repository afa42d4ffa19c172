"""Files: what customers send, and what staff upload."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


class MediaState(StrEnum):
    WAITING = "waiting"
    """Its bytes are not ready: LINE has them still, or an upload is being prepared."""
    STORED = "stored"
    EXPIRED = "expired"
    FAILED = "failed"
    DELETED = "deleted"


class Media(Base):
    """A file a customer sent or staff uploaded. Its address is a random code; paths are below the media directory.

    It is in the library when no customer sent it and it has a name. What editors make by themselves (cut pictures) and
    what staff send in a talk has none.
    """

    __tablename__ = "media"
    __table_args__ = (
        Index("ix_media_state_due_at", "state", "due_at"),
        Index("ix_media_friend_id_id", "friend_id", "id"),
        Index("ix_media_made_from_id", "made_from_id"),
        Index("ix_media_state_kind", "state", "kind", "friend_id", "size_bytes"),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[MediaKind] = mapped_column(one_of(MediaKind, "kind"))
    state: Mapped[MediaState] = mapped_column(one_of(MediaState, "state"))
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    line_message_id: Mapped[str | None] = mapped_column(unique=True)
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str | None]
    """What staff call it in the library."""
    name_key: Mapped[str | None]
    """For the search."""
    file_name: Mapped[str | None]
    """As the sender named it; shown, never used as a path."""
    container_format: Mapped[str | None]
    """Of an upload that is being prepared: how FFmpeg calls what it came in."""
    content_type: Mapped[str | None]
    size_bytes: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration_ms: Mapped[int | None]
    path: Mapped[str | None]
    preview_path: Mapped[str | None]
    preview_media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    """The picture staff chose to be seen before a video plays; else it is one out of the video itself."""
    made_from_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    """The picture it was cut from."""
    box: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What was cut out, in pixels of that picture: left, top, width, height."""
    recipe: Mapped[str | None] = mapped_column(unique=True)
    """From what it was cut and how: the same cut twice is one row. None once it is deleted."""
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When to fetch it from LINE, or to prepare it, next; on `wall`."""
    reason: Mapped[str | None]
    created_at: Mapped[datetime]

    preview_media: Mapped["Media | None"] = relationship(foreign_keys=[preview_media_id], remote_side=[id])

    @property
    def preview_code(self) -> str | None:
        """The code under whose address its picture is shown: the one staff chose, or its own. None: there is none."""
        if self.preview_path is None:
            return None
        chosen = self.preview_media
        return chosen.code if chosen and chosen.state is MediaState.STORED else self.code
