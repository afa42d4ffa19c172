"""What can be booked: courses of segments, and options that lengthen them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class PriceKind(StrEnum):
    FIXED = "fixed"
    FROM = "from"
    ASK = "ask"


class CourseState(StrEnum):
    ACTIVE = "active"
    HIDDEN = "hidden"
    """Customers don't see it; staff can book it."""
    RETIRED = "retired"


class CourseCategory(Base):
    __tablename__ = "course_categories"

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    position: Mapped[int]


class Course(Base):
    """Its action sets hang at reservations.<transition> beside those of the shop."""

    __tablename__ = "courses"
    __table_args__ = (Index("ix_courses_category_id", "category_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("course_categories.id", ondelete="SET NULL"))
    name: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    position: Mapped[int]
    price: Mapped[int] = mapped_column(default=0)
    """Yen, tax included."""
    price_kind: Mapped[PriceKind] = mapped_column(one_of(PriceKind, "price_kind"), default=PriceKind.FIXED)
    shows_price: Mapped[bool] = mapped_column(default=True)
    shows_minutes: Mapped[bool] = mapped_column(default=True)
    segments: Mapped[list[Any]]
    """[{"kind": "work" | "proc", "minutes"}], multiples of 5: the provider is taken while it is work only."""
    before_minutes: Mapped[int] = mapped_column(default=0)
    after_minutes: Mapped[int] = mapped_column(default=0)
    """The provider's preparation, and clearing away."""
    needs: Mapped[list[Any]] = mapped_column(default=list)
    """[{"pool_id", "quantity", "after_minutes"}]: taken from beginning to end, by each of a party."""
    most_party: Mapped[int] = mapped_column(default=1)
    """How many may come together; one provider serves them all."""
    charges_each: Mapped[bool] = mapped_column(default=True)
    """Whether the price is for each of a party, not for all of it."""
    last_start: Mapped[int | None]
    """The last minute of a business day at which it may begin."""
    is_online: Mapped[bool] = mapped_column(default=True)
    audience: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A segment's tree of those who may book it; null: everybody."""
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What differs from the shop's."""
    next_visit_days: Mapped[int | None]
    """After how many days the next visit is due."""
    state: Mapped[CourseState] = mapped_column(one_of(CourseState, "state"), default=CourseState.ACTIVE)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OptionGroup(Base):
    """Options of which a customer takes at least and at most so many."""

    __tablename__ = "option_groups"

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    least: Mapped[int] = mapped_column(default=0)
    most: Mapped[int | None]
    position: Mapped[int]
    course_ids: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """The courses it is offered with; null: all."""


class CourseOption(Base):
    __tablename__ = "course_options"
    __table_args__ = (Index("ix_course_options_group_id", "group_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("option_groups.id", ondelete="CASCADE"))
    name: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    price: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)
    """Lengthens the last work segment of its course."""
    needs: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int]
    state: Mapped[CourseState] = mapped_column(one_of(CourseState, "state"), default=CourseState.ACTIVE)
