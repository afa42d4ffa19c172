"""Broadcasts (一斉配信): one message to many friends at one moment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key


class BroadcastState(StrEnum):
    DRAFT = "draft"
    ASKED = "asked"
    """A second person has to say yes."""
    BOOKED = "booked"
    """It goes out at `due_at`; until then it can be changed or taken back."""
    SENDING = "sending"
    PAUSED = "paused"
    """Somebody, or the used-up allowance, has stopped it on the way."""
    DONE = "done"
    CANCELLED = "cancelled"
    MISSED = "missed"
    """Its time had passed too long ago, as after an outage; staff may still send it."""


class AudienceAt(StrEnum):
    """When it is settled who gets it."""

    BOOKING = "booking"
    SENDING = "sending"


class WinnerBy(StrEnum):
    """Who chooses the version for those who wait for the outcome of a trial."""

    TAPS = "taps"
    HAND = "hand"


class Broadcast(Base):
    """Its action set for those who got it hangs at broadcasts.sent."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        Index(
            "ix_broadcasts_open",
            "due_at",
            postgresql_where=text("state IN ('booked', 'sending')"),
            sqlite_where=text("state IN ('booked', 'sending')"),
        ),
        Index("ix_broadcasts_state", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    state: Mapped[BroadcastState] = mapped_column(one_of(BroadcastState, "state"), default=BroadcastState.DRAFT)
    tree: Mapped[dict[str, Any]]
    """Who gets it."""
    at_most: Mapped[int | None]
    """Only so many of them, chosen by lot."""
    audience_at: Mapped[AudienceAt] = mapped_column(one_of(AudienceAt, "audience_at"), default=AudienceAt.SENDING)
    is_at_once: Mapped[bool] = mapped_column(default=True)
    """今すぐ rather than at a moment."""
    due_at: Mapped[datetime | None]
    """When it goes out, the hold included; then when to look again (pacing, the winner). Null while it waits for people
    or for the outbox."""
    held_from: Mapped[datetime | None]
    """When it was booked; until `due_at` it can be taken back."""
    per_minute: Mapped[int | None]
    """At most so many messages a minute; null means as fast as LINE allows."""
    keeps_frequency: Mapped[bool] = mapped_column(default=True)
    """Whether friends who have had the shop's most are left out."""
    winner_by: Mapped[WinnerBy | None] = mapped_column(one_of(WinnerBy, "winner_by"))
    """Set when some friends wait for the better version."""
    winner_after_minutes: Mapped[int | None]
    """How long after the start taps are counted."""
    winner_id: Mapped[int | None]
    """The version that won (BroadcastVariant.id)."""
    is_gathered: Mapped[bool] = mapped_column(default=False)
    """Whether all who get it are written down."""
    cursor: Mapped[int] = mapped_column(default=0)
    """How far gathering has come: the last friend's id, or with `at_most` the last lot; then the last recipient who was
    looked at while their messages were put."""
    pause_reason: Mapped[str | None]
    resent_from_id: Mapped[int | None]
    """The broadcast whose failed ones this one reaches again."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    """Who pressed 「送信」."""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    """Gone for everybody; its rows are cleared away bit by bit."""
    totals: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """How many were "sent", "failed", … when it ended, for lists."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    variants: Mapped[list["BroadcastVariant"]] = relationship(
        order_by="BroadcastVariant.position", cascade="all, delete-orphan"
    )


class BroadcastVariant(Base):
    """One version of the message; most broadcasts have one."""

    __tablename__ = "broadcast_variants"
    __table_args__ = (UniqueConstraint("broadcast_id", "position"),)

    id: Mapped[int] = primary_key()
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id", ondelete="CASCADE"))
    position: Mapped[int]
    """0 is A, 1 is B, …"""
    percent: Mapped[int]
    """Of the friends; what is missing to 100 waits for the winner."""
    blocks: Mapped[list[Any]]


class RecipientState(StrEnum):
    WAITING = "waiting"
    PUT = "put"
    """In the outbox; what became of it says its delivery."""
    SKIPPED = "skipped"


class Recipient(Base):
    """One friend of a broadcast."""

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "friend_id"),
        Index("ix_broadcast_recipients_state", "broadcast_id", "state", "id"),
        Index("ix_broadcast_recipients_friend_id", "friend_id"),
        Index("ix_broadcast_recipients_delivery_id", "delivery_id"),
        Index(
            "ix_broadcast_recipients_to_act",
            "broadcast_id",
            "id",
            postgresql_where=text("acted_at IS NULL AND state = 'put'"),
            sqlite_where=text("acted_at IS NULL AND state = 'put'"),
        ),
    )

    id: Mapped[int] = primary_key()
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id", ondelete="CASCADE"))
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    variant_id: Mapped[int | None] = mapped_column(ForeignKey("broadcast_variants.id", ondelete="CASCADE"))
    """Which version they got; null until their message is put."""
    state: Mapped[RecipientState] = mapped_column(one_of(RecipientState, "state"))
    reason: Mapped[str | None]
    """Why it was skipped."""
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    acted_at: Mapped[datetime | None]
    """When their message had come to its end, and the action set was run if they got it."""
