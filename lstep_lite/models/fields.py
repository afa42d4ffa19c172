"""Friend fields (友だち情報欄): what a shop keeps about each friend."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, Thousandths, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, to_entry


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    MOMENT = "moment"
    PHONE = "phone"
    EMAIL = "email"
    FILE = "file"


class Field(Base):
    """One column of the shop's own. Its type never changes."""

    __tablename__ = "fields"
    __table_args__ = (Index("ix_fields_folder_id", "folder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    word: Mapped[str] = mapped_column(unique=True)
    """What stands in messages: [情報:<word>]. It never changes, so that renaming a field breaks no message."""
    type: Mapped[FieldType] = mapped_column(one_of(FieldType, "type"))
    position: Mapped[int]
    is_favourite: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class FieldOption(Base):
    """One answer of a choice field."""

    __tablename__ = "field_options"
    __table_args__ = (Index("ix_field_options_field_id", "field_id", "position"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    field_id: Mapped[int] = mapped_column(ForeignKey("fields.id", ondelete="CASCADE"))
    label: Mapped[str]
    position: Mapped[int]


class FieldValue(Base):
    """What a friend's field holds; no row means empty. One column is set, by the field's type.

    The field may be gone (no foreign key): many thousand rows can't go in the unit that deletes it, see FieldLeftover.
    """

    __tablename__ = "field_values"
    __table_args__ = (
        Index("ix_field_values_text_key", "field_id", "text_key", "friend_id"),
        Index("ix_field_values_number", "field_id", "number", "friend_id"),
        Index("ix_field_values_day", "field_id", "day", "friend_id"),
        Index("ix_field_values_moment", "field_id", "moment", "friend_id"),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    field_id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None]
    text_key: Mapped[str | None]
    """`text` normalised (engine/text.py) and cut to what an index holds, for comparing."""
    long_key: Mapped[str | None]
    """`text` normalised in full, for comparing long texts."""
    number: Mapped[Decimal | None] = mapped_column(Thousandths)
    day: Mapped[date | None] = mapped_column(Date)
    moment: Mapped[datetime | None]
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime]


class FieldPick(Base):
    """An option a friend has in a choice field (one) or a multi-choice field (any number). The option may be gone."""

    __tablename__ = "field_picks"
    __table_args__ = (
        Index("ix_field_picks_option_id", "option_id", "friend_id"),
        Index("ix_field_picks_field_id", "field_id", "friend_id"),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    option_id: Mapped[int] = mapped_column(primary_key=True)
    field_id: Mapped[int]


class FieldLeftover(Base):
    """A deleted field, or a deleted option of one, whose values are still to be taken away in small steps."""

    __tablename__ = "field_leftovers"

    id: Mapped[int] = primary_key()
    field_id: Mapped[int]
    option_id: Mapped[int | None]
    """Null: all values of the field."""


class FieldChange(Base):
    """The history of a friend's fields, system fields included."""

    __tablename__ = "field_changes"
    __table_args__ = (Index("ix_field_changes_friend_id_at", "friend_id", "at", "id"),)

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    target: Mapped[str]
    """"field:<id>", or a system field such as "system:phone"."""
    at: Mapped[datetime]
    before: Mapped[str]
    after: Mapped[str]
    changed_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "changed_by"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    cause_id: Mapped[int | None] = mapped_column(to_entry())
