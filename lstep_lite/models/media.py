"""Files: what customers send, and what staff upload."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class MediaKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


class MediaState(StrEnum):
    WAITING = "waiting"
    STORED = "stored"
    EXPIRED = "expired"
    FAILED = "failed"
    DELETED = "deleted"


class Media(Base):
    """A file a customer sent or staff uploaded. Its address is a random code; paths are below the media directory."""

    __tablename__ = "media"
    __table_args__ = (Index("ix_media_state_due_at", "state", "due_at"),)

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[MediaKind] = mapped_column(one_of(MediaKind, "kind"))
    state: Mapped[MediaState] = mapped_column(one_of(MediaState, "state"))
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    line_message_id: Mapped[str | None] = mapped_column(unique=True)
    file_name: Mapped[str | None]
    """As the sender named it; shown, never used as a path."""
    content_type: Mapped[str | None]
    size_bytes: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    path: Mapped[str | None]
    preview_path: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When to fetch it from LINE next; on `wall`."""
    reason: Mapped[str | None]
    created_at: Mapped[datetime]
