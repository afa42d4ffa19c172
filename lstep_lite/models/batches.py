"""Batches (一括処理): one thing done to many friends, in small units that survive a restart."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.staff import Staff


class BatchState(StrEnum):
    GATHERING = "gathering"
    """Its friends are still being written down."""
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class Batch(Base):
    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_state_id", "state", "id"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    """A registered kind, for example tags.attach or actions.run."""
    label: Mapped[str]
    """What lists show."""
    params: Mapped[dict[str, Any]]
    audience: Mapped[dict[str, Any]]
    """Who: {"tree", "state", "text", "ids"} (engine/friends/audience.py), read once, while gathering."""
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    """Pressing a button twice, or starting a due run twice, makes one batch."""
    state: Mapped[BatchState] = mapped_column(one_of(BatchState, "state"))
    cursor: Mapped[int] = mapped_column(default=0)
    """The last friend's id that was gathered, then the last that was worked on."""
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship()
    """Who started it; null when the product did."""

    @property
    def is_open(self) -> bool:
        return self.state in (BatchState.GATHERING, BatchState.RUNNING)


class MemberState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class BatchMember(Base):
    """One friend of a batch, with what became of it."""

    __tablename__ = "batch_members"
    __table_args__ = (Index("ix_batch_members_state", "batch_id", "state", "friend_id"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[MemberState] = mapped_column(one_of(MemberState, "state"))
    note: Mapped[str | None]
    """Why it was skipped or failed."""
