"""Tags: free labels for segmenting."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, Color, to_entry
from lstep_lite.models.names import from_name


class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (Index("ix_tags_folder_id", "folder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True, default=from_name)
    color: Mapped[Color] = mapped_column(one_of(Color, "color"), default=Color.GREEN)
    is_favourite: Mapped[bool] = mapped_column(default=False)
    """Offered first where staff tag by hand."""
    position: Mapped[int]
    capacity: Mapped[int | None]
    """How many friends may carry it; null means any number."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FriendTag(Base):
    """A friend carries a tag.

    The tag may be gone (no foreign key): many thousand rows can't go in the unit that deletes it, see TagLeftover.
    """

    __tablename__ = "friend_tags"
    __table_args__ = (Index("ix_friend_tags_tag_id", "tag_id", "friend_id"),)

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(primary_key=True)
    attached_at: Mapped[datetime]
    changed_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "changed_by"))
    cause_id: Mapped[int | None] = mapped_column(to_entry())
    """The timeline entry it follows from, if automation attached it."""


class TagLeftover(Base):
    """A deleted tag that is still to be taken from its friends, in small steps."""

    __tablename__ = "tag_leftovers"

    tag_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
