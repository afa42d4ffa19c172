"""A person is one row: whoever adds the account, writes to it, or only phones."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key
from lstep_lite.models.staff import Staff


class Origin(StrEnum):
    """How we came to know this person."""

    ADDED = "added"
    PREEXISTING = "preexisting"
    IMPORTED = "imported"
    WITHOUT_LINE = "without_line"


class ChangedBy(StrEnum):
    """Who changed something about a friend."""

    STAFF = "staff"
    AUTOMATION = "automation"
    IMPORT = "import"
    CUSTOMER = "customer"


class Color(StrEnum):
    """What tags and marks can be told apart by, always beside their names."""

    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GRAY = "gray"


HAS_MEMO = "memo_key <> ''"


class Friend(Base):
    """One person. `line_user_id` is null for a customer without LINE, who is never in a send scope."""

    __tablename__ = "friends"
    __table_args__ = (
        Index("ix_friends_followed_at_id", "followed_at", "id"),
        Index("ix_friends_follow_changed_at", "follow_changed_at"),
        Index("ix_friends_profile_due_at", "profile_due_at"),
        Index("ix_friends_search_text", "search_text"),  # searching reads all of it, which is far less than all rows
        Index("ix_friends_name_key", "name_key"),  # likewise
        Index("ix_friends_with_memo", "id", sqlite_where=sa.text(HAS_MEMO), postgresql_where=sa.text(HAS_MEMO)),
        Index("ix_friends_mark_id", "mark_id"),
        Index("ix_friends_last_message_at", "last_message_at"),
        Index("ix_friends_last_reaction_at", "last_reaction_at"),
        Index("ix_friends_phone", "phone"),
        Index("ix_friends_phone_key", "phone_key"),
        Index("ix_friends_email_key", "email_key"),
        Index("ix_friends_email", "email"),
        Index("ix_friends_birthday", "birthday"),
        Index(
            "ix_friends_state",
            "is_blocked",
            "is_hidden",
            "is_following",
            "followed_at",
            "id",
            "line_user_id",
            "erased_at",
        ),
    )

    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(unique=True)
    """Random; the only name of this person in addresses that customers see."""
    line_user_id: Mapped[str | None] = mapped_column(unique=True)
    origin: Mapped[Origin] = mapped_column(one_of(Origin, "origin"))
    lot_number: Mapped[int]
    """Drawn once (0 … 2^31-1); every later chance derives from it, so that counting and sending agree."""

    display_name: Mapped[str | None]
    """The name in LINE; null until the profile is known."""
    picture_url: Mapped[str | None]
    status_message: Mapped[str | None]
    language: Mapped[str | None]
    profile_checked_at: Mapped[datetime | None]
    profile_due_at: Mapped[datetime | None]

    system_name: Mapped[str | None]
    real_name: Mapped[str | None]
    kana: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    birthday: Mapped[date | None] = mapped_column(Date)
    memo: Mapped[str] = mapped_column(default="")
    search_text: Mapped[str] = mapped_column(default="")
    """All names, phone and e-mail, normalised (engine/text.py), for searching; no longer than an index can hold."""

    name_key: Mapped[str] = mapped_column(default="")
    """All names, normalised, for conditions on the name; no longer than an index can hold."""
    memo_key: Mapped[str] = mapped_column(default="")
    """The memo, normalised, for conditions on it."""
    phone_key: Mapped[str] = mapped_column(default="")
    """The phone number as digits alone, for finding a person by it."""
    email_key: Mapped[str] = mapped_column(default="")
    """The e-mail address in small letters, for finding a person by it."""
    mark_id: Mapped[int | None]
    """The mark may be gone (no foreign key): many thousand friends can't change in the unit that deletes it."""

    is_following: Mapped[bool] = mapped_column(default=False)
    """False while the person has blocked the account, or never added it."""
    follow_changed_at: Mapped[datetime | None]
    """LINE's timestamp of the newest follow or unfollow seen; an older event changes nothing."""
    followed_at: Mapped[datetime]
    """When this person became known as a friend (first follow, first message, or entry by hand)."""
    is_hidden: Mapped[bool] = mapped_column(default=False)
    is_blocked: Mapped[bool] = mapped_column(default=False)
    """Blocked by staff: nothing is sent to this person."""
    last_message_at: Mapped[datetime | None]
    """When this person last wrote, on LINE's clock."""
    last_reaction_at: Mapped[datetime | None]
    """When this person last did anything: wrote, tapped, added the account."""
    erased_at: Mapped[datetime | None]
    """When the person asked to be forgotten; only counts are left of this row."""
    created_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """What staff see: the name they gave, else the LINE name."""
        if self.erased_at is not None:
            return "情報を消したお客様"
        return self.system_name or self.display_name or self.real_name or "名前未取得の友だち"

    @property
    def desk_name(self) -> str:
        """What staff see where bookings are: the name this person gave for them goes before the LINE name."""
        if self.erased_at is None and not self.system_name and self.real_name:
            return self.real_name
        return self.name

    @property
    def can_receive(self) -> bool:
        return self.line_user_id is not None and self.is_following and not self.is_blocked


class Erasure(Base):
    """One person's wish to be forgotten: who carried it out, when, and what is left to do. It names nobody."""

    __tablename__ = "erasures"
    __table_args__ = (Index("ix_erasures_due_at", "due_at"), Index("ix_erasures_friend_id", "friend_id"))

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    at: Mapped[datetime]
    line_user_id: Mapped[str | None]
    """Whose webhook events and requests to LINE are still to be blanked; null once that is done."""
    due_at: Mapped[datetime | None]
    """When to go on, on `wall`; null when nothing is left to do."""
    finished_at: Mapped[datetime | None]

    staff: Mapped[Staff | None] = relationship()


class FriendArchive(Base):
    """What a friend had when staff blocked the person, kept for a while so that it can be put back."""

    __tablename__ = "friend_archives"
    __table_args__ = (
        Index("ix_friend_archives_friend_id", "friend_id"),
        Index("ix_friend_archives_expires_at", "expires_at"),
    )

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    """How many of what, in the words of the screen."""
    rows: Mapped[dict[str, Any]]
    """The rows by table, as they were."""

    @property
    def in_words(self) -> str:
        """What it holds: 「タグ3件、友だち情報5件」."""
        return in_words(self.counts)


def in_words(counts: dict[str, int]) -> str:
    return "、".join(f"{label}{count:,}件" for label, count in counts.items())


class TimelineEntry(Base):
    """One thing that happened to a friend: the trigger, what caused it, and what came of it."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_friend_id_at", "friend_id", "at", "id"),)

    id: Mapped[int] = primary_key()
    friend_id: Mapped[int] = mapped_column(ForeignKey("friends.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id", ondelete="SET NULL"))
    facts: Mapped[dict[str, Any]]
    results: Mapped[list[Any]]
    """What subscribers did, one Japanese sentence each."""


def to_entry() -> ForeignKey:
    """To the timeline entry a row follows from."""
    return ForeignKey("timeline.id", ondelete="SET NULL")
