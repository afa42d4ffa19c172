"""Scenarios (シナリオ配信): steps that reach each friend relative to their own start."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import to_entry


class ScenarioMode(StrEnum):
    """How the times of steps are told; chosen once, when the scenario is made."""

    CLOCK = "clock"
    """Day N after the start, at HH:MM."""
    ELAPSED = "elapsed"
    """N minutes after the start."""


class PastStart(StrEnum):
    """What becomes of a first clock-time step whose time on the day of the start has passed."""

    SHIFT = "shift"
    """The whole schedule moves to the next day."""
    SKIP = "skip"
    SEND = "send"
    """It goes out at once."""


class Restart(StrEnum):
    """What starting does for a friend who has had the scenario, or is in it."""

    ALWAYS = "always"
    """It begins again."""
    IF_FINISHED = "if_finished"
    """Only when they are not in it."""
    NEVER = "never"


class Scenario(Base):
    """Its action set for friends who got to the end hangs at scenarios.finished."""

    __tablename__ = "scenarios"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    position: Mapped[int]
    mode: Mapped[ScenarioMode] = mapped_column(one_of(ScenarioMode, "mode"))
    is_on: Mapped[bool] = mapped_column(default=False)
    """Switched off, nobody starts, and those within wait: what falls due meanwhile is skipped."""
    past_start: Mapped[PastStart] = mapped_column(one_of(PastStart, "past_start"), default=PastStart.SHIFT)
    restart: Mapped[Restart] = mapped_column(one_of(Restart, "restart"), default=Restart.ALWAYS)
    window: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """When its steps may go out (engine/sequences/moments.py, Window); null means at any time."""
    is_quiet: Mapped[bool] = mapped_column(default=True)
    """Whether it keeps the shop's quiet hours."""
    next_scenario_id: Mapped[int | None]
    """Where friends who got to the end go on; no foreign key, a deleted one is shown as gone."""
    live_version_id: Mapped[int | None]
    """What new friends get; null until it is published for the first time."""
    is_ending: Mapped[bool] = mapped_column(default=False)
    """Deleted by staff: those within are being stopped, then the row goes."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class VersionState(StrEnum):
    DRAFT = "draft"
    """Being edited; at most one a scenario."""
    PUBLISHED = "published"


class ScenarioVersion(Base):
    """The steps as they were published, or as they are being edited."""

    __tablename__ = "scenario_versions"
    __table_args__ = (UniqueConstraint("scenario_id", "number"),)

    id: Mapped[int] = primary_key()
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(one_of(VersionState, "state"))
    moves_friends: Mapped[bool] = mapped_column(default=True)
    """Whether friends in flight go over to it (else they keep theirs to the end)."""
    moved_to_id: Mapped[int] = mapped_column(default=0)
    """The last enrolment that was taken over, while that goes on in the background."""
    is_moving: Mapped[bool] = mapped_column(default=False)
    published_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who published it."""
    created_at: Mapped[datetime]

    steps: Mapped[list["ScenarioStep"]] = relationship(order_by="ScenarioStep.position, ScenarioStep.id")


class StepKind(StrEnum):
    MESSAGE = "message"
    """Messages and an action set; either may be empty."""
    BRANCH = "branch"
    """If the friend fits its tree they go on in the lane YES, else in the lane NO; both meet again after it."""


class Side(StrEnum):
    YES = "yes"
    NO = "no"


class ScenarioStep(Base):
    """Its action set hangs at scenarios.step."""

    __tablename__ = "scenario_steps"
    __table_args__ = (UniqueConstraint("version_id", "code"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    version_id: Mapped[int] = mapped_column(ForeignKey("scenario_versions.id", ondelete="CASCADE"))
    code: Mapped[str]
    """The same step in every version: what a friend has had is remembered by it."""
    within: Mapped[str | None]
    """The code of the branch in whose lane it stands."""
    side: Mapped[Side | None] = mapped_column(one_of(Side, "side"))
    position: Mapped[int]
    """Order among steps with the same time."""
    kind: Mapped[StepKind] = mapped_column(one_of(StepKind, "kind"))
    name: Mapped[str]
    """For staff; may be empty."""
    days: Mapped[int] = mapped_column(default=0)
    """Clock time: days after the day of the start, 0 … 10,000."""
    at_time: Mapped[str | None]
    """Clock time: "HH:MM" in the shop's zone; null with 0 days means right after the start."""
    minutes: Mapped[int] = mapped_column(default=0)
    """Elapsed: minutes after the start, 0 … 14,400,000."""
    tree: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Who gets it; others skip it and stay in the scenario. Of a branch: who goes YES."""
    blocks: Mapped[list[Any]]
    """Up to five messages; a block may carry "if", the tree of those who get that message."""


class EnrolmentState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    STOPPED = "stopped"


class Enrolment(Base):
    """One friend's way through a scenario."""

    __tablename__ = "enrolments"
    __table_args__ = (
        Index(
            "ix_enrolments_due",
            "due_at",
            "id",
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index(
            "uq_enrolments_active",
            "friend_id",
            "scenario_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
            sqlite_where=text("state = 'active'"),
        ),
        Index("ix_enrolments_scenario_id", "scenario_id", "state", "id"),
        Index("ix_enrolments_version_id", "version_id", "state", "id"),
        Index("ix_enrolments_friend_id", "friend_id", "id"),
    )

    id: Mapped[int] = primary_key()
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("scenario_versions.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    state: Mapped[EnrolmentState] = mapped_column(one_of(EnrolmentState, "state"))
    started_at: Mapped[datetime]
    anchor_at: Mapped[datetime]
    """What steps' times are reckoned from: the start, or later when the schedule was shifted, or earlier when it
    began in the middle."""
    first_code: Mapped[str | None]
    """The step it began with, if not the first."""
    lanes: Mapped[dict[str, Any]]
    """Which side was taken at each branch so far: {code: "yes" | "no"}."""
    next_code: Mapped[str | None]
    """The step that is looked at next, as far as known."""
    due_at: Mapped[datetime | None]
    """When to look again; the position is reckoned anew then."""
    cause_id: Mapped[int | None] = mapped_column(to_entry())
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    scenario: Mapped[Scenario] = relationship()


class PassageState(StrEnum):
    SENT = "sent"
    """Its messages were laid into the outbox, or its actions run."""
    SKIPPED = "skipped"
    MISSED = "missed"
    """Its time had passed too long ago, as after an outage; staff may still send it."""
    YES = "yes"
    """A branch."""
    NO = "no"


class Passage(Base):
    """What became of a step for a friend. Nobody gets a step of one enrolment twice."""

    __tablename__ = "passages"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "code"),
        Index("ix_passages_scenario_id", "scenario_id", "code", "state"),
        Index("ix_passages_friend_id", "friend_id", "id"),
        Index(
            "ix_passages_missed",
            "id",
            postgresql_where=text("state = 'missed'"),
            sqlite_where=text("state = 'missed'"),
        ),
    )

    id: Mapped[int] = primary_key()
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"))
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    code: Mapped[str]
    state: Mapped[PassageState] = mapped_column(one_of(PassageState, "state"))
    reason: Mapped[str | None]
    planned_at: Mapped[datetime]
    at: Mapped[datetime]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
