"""What is said: contents, as they are sent, and templates, which staff make once and use in many places."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lstep_lite.db import Base, one_of, primary_key


class Content(Base):
    """The typed blocks of one message, frozen; many deliveries may share one row."""

    __tablename__ = "contents"

    id: Mapped[int] = primary_key()
    digest: Mapped[str] = mapped_column(unique=True)
    """Hash of the blocks: equal messages are one row, so that they can go out together."""
    blocks: Mapped[list[Any]]
    is_personal: Mapped[bool]
    """Whether it reads differently for each friend, and so can't go out by multicast."""
    created_at: Mapped[datetime]


class ContentTemplate(Base):
    """A content shows a template, itself or through a pack: when the template changes, `is_personal` may."""

    __tablename__ = "content_templates"
    __table_args__ = (Index("ix_content_templates_template_id", "template_id"),)

    content_id: Mapped[int] = mapped_column(ForeignKey("contents.id", ondelete="CASCADE"), primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"), primary_key=True)


class AnswerLimit(StrEnum):
    """How often one friend's taps on a template's choices count."""

    ANY = "any"
    ONCE = "once"
    """One answer for the whole message."""
    ONCE_A_PANEL = "once_a_panel"


class Template(Base):
    """A message to be used again. It is referred to, never copied: a change is seen in every later send."""

    __tablename__ = "templates"
    __table_args__ = (Index("ix_templates_folder_id", "folder_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = primary_key()
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))
    name: Mapped[str]
    """For staff; customers never see it."""
    name_key: Mapped[str]
    """For the search."""
    kind: Mapped[str]
    """A kind of block, or "pack"."""
    is_favourite: Mapped[bool] = mapped_column(default=False)
    """Whether it stands first where staff choose one."""
    position: Mapped[int]
    blocks: Mapped[list[Any]]
    """One block; up to five of a pack."""
    quick_replies: Mapped[list[Any]]
    """Elements (engine/messages/quick_replies.py)."""
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("senders.id", ondelete="SET NULL"))
    answer_limit: Mapped[AnswerLimit] = mapped_column(one_of(AnswerLimit, "answer_limit"), default=AnswerLimit.ANY)
    again_text: Mapped[str]
    """The answer to a tap that does not count any more; empty for none."""
    closes_at: Mapped[datetime | None]
    """From then on (on `now`) taps are answered with `closed_text` only."""
    closed_text: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Sender(Base):
    """A name and picture to send under instead of the account's own.

    https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/
    """

    __tablename__ = "senders"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    position: Mapped[int]
    created_at: Mapped[datetime]
