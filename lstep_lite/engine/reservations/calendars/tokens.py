"""Access tokens: an hour long, made anew from the connection's refresh token when they end or are refused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.calendars.google import Client, Google, GoogleError, Grant, Revoked
from lstep_lite.engine.secrets import Vault
from lstep_lite.errors import DomainError
from lstep_lite.models import CalendarLink, GoogleClient

SPARE = timedelta(minutes=2)
"""A token is renewed this long before it ends."""
Answer = TypeVar("Answer")


@dataclass
class Key:
    """What opens one connection. It is taken from its row within a unit, and used outside of any."""

    client: Client
    refresh_token: str
    access_token: str = ""
    expires_at: datetime | None = None
    renewed: Grant | None = None

    def call(self, google: Google, do: Callable[[str], Answer], *, wall: datetime) -> Answer:
        """do(access token); once more with a new token when Google refuses it. Raises GoogleError, Revoked."""
        if self.expires_at is None or wall >= self.expires_at - SPARE:
            self._renew(google, wall)
        try:
            return do(self.access_token)
        except GoogleError as error:
            if error.http_status != 401:
                raise
        if self.renewed is not None:
            raise Revoked
        self._renew(google, wall)
        return do(self.access_token)

    def _renew(self, google: Google, wall: datetime) -> None:
        self.renewed = google.refresh(self.client, self.refresh_token)
        self.access_token, self.expires_at = self.renewed.access_token, wall + self.renewed.lives


def client(session: Session, vault: Vault) -> Client:
    """Raises DomainError before the owner has told us."""
    row = session.get(GoogleClient, 1)
    if row is None:
        raise DomainError("先に「Googleの準備」で、クライアントIDとシークレットを貼り付けてください。")
    return Client(row.client_id, vault.open(row.client_secret))


def key(session: Session, link: CalendarLink, vault: Vault) -> Key:
    return Key(
        client(session, vault),
        vault.open(link.refresh_token),
        vault.open(link.access_token) if link.access_token else "",
        link.access_token_expires_at if link.access_token else None,
    )


def keep(link: CalendarLink, key: Key, vault: Vault) -> None:
    """Write a renewed token down, for the next call of whoever makes it."""
    if key.renewed is not None:
        link.access_token, link.access_token_expires_at = vault.seal(key.access_token), key.expires_at
