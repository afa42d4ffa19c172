"""Shared values (共通情報): one value that every message may show."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, Thousandths, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, to_entry


class SharedValueType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    IMAGE = "image"


class SharedValue(Base):
    __tablename__ = "shared_values"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    word: Mapped[str] = mapped_column(unique=True)
    """What stands in messages: [共通:<word>]. It never changes."""
    type: Mapped[SharedValueType] = mapped_column(one_of(SharedValueType, "type"))
    position: Mapped[int]
    text: Mapped[str | None]
    number: Mapped[Decimal | None] = mapped_column(Thousandths)
    day: Mapped[date | None] = mapped_column(Date)
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SharedValueChange(Base):
    __tablename__ = "shared_value_changes"
    __table_args__ = (Index("ix_shared_value_changes_shared_value_id_at", "shared_value_id", "at", "id"),)

    id: Mapped[int] = primary_key()
    shared_value_id: Mapped[int] = mapped_column(ForeignKey("shared_values.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    before: Mapped[str]
    after: Mapped[str]
    changed_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "changed_by"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    cause_id: Mapped[int | None] = mapped_column(to_entry())
