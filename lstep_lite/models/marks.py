"""Marks (対応マーク) of friends; whether a talk still waits for an answer is TalkMark in models/chat.py."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import Color
from lstep_lite.models.names import from_name


class Mark(Base):
    """One state a friend may be in; friends carry at most one (`Friend.mark_id`)."""

    __tablename__ = "marks"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True, default=from_name)
    color: Mapped[Color] = mapped_column(one_of(Color, "color"), default=Color.BLUE)
    position: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MarkLeftover(Base):
    """A deleted mark that is still to be taken from its friends, in small steps."""

    __tablename__ = "mark_leftovers"

    mark_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
