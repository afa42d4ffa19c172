"""Whether a webhook request really comes from LINE: it is signed with the channel's secret."""

import threading
from dataclasses import dataclass
from datetime import datetime

from linebot.v3.webhook import SignatureValidator
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.secrets import Vault
from lstep_lite.models import Channel

KEPT_SECONDS = 5.0
"""How long opened secrets are used before the row is looked at again, and how exact `Channel.last_webhook_at` is."""


@dataclass(frozen=True)
class _Secrets:
    sealed: tuple[str, ...]
    validators: tuple[SignatureValidator, ...]


class Signatures:
    """The channel's secrets, opened and kept in memory. One a process; safe for threads.

    A request that fits none of the kept secrets makes us look at the row again, so that a new secret counts at once;
    one that was taken away is refused after KEPT_SECONDS at the latest.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._secrets = _Secrets((), ())
        self._looked_at: datetime | None = None
        self._noted_at: datetime | None = None
        self._noting = threading.Lock()

    def accept(self, body: bytes, signature: str, *, now: datetime, wall: datetime) -> bool:
        """Whether *signature* (the header, as sent) belongs to *body* (the bytes, as sent)."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False  # JSON is UTF-8; whoever sends something else is not LINE
        if self._is_fresh(wall) and self._fits(text, signature):
            return True
        self._look(now, wall)
        return self._fits(text, signature)

    def note_webhook(self, session: Session, *, now: datetime, wall: datetime) -> None:
        """Remember when LINE last reached us; written rarely, because every webhook passes here."""
        with self._noting:
            if self._noted_at is not None and 0 <= (wall - self._noted_at).total_seconds() < KEPT_SECONDS:
                return
            self._noted_at = wall
        session.connection().execute(update(Channel).values(last_webhook_at=now))

    def _is_fresh(self, wall: datetime) -> bool:
        return self._looked_at is not None and 0 <= (wall - self._looked_at).total_seconds() < KEPT_SECONDS

    def _fits(self, text: str, signature: str) -> bool:
        return any(validator.validate(text, signature) for validator in self._secrets.validators)

    def _look(self, now: datetime, wall: datetime) -> None:
        with self._database.read() as session:
            sealed = _sealed(session, now)
        if sealed != self._secrets.sealed:
            opened = (SignatureValidator(self._vault.open(secret)) for secret in sealed)
            self._secrets = _Secrets(sealed, tuple(opened))
        self._looked_at = wall


def _sealed(session: Session, now: datetime) -> tuple[str, ...]:
    """The secrets accepted at *now*: the current one and, in its time of grace, the one before."""
    current = select(Channel.messaging_secret)
    old = select(Channel.old_messaging_secret).where(
        Channel.old_messaging_secret.is_not(None),
        or_(Channel.old_secret_until.is_(None), Channel.old_secret_until > now),
    )
    return tuple(str(secret) for statement in (current, old) for secret in session.scalars(statement))
