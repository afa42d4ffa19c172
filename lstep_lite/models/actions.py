"""Action sets: what is done to a friend, where the set hangs, and what it has done so far."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, primary_key
from lstep_lite.models.friends import to_entry


class ActionSet(Base):
    """An ordered list of steps, hanging at one place of one row: the place is what counts for 「2回目以降も実行」."""

    __tablename__ = "action_sets"
    __table_args__ = (UniqueConstraint("place", "holder"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    place: Mapped[str]
    """A registered place, for example tags.attached."""
    holder: Mapped[str]
    """The id (or other key) of the row it hangs at."""
    repeats: Mapped[bool]
    """Whether it runs again for a friend it has run for."""
    steps: Mapped[list[Any]]
    """[{"id", "kind", "data", "segment": tree | null}], run top to bottom."""
    updated_at: Mapped[datetime]


class Action(Base):
    """A set saved under a name: run by hand, in bulk, by a schedule or from another set."""

    __tablename__ = "actions"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    position: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ActionRun(Base):
    """One run of a set for one friend. The unique key is what makes a run happen once."""

    __tablename__ = "action_runs"
    __table_args__ = (
        UniqueConstraint("friend_id", "action_set_id", "occurrence"),
        Index("ix_action_runs_action_set_id_at", "action_set_id", "at"),
    )

    id: Mapped[int] = primary_key()
    action_set_id: Mapped[int] = mapped_column(ForeignKey("action_sets.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    occurrence: Mapped[str]
    """What it answers (an event, a run of a schedule, …); empty for the only run of a set that does not repeat."""
    at: Mapped[datetime]
    entry_id: Mapped[int | None] = mapped_column(to_entry())
    results: Mapped[list[Any]]
    """[{"step", "kind", "state": "done" | "skipped" | "failed", "text"}] in the order of the steps."""
    reset_at: Mapped[datetime | None]
    """When staff allowed the set to run again for this friend; the run then no longer counts."""
