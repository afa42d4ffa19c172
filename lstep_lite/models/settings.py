"""The shop itself and its connection to LINE: one row each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class Purpose(StrEnum):
    SALON = "salon"
    RESTAURANT = "restaurant"
    CLINIC = "clinic"
    SCHOOL = "school"
    RETAIL = "retail"
    OTHER = "other"


class DeadReply(StrEnum):
    """What becomes of an automatic answer whose free reply token has died before it was used."""

    PUSH = "push"
    MISS = "miss"


class FollowersState(StrEnum):
    """How far the import of the people who were friends before us has come."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """LINE lists followers of verified and premium accounts only."""


class CheckState(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    SKIPPED = "skipped"
    """Not tried, because an earlier step it needs has failed."""


class Shop(Base):
    """The one shop of this installation; `id` is always 1."""

    __tablename__ = "shop"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(default="Asia/Tokyo")
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose, "purpose"))
    closed_weekdays: Mapped[list[Any]] = mapped_column(default=list)
    """The weekly rest: Monday = 0 … Sunday = 6."""
    works_on_holidays: Mapped[bool] = mapped_column(default=False)
    """Whether a public holiday is an ordinary working day."""
    dead_reply: Mapped[DeadReply] = mapped_column(one_of(DeadReply, "dead_reply"), default=DeadReply.MISS)
    created_at: Mapped[datetime]


class Channel(Base):
    """The LINE Official Account's two channels; `id` is always 1. Secrets and tokens are sealed (engine/secrets.py)."""

    __tablename__ = "channel"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = primary_key()
    messaging_channel_id: Mapped[str]
    messaging_secret: Mapped[str]
    old_messaging_secret: Mapped[str | None]
    old_secret_until: Mapped[datetime | None]
    login_channel_id: Mapped[str]
    login_secret: Mapped[str]
    access_token: Mapped[str | None]
    access_token_expires_at: Mapped[datetime | None]

    bot_user_id: Mapped[str | None]
    basic_id: Mapped[str | None]
    display_name: Mapped[str | None]
    picture_url: Mapped[str | None]
    chat_mode: Mapped[str | None]
    liff_id: Mapped[str | None]
    quota_limit: Mapped[int | None]
    quota_used: Mapped[int | None]
    quota_checked_at: Mapped[datetime | None]
    quota_due_at: Mapped[datetime | None]
    """When to ask LINE for the allowance again (null: at once); on `wall`."""

    connected_at: Mapped[datetime | None]
    last_webhook_at: Mapped[datetime | None]
    last_sent_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None]

    followers_state: Mapped[FollowersState | None] = mapped_column(one_of(FollowersState, "followers_state"))
    followers_cursor: Mapped[str | None]
    """Where the next page begins; LINE forgets it after a day, and we begin again."""
    followers_count: Mapped[int] = mapped_column(default=0)
    followers_due_at: Mapped[datetime | None]
    """When to ask for the next page; on `wall`."""


class Check(Base):
    """The outcome of one step of connecting to LINE, as last seen; the key is the step's name.

    What no program can look up is here too, once a person has confirmed it.
    """

    __tablename__ = "checks"

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[CheckState] = mapped_column(one_of(CheckState, "state"))
    message: Mapped[str]
    checked_at: Mapped[datetime]


class Worker(Base):
    """A running worker process; its heartbeat (on `wall`) tells the living from the dead."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
