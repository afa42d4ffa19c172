"""How the shop sends: one row, for everything that sends by itself."""

from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class AfterLimit(StrEnum):
    """What becomes of messages that a used-up allowance has held back."""

    BY_HAND = "by_hand"
    NEXT_MONTH = "next_month"
    """They go on by themselves as soon as there is an allowance again."""


class SendingRules(Base):
    """`id` is always 1; a shop that never changed them has no row and the defaults."""

    __tablename__ = "sending_rules"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = primary_key()
    quiet_from: Mapped[str | None]
    """Clock time "HH:MM" in the shop's zone from which scenarios and reminders rest; null means never."""
    quiet_to: Mapped[str | None]
    """When they go on; before `quiet_from` it means the next morning."""
    late_minutes: Mapped[int] = mapped_column(default=60)
    """How late a timed message may go out; later it is marked missed."""
    hold_seconds: Mapped[int] = mapped_column(default=60)
    """How long a broadcast waits after 「送信」 so that it can be taken back: 0, 30 or 60."""
    needs_approval: Mapped[bool] = mapped_column(default=False)
    """Whether a second person has to say yes before a broadcast goes out."""
    monthly_cap: Mapped[int | None]
    """The shop's own limit of counted messages a month; null means LINE's alone."""
    after_limit: Mapped[AfterLimit] = mapped_column(one_of(AfterLimit, "after_limit"), default=AfterLimit.BY_HAND)
    frequency_most: Mapped[int | None]
    """How many broadcasts one friend gets at most within `frequency_days`; null means no limit."""
    frequency_days: Mapped[int] = mapped_column(default=30)
    parallel_scenarios: Mapped[bool] = mapped_column(default=False)
    """Whether a friend may be in several scenarios at once; else starting one stops the other."""


class MessageCount(Base):
    """How many messages a feature sent in a month: counted ones, and free replies."""

    __tablename__ = "message_counts"

    month: Mapped[str] = mapped_column(primary_key=True)
    """"2026-11", as LINE counts months."""
    source: Mapped[str] = mapped_column(primary_key=True)
    """Delivery.source"""
    is_counted: Mapped[bool] = mapped_column(primary_key=True)
    count: Mapped[int]
