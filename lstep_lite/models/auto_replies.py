"""Rules that answer what friends write."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class Matching(StrEnum):
    KEYWORDS = "keywords"
    ANYTHING = "anything"


class DayRule(StrEnum):
    """On which days of the shop a rule answers, within its weekdays."""

    ANY = "any"
    BUSINESS = "business"
    """Working days only."""
    CLOSED = "closed"
    """Only when the shop is shut or it is a public holiday."""


class AutoReply(Base):
    __tablename__ = "auto_replies"

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    is_on: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int]
    matching: Mapped[Matching] = mapped_column(one_of(Matching, "matching"))
    keywords: Mapped[list[Any]]
    """[{"text": "営業時間", "match": "exact" | "partial"}]; empty for ANYTHING."""
    weekdays: Mapped[list[Any]]
    """Monday = 0 … Sunday = 6; empty means every day."""
    day_rule: Mapped[DayRule] = mapped_column(one_of(DayRule, "day_rule"), default=DayRule.ANY)
    starts_at: Mapped[str | None]
    """Clock time "HH:MM" in the shop's zone; null means all day."""
    ends_at: Mapped[str | None]
    """Clock time "HH:MM"; before `starts_at` it means the next morning."""
    tree: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Whom it answers; null means everybody."""
    goes_on: Mapped[bool] = mapped_column(default=False)
    """Whether later rules are tried as well after this one has answered."""
    blocks: Mapped[list[Any]]
    answered_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
