"""What customers can tap in messages and menus, and what they tapped."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.friends import to_entry


class Tap(Base):
    """Something to tap. The postback carries its code alone; what it does is looked up when it is tapped.

    It outlives the thing it stood in: messages stay in talks for ever.
    """

    __tablename__ = "taps"
    __table_args__ = (Index("ix_taps_owner_owner_id", "owner", "owner_id"), Index("ix_taps_said", "said"))

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    """The feature in whose document it stands."""
    owner_id: Mapped[int]
    owner_name: Mapped[str]
    """What staff call it; kept for when it is gone."""
    label: Mapped[str]
    """The words on it."""
    panel: Mapped[str]
    """The code of the panel it stands in; empty where there are none."""
    position: Mapped[int]
    """Its place among the taps of the document."""
    is_counted: Mapped[bool]
    """Whether we are told of it: opening a page or copying a text happens on the phone alone."""
    is_live: Mapped[bool]
    """Whether it still stands there."""
    said: Mapped[str | None]
    """The message that it sends in the customer's name, where that is how we learn of it."""
    created_at: Mapped[datetime]


class AnswerState(StrEnum):
    TAKEN = "taken"
    AGAIN = "again"
    """It did not count: the friend had answered before."""
    CLOSED = "closed"
    """Too late, or what was tapped is gone."""


class TapAnswer(Base):
    """One friend's tap that told us so by postback."""

    __tablename__ = "tap_answers"
    __table_args__ = (
        Index("ix_tap_answers_friend_id_owner_owner_id", "friend_id", "owner", "owner_id", "state"),
        Index("ix_tap_answers_tap_id_state", "tap_id", "state", "friend_id"),
        # All that the numbers of a message are counted from: there may be very many answers.
        Index("ix_tap_answers_owner_owner_id_at", "owner", "owner_id", "at", "state", "tap_id", "friend_id"),
    )

    id: Mapped[int] = primary_key()
    occurrence: Mapped[str] = mapped_column(unique=True)
    """The webhook event: processing it twice counts once."""
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    tap_id: Mapped[int] = mapped_column(ForeignKey("taps.id", ondelete="CASCADE"))
    owner: Mapped[str]
    owner_id: Mapped[int]
    panel: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[AnswerState] = mapped_column(one_of(AnswerState, "state"))
    params: Mapped[dict[str, Any]]
    """What LINE's date and time picker sent."""
    entry_id: Mapped[int | None] = mapped_column(to_entry())
