"""One-time links: an invitation for a new member of staff, a new password for one who forgot it.

The link's code is shown once; only its hash is kept.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lstep_lite.engine.staff import accounts
from lstep_lite.errors import NotFound
from lstep_lite.models import Role, Staff, Ticket, TicketKind

INVITE_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=24)


class TicketGone(NotFound):
    def __init__(self) -> None:
        super().__init__(
            "このリンクは使えません。期限が切れたか、すでに使われています。作った方に新しいリンクを頼んでください。"
        )


def invite(session: Session, role: Role, *, by: Staff, now: datetime) -> str:
    """Invite somebody to join with *role*; return the code for the link."""
    accounts.check_rank(by, role)
    return _issue(
        session,
        Ticket(kind=TicketKind.INVITE, role=role, made_by_id=by.id, created_at=now, expires_at=now + INVITE_LASTS),
    )


def offer_reset(session: Session, person: Staff, *, by: Staff, now: datetime) -> str:
    """Let *person* choose a new password; return the code for the link. Links made before it stop working."""
    accounts.check_rank(by, person.role)
    _void_resets(session, person, now)
    return _issue(
        session,
        Ticket(
            kind=TicketKind.RESET, staff_id=person.id, made_by_id=by.id, created_at=now, expires_at=now + RESET_LASTS
        ),
    )


def ticket(session: Session, code: str, kind: TicketKind, *, now: datetime) -> Ticket:
    """The open ticket of *code*, locked if the session writes. Raises TicketGone."""
    found = session.scalar(
        select(Ticket)
        .where(Ticket.code_hash == _hash(code), Ticket.kind == kind, Ticket.used_at.is_(None), Ticket.expires_at > now)
        .with_for_update(of=Ticket)
    )
    if found is None or (found.staff and not found.staff.is_active):
        raise TicketGone
    return found


def accept_invite(
    session: Session, invitation: Ticket, *, name: str, email: str, password_hash: str, now: datetime
) -> Staff:
    if invitation.role is None:
        raise TicketGone
    person = accounts.create(
        session, name=name, email=email, password_hash=password_hash, role=invitation.role, now=now
    )
    invitation.used_at, invitation.staff_id = now, person.id
    return person


def reset_password(reset: Ticket, password_hash: str, *, now: datetime) -> Staff:
    if reset.staff is None:
        raise TicketGone
    accounts.set_password(reset.staff, password_hash)
    reset.used_at = now
    return reset.staff


def open_invites(session: Session, *, now: datetime) -> Sequence[Ticket]:
    return session.scalars(
        select(Ticket)
        .where(Ticket.kind == TicketKind.INVITE, Ticket.used_at.is_(None), Ticket.expires_at > now)
        .order_by(Ticket.id)
    ).all()


def withdraw_invite(session: Session, ticket_id: int, *, now: datetime) -> None:
    """The link stops working; withdrawing it twice does no harm."""
    session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.kind == TicketKind.INVITE, Ticket.used_at.is_(None))
        .values(expires_at=now)
    )


def _issue(session: Session, issued: Ticket) -> str:
    code = secrets.token_urlsafe(32)
    issued.code_hash = _hash(code)
    session.add(issued)
    return code


def _void_resets(session: Session, person: Staff, now: datetime) -> None:
    session.execute(
        update(Ticket)
        .where(Ticket.kind == TicketKind.RESET, Ticket.staff_id == person.id, Ticket.used_at.is_(None))
        .values(used_at=now)
    )


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
