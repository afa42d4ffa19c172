"""People who sign in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lstep_lite.db import Base, one_of, primary_key


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    OPERATOR = "operator"
    STAFF = "staff"


class Staff(Base):
    __tablename__ = "staff"

    id: Mapped[int] = primary_key()
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    """Lower case; the name people sign in with."""
    password_hash: Mapped[str]
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to end every session of this person (signing out everywhere, a new password, being removed)."""
    is_active: Mapped[bool] = mapped_column(default=True)
    friend_columns: Mapped[list[Any]] = mapped_column(default=list)
    """The columns of the friend list this person wants to see (engine/friends/columns.py); empty: the ordinary ones."""
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]


class TicketKind(StrEnum):
    INVITE = "invite"
    RESET = "reset"


class Ticket(Base):
    """A one-time link: an invitation for a new member of staff or a password reset. Only a hash of its code is kept."""

    __tablename__ = "tickets"

    id: Mapped[int] = primary_key()
    kind: Mapped[TicketKind] = mapped_column(one_of(TicketKind, "kind"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    role: Mapped[Role | None] = mapped_column(one_of(Role, "role"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    staff: Mapped[Staff | None] = relationship(foreign_keys=staff_id)


class SignInFailure(Base):
    """How often signing in failed lately for one account or one address (`account:…`, `address:…`). On `wall`."""

    __tablename__ = "sign_in_failures"

    subject: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    first_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
