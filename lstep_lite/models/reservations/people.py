"""Who and what is booked: pools with a capacity, and the providers (担当者) whose time they hold."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import Color


class PoolKind(StrEnum):
    PROVIDER = "provider"
    SEAT = "seat"
    ROOM = "room"
    BED = "bed"
    MACHINE = "machine"
    EVENT_SLOT = "event_slot"


class Pool(Base):
    """Something of which so many can be in use at once."""

    __tablename__ = "pools"
    __table_args__ = (CheckConstraint("capacity >= 0", name="capacity"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    kind: Mapped[PoolKind] = mapped_column(one_of(PoolKind, "kind"))
    name: Mapped[str]
    capacity: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)


class ProviderState(StrEnum):
    ACTIVE = "active"
    HIDDEN = "hidden"
    """Customers don't see them; staff can book them."""
    RETIRED = "retired"


class Provider(Base):
    """A person who serves customers. How many at once is their pool's capacity."""

    __tablename__ = "providers"
    __table_args__ = (Index("ix_providers_staff_id", "staff_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id", ondelete="RESTRICT"), unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """The member of staff who signs in as this person."""
    name: Mapped[str]
    rank: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    color: Mapped[Color] = mapped_column(one_of(Color, "color"))
    fee: Mapped[int] = mapped_column(default=0)
    """Yen for asking for this person."""
    is_nominatable: Mapped[bool] = mapped_column(default=True)
    takes_free: Mapped[bool] = mapped_column(default=True)
    """Whether customers without a wish may come to this person."""
    position: Mapped[int]
    state: Mapped[ProviderState] = mapped_column(one_of(ProviderState, "state"), default=ProviderState.ACTIVE)
    retires_on: Mapped[date | None] = mapped_column(Date)
    """The first day on which this person is not there any more."""

    pool: Mapped[Pool] = relationship()


class ProviderSkill(Base):
    """That a provider does a course; with their own time and price where these differ."""

    __tablename__ = "provider_skills"

    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True, index=True)
    segments: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    price: Mapped[int | None]


class ProviderPattern(Base):
    """The working hours of a provider on one weekday, from one day to another."""

    __tablename__ = "provider_patterns"
    __table_args__ = (Index("ix_provider_patterns_provider_id", "provider_id", "weekday"),)

    id: Mapped[int] = primary_key()
    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"))
    weekday: Mapped[str]
    """"0" (Monday) … "6", or "holiday"."""
    ranges: Mapped[list[Any]]
    breaks: Mapped[list[Any]] = mapped_column(default=list)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """Inclusive."""


class Shift(Base):
    """The working hours of a provider on one date, instead of the pattern; no ranges: off."""

    __tablename__ = "shifts"
    __table_args__ = (Index("ix_shifts_day", "day"),)

    provider_id: Mapped[int] = mapped_column(ForeignKey("providers.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    ranges: Mapped[list[Any]]
    breaks: Mapped[list[Any]] = mapped_column(default=list)
    updated_at: Mapped[datetime]
