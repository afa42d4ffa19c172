"""Scores: named totals of points, each point with its reason."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import ChangedBy, to_entry


class Basis(StrEnum):
    """Which of the two totals."""

    TOTAL = "total"
    RECENT = "recent"


class Direction(StrEnum):
    UP = "up"
    """The total has reached the threshold from below."""
    DOWN = "down"
    """The total has fallen below the threshold."""


class Score(Base):
    __tablename__ = "scores"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    word: Mapped[str] = mapped_column(unique=True)
    """What stands in messages: [スコア:<word>]. It never changes."""
    recent_days: Mapped[int]
    """Points count as recent for so many days."""
    recounted_to: Mapped[int | None]
    """While recent totals are being counted anew, after `recent_days` changed: the last friend's id that is done."""
    position: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ScoreThreshold(Base):
    """Crossing it runs the action set that hangs at it (place scores.crossed)."""

    __tablename__ = "score_thresholds"
    __table_args__ = (Index("ix_score_thresholds_score_id", "score_id", "points"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    score_id: Mapped[int] = mapped_column(ForeignKey("scores.id", ondelete="CASCADE"))
    basis: Mapped[Basis] = mapped_column(one_of(Basis, "basis"))
    direction: Mapped[Direction] = mapped_column(one_of(Direction, "direction"))
    points: Mapped[int]


class ScorePoint(Base):
    """One line of the ledger. The score may be gone (no foreign key), see ScoreLeftover."""

    __tablename__ = "score_points"
    __table_args__ = (
        Index("ix_score_points_friend_id", "friend_id", "score_id", "at"),
        Index("ix_score_points_score_id", "score_id"),
    )

    id: Mapped[int] = primary_key()
    score_id: Mapped[int]
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    points: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str]
    changed_by: Mapped[ChangedBy] = mapped_column(one_of(ChangedBy, "changed_by"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    cause_id: Mapped[int | None] = mapped_column(to_entry())


class ScoreTotal(Base):
    """A friend's totals, kept with every line of the ledger; no row means 0. The score may be gone."""

    __tablename__ = "score_totals"
    __table_args__ = (
        Index("ix_score_totals_total", "score_id", "total", "friend_id"),
        Index("ix_score_totals_recent", "score_id", "recent", "friend_id"),
        Index("ix_score_totals_due_at", "due_at"),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    score_id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int] = mapped_column(default=0)
    recent: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    """When the oldest recent points stop being recent."""


class ScoreLeftover(Base):
    """A deleted score whose points are still to be taken away, in small steps: many thousand rows can't go in the unit
    that deletes it.
    """

    __tablename__ = "score_leftovers"

    score_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
