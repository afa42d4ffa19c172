"""Webhook events as LINE sent them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class EventState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    IGNORED = "ignored"
    """A kind we do not use (yet): kept and marked, never an error."""
    MALFORMED = "malformed"
    PARKED = "parked"
    """Kept failing: passed over, shown to the owner with its reason."""


class WebhookEvent(Base):
    __tablename__ = "webhook_events"
    __table_args__ = (
        Index(
            "ix_webhook_events_waiting",
            "user_id",
            "occurred_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_webhook_events_state_id", "state", "id"),
        Index("ix_webhook_events_message_id", "message_id"),
        Index("ix_webhook_events_user_id", "user_id", "id"),
    )

    id: Mapped[int] = primary_key()
    webhook_event_id: Mapped[str] = mapped_column(unique=True)
    """LINE's id, or a hash of the event for one that came without."""
    kind: Mapped[str]
    user_id: Mapped[str | None]
    message_id: Mapped[str | None]
    """The LINE message this event is about, so that unsending it can blank what we stored."""
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    reply_token: Mapped[str | None]
    raw: Mapped[str]
    """The event as JSON; blanked when its message is unsent."""
    state: Mapped[EventState] = mapped_column(one_of(EventState, "state"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    """On `wall`."""
    reason: Mapped[str | None]
    processed_at: Mapped[datetime | None]
