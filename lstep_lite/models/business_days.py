"""Which days the shop works: its weekly rest (Shop.closed_weekdays), and single days that differ."""

from datetime import date
from enum import StrEnum

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    """A public holiday, added by hand to those of the law."""
    CLOSED = "closed"
    """The shop is shut, whatever day it is."""
    OPEN = "open"
    """An ordinary working day, although it is a public holiday or in the weekly rest."""


class SpecialDay(Base):
    """One day that the shop treats in its own way; the holidays of the law are computed, not stored."""

    __tablename__ = "special_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(one_of(DayKind, "kind"))
    name: Mapped[str]
    """What staff call it; may be empty."""
