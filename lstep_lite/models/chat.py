"""The talk with each friend."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import Friend
from lstep_lite.models.media import Media


class TalkMark(StrEnum):
    """Whether somebody still has to answer."""

    NONE = "none"
    OPEN = "open"
    WORKING = "working"
    DONE = "done"


class Talk(Base):
    """The state of the talk with one friend: what people said last (automatic messages don't reorder the inbox)."""

    __tablename__ = "talks"
    __table_args__ = (
        Index("ix_talks_last_at_friend_id", "last_at", "friend_id"),
        Index("ix_talks_unread", "unread_count"),
        Index("ix_talks_mark_last_at_friend_id", "mark", "last_at", "friend_id"),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    last_at: Mapped[datetime]
    last_text: Mapped[str] = mapped_column(default="")
    unread_count: Mapped[int] = mapped_column(default=0)
    mark: Mapped[TalkMark] = mapped_column(one_of(TalkMark, "mark"), default=TalkMark.NONE)

    friend: Mapped[Friend] = relationship()


class ChatMessage(Base):
    """One message a friend sent us. What we sent is in the outbox; a conversation is both, by time."""

    __tablename__ = "chat_messages"
    __table_args__ = (Index("ix_chat_messages_friend_id_at", "friend_id", "at", "id"),)

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    """LINE's time of the event."""
    kind: Mapped[str]
    """LINE's word: text, image, video, audio, file, location, sticker."""
    text: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]]
    """The LINE message object; blanked when the friend unsends it."""
    line_message_id: Mapped[str] = mapped_column(unique=True)
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    unsent_at: Mapped[datetime | None]

    media: Mapped[Media | None] = relationship()
