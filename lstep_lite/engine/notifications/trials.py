"""Trying out each way of being told, on oneself."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.notifications.kinds import Recipients, kind
from lstep_lite.engine.notifications.mail import Mail, Mailer
from lstep_lite.engine.notifications.notifying import notify
from lstep_lite.engine.notifications.sending import SOURCE, put_text, why_not_line
from lstep_lite.errors import DomainError
from lstep_lite.models import Staff, StaffLink

TEXT = "お知らせの試し送りです。この方法で、お知らせが届きます。"
KIND = kind("notification.trial", label="試し送り", lead="", icon="test-pipe", order=0)


def try_bell(session: Session, person: Staff, *, now: datetime) -> None:
    notify(
        session,
        KIND.name,
        title=TEXT,
        href="/notifications",
        dedupe_key=f"{KIND.name}:{person.id}:{now.isoformat()}",
        recipients=Recipients(staff_ids=(person.id,)),
        now=now,
    )


def try_mail(mailer: Mailer, person: Staff, *, shop_name: str, now: datetime) -> None:
    """Talks to the mail server: not inside a unit of work. Raises MailError."""
    key = f"{SOURCE}:trial:{person.id}:{now.isoformat()}"
    mailer.send(Mail(person.email, f"【{shop_name}】お知らせの試し送り", f"{TEXT}\n", key, now))


def try_line(session: Session, person: Staff, *, now: datetime) -> None:
    """Raises DomainError when *person* can't be told that way."""
    reason = why_not_line(session, person.id)
    if reason is not None:
        raise DomainError(reason)
    friend = session.get_one(StaffLink, person.id).friend
    put_text(session, friend, TEXT, dedupe_key=f"{SOURCE}:trial:{person.id}:{now.isoformat()}", now=now)
