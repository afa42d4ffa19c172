"""Saved searches (カスタム検索)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, primary_key


class Segment(Base):
    """A condition tree under a name."""

    __tablename__ = "segments"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    position: Mapped[int]
    tree: Mapped[dict[str, Any]]
    """{"all": [condition…], "any": [condition…]}, a condition being {"id", "kind", "data"}."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
