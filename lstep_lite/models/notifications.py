"""What staff are told of, how they are told, and the talks that still wait for somebody."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.deliveries import Delivery
from lstep_lite.models.friends import Friend
from lstep_lite.models.staff import Staff


class NotificationChannel(StrEnum):
    """How somebody is told beside the bell, which always has everything."""

    EMAIL = "email"
    LINE = "line"


class NotificationRule(Base):
    """Who is told of one kind of thing, and how. A kind without a row follows its default."""

    __tablename__ = "notification_rules"

    kind: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]]
    """As engine/notifications/rules.py writes it."""
    version: Mapped[int] = mapped_column(default=1)
    """Raised by every change, so that what waits by it looks at the clock again."""
    updated_at: Mapped[datetime]


class Notification(Base):
    """One thing staff are told of."""

    __tablename__ = "notifications"
    __table_args__ = (Index("ix_notifications_created_at", "created_at"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str]
    title: Mapped[str]
    """Without personal data: it goes out by e-mail and LINE as well."""
    body: Mapped[str]
    """More for whoever looks at the bell; it may hold personal data."""
    href: Mapped[str]
    """The path of the page where it can be dealt with."""
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    friend_id: Mapped[int | None] = mapped_column(ForeignKey("friends.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]


class Receipt(Base):
    """A notification in the bell of one member of staff."""

    __tablename__ = "receipts"
    __table_args__ = (
        Index("ix_receipts_staff_id_notification_id", "staff_id", "notification_id"),
        Index("ix_receipts_staff_id_read_at", "staff_id", "read_at"),
    )

    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    read_at: Mapped[datetime | None]

    notification: Mapped[Notification] = relationship()


class DispatchState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    """The mail server, or our own outbox to LINE, has taken it."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not sent because of a rule (not linked any more, blocked, …)."""


class Dispatch(Base):
    """A notification on its way to one member of staff by one channel. Those that are due together leave as one."""

    __tablename__ = "dispatches"
    __table_args__ = (
        Index("ix_dispatches_bundle", "staff_id", "channel", "kind", "due_at"),
        Index("ix_dispatches_state_id", "state", "id"),
        Index("ix_dispatches_notification_id", "notification_id"),
        Index("ix_dispatches_delivery_id", "delivery_id"),
    )

    id: Mapped[int] = primary_key()
    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id", ondelete="CASCADE"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    channel: Mapped[NotificationChannel] = mapped_column(one_of(NotificationChannel, "channel"))
    kind: Mapped[str]
    """The notification's, here so that bundling needs no other table."""
    due_at: Mapped[datetime]
    """On `now`: after quiet hours and the bundling interval."""
    state: Mapped[DispatchState] = mapped_column(one_of(DispatchState, "state"))
    attempts: Mapped[int] = mapped_column(default=0)
    """Counted before each attempt."""
    retry_at: Mapped[datetime | None]
    """When to try again, on `wall`."""
    lease_until: Mapped[datetime | None]
    """A worker is sending it until then (on `wall`); afterwards anybody may."""
    reason: Mapped[str | None]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", ondelete="SET NULL"))
    """By LINE it goes through the outbox, which knows how it ended."""
    finished_at: Mapped[datetime | None]

    notification: Mapped[Notification] = relationship()
    staff: Mapped[Staff] = relationship()
    delivery: Mapped[Delivery | None] = relationship()


class StaffLink(Base):
    """A member of staff as a friend of the account: where notifications by LINE go."""

    __tablename__ = "staff_links"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]

    friend: Mapped[Friend] = relationship()


class LinkCode(Base):
    """The code with which a member of staff shows who they are in LINE. Only its hash is kept, one a person."""

    __tablename__ = "link_codes"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class UnansweredTalk(Base):
    """A talk in which a friend waits for somebody. It is gone as soon as staff answer or change the mark."""

    __tablename__ = "unanswered_talks"
    __table_args__ = (
        Index("ix_unanswered_talks_due_at", "due_at"),
        Index("ix_unanswered_talks_rule_version", "rule_version"),
    )

    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime]
    """LINE's time of the first message nobody has answered; later ones don't move it."""
    message_id: Mapped[int]
    """That message: what makes each warning happen once."""
    told: Mapped[int] = mapped_column(default=0)
    """How many of the (at most two) warnings were given."""
    due_at: Mapped[datetime | None]
    """When to look again; null when there is nothing more to tell."""
    rule_version: Mapped[int]
    """The version of the rule by which due_at was reckoned."""

    friend: Mapped[Friend] = relationship()
