"""The outbox: a row per friend and send, and a row per request to LINE."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import Friend, TimelineEntry, to_entry
from lstep_lite.models.messages import Content


class DeliveryState(StrEnum):
    WAITING = "waiting"
    HELD = "held"
    """Stopped on the way, as when the month's allowance was used up; it goes on when somebody says so."""
    SENDING = "sending"
    SENT = "sent"
    """LINE has accepted it; nothing tells whether the phone has shown it."""
    FAILED = "failed"
    MISSED = "missed"
    """Not sent because its time, or its free reply, had passed."""
    SKIPPED = "skipped"
    """Not sent because of a rule (blocked, no LINE, …)."""
    UNKNOWN = "unknown"
    """LINE may or may not have it; never sent again by itself."""
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """Which of the worker's lanes sends it, so that a large broadcast never delays a chat."""

    REPLY = "reply"
    CHAT = "chat"
    TIMED = "timed"
    BULK = "bulk"


class CallKind(StrEnum):
    REPLY = "reply"
    PUSH = "push"
    MULTICAST = "multicast"


class CallState(StrEnum):
    QUEUED = "queued"
    """Not attempted yet: it waits for the call before it, or for its first turn."""
    IN_FLIGHT = "in_flight"
    RETRYING = "retrying"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Call(Base):
    """One request to LINE: its body and retry key are stored before the first attempt and never change after it."""

    __tablename__ = "calls"
    __table_args__ = (
        Index(
            "ix_calls_open",
            "lane",
            "state",
            "due_at",
            postgresql_where=text("state IN ('queued', 'in_flight', 'retrying')"),
            sqlite_where=text("state IN ('queued', 'in_flight', 'retrying')"),
        ),
    )

    id: Mapped[int] = primary_key()
    kind: Mapped[CallKind] = mapped_column(one_of(CallKind, "kind"))
    lane: Mapped[Lane] = mapped_column(one_of(Lane, "lane"))
    retry_key: Mapped[str | None] = mapped_column(unique=True)
    """Null for a reply, which LINE allows none."""
    body: Mapped[str]
    """The JSON sent, byte for byte."""
    state: Mapped[CallState] = mapped_column(one_of(CallState, "state"))
    after_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    """The call that must be over first: what does not fit into five message objects follows in further calls."""
    attempts: Mapped[int] = mapped_column(default=0)
    had_unknown_outcome: Mapped[bool] = mapped_column(default=False)
    refused_ids_count: Mapped[int] = mapped_column(default=0)
    """How many people LINE has thrown out of this chunk so far."""
    first_at: Mapped[datetime]
    """When the first attempt was recorded, on `wall`; LINE remembers the retry key for 24 hours from it."""
    due_at: Mapped[datetime]
    """When to try again, on `wall`."""
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    http_status: Mapped[int | None]
    request_id: Mapped[str | None]
    sent_message_ids: Mapped[list[Any] | None]
    """LINE's ids of the messages, where LINE tells them (reply and push)."""
    reason: Mapped[str | None]


class Delivery(Base):
    """One message for one friend."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_waiting",
            "lane",
            "due_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_deliveries_late",
            "missed_after",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_deliveries_open",
            "friend_id",
            "state",
            postgresql_where=text("state IN ('waiting', 'sending')"),
            sqlite_where=text("state IN ('waiting', 'sending')"),
        ),
        Index(
            "ix_deliveries_guard",
            "guard",
            postgresql_where=text("state = 'waiting' AND guard IS NOT NULL"),
            sqlite_where=text("state = 'waiting' AND guard IS NOT NULL"),
        ),
        Index(
            "ix_deliveries_held",
            "guard",
            "source",
            "source_label",
            "reason",
            "friend_id",
            "due_at",
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
        ),
        Index("ix_deliveries_friend_id_id", "friend_id", "id"),
        Index("ix_deliveries_friend_id_finished_at", "friend_id", "finished_at", "id"),
        Index("ix_deliveries_source_id", "source", "id"),
        Index("ix_deliveries_is_counted_id", "is_counted", "id"),
        Index("ix_deliveries_state_id", "state", "id"),
        Index("ix_deliveries_state_finished_at", "state", "finished_at", "is_counted"),
        Index("ix_deliveries_event_id", "event_id"),
        Index("ix_deliveries_call_id", "call_id"),
        Index("ix_deliveries_content_id", "content_id"),
    )

    id: Mapped[int] = primary_key()
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    """(source, step, friend, occurrence): putting the same send twice keeps one row."""
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    lane: Mapped[Lane] = mapped_column(one_of(Lane, "lane"))
    source: Mapped[str]
    """The feature that sends: greetings, auto_replies, chat, …"""
    source_label: Mapped[str]
    """What the log shows, for example the name of the rule."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("webhook_events.id", ondelete="SET NULL"))
    """The webhook event this answers, while a free reply is possible."""
    cause_id: Mapped[int | None] = mapped_column(to_entry())
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))

    tree: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The segment the friend must still be in when the message goes out, with the "occurrence" its chances are drawn
    for; null means no such condition."""
    guard: Mapped[str | None]
    """What must still run when the message goes out, for example "scenarios:12" (deliveries/rechecks.py)."""
    due_at: Mapped[datetime]
    """On `now`."""
    missed_after: Mapped[datetime]
    """Later than this (on `now`) it is not sent any more."""
    state: Mapped[DeliveryState] = mapped_column(one_of(DeliveryState, "state"))
    reason: Mapped[str | None]
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    """A worker is preparing it until then (on `wall`); afterwards anybody may."""
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    first_part: Mapped[int] = mapped_column(default=0)
    """Where its message objects begin in the call's body (a reply carries several deliveries)."""
    part_count: Mapped[int] = mapped_column(default=0)
    content_from: Mapped[int] = mapped_column(default=0)
    """The first of the content's message objects that this row carries: a long content goes on in a second row."""
    content_to: Mapped[int | None]
    """One past the last of them; null means to the end."""
    is_alone: Mapped[bool] = mapped_column(default=False)
    """Goes by a push of its own, never in a multicast chunk."""
    is_counted: Mapped[bool | None]
    """Whether it uses the month's allowance (push, multicast) or is free (reply); null until it is sent."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    friend: Mapped[Friend] = relationship()
    content: Mapped[Content] = relationship()
    call: Mapped[Call | None] = relationship()
    cause: Mapped[TimelineEntry | None] = relationship()


class Verdict(StrEnum):
    SEND = "send"
    DROP = "drop"


class Decision(Base):
    """What staff said about a group of messages that did not go out. Carried out in the background; then it goes."""

    __tablename__ = "delivery_decisions"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    """Who keeps them: a word registered with `deliveries.leftovers`."""
    key: Mapped[str]
    """Which of its groups."""
    verdict: Mapped[Verdict] = mapped_column(one_of(Verdict, "verdict"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]
