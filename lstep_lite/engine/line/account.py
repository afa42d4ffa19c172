"""The connected account: hands out a client whose access token is good.

Access tokens are LINE's stateless ones: 15 minutes long, made from channel id and secret. The current one is kept
encrypted on the channel, so that processes share it.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import urllib3
from linebot.v3 import oauth
from sqlalchemy import update

from lstep_lite.db import Database
from lstep_lite.engine.line import connection
from lstep_lite.engine.line.client import Line
from lstep_lite.engine.line.connection import NotConnected
from lstep_lite.engine.line.identity import LINE_LOGIN_URL, Login
from lstep_lite.engine.line.liff_apps import LiffApps
from lstep_lite.engine.secrets import Vault
from lstep_lite.models import Channel

SPARE = timedelta(minutes=2)
"""A token is renewed this long before it ends, so that none runs out in the middle of a pass."""


@dataclass(frozen=True)
class Token:
    text: str
    lives: timedelta


@dataclass(frozen=True)
class _Stored:
    """What the channel's row says, as read in one go."""

    channel_id: str
    sealed_secret: str
    login_channel_id: str
    sealed_login_secret: str
    sealed_token: str | None
    expires_at: datetime | None


class Account:
    """Shared by all threads of a process. *now* is read because LINE dates the tokens' lives."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        now: Callable[[], datetime],
        *,
        api_url: str,
        timeout_seconds: float,
        login_url: str = LINE_LOGIN_URL,
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._api_url = api_url
        self._login_url = login_url
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._line: Line | None = None
        self._line_pid = 0
        self._sealed_in_use: str | None = None
        self._pool: urllib3.PoolManager | None = None
        self._pool_pid = 0

    def line(self) -> Line:
        """The process's client, ready to use. Never call it inside a unit of work.

        Raises NotConnected without channel, LineError when no token can be had (permanent: id or secret is wrong).
        """
        stored = self._stored()
        if not self._is_fresh(stored):
            return self._renewed(unwanted=stored.sealed_token)
        with self._lock:
            return self._with_token(stored)

    def liff_apps(self) -> LiffApps:
        """A client for the LIFF apps, with a token of the LINE Login channel. Raises NotConnected, LineError."""
        stored = self._stored()
        token = self.issue(stored.login_channel_id, self._vault.open(stored.sealed_login_secret))
        return LiffApps(connection.open_client(self._api_url, token.text), self._timeout_seconds)

    def login(self) -> Login:
        """A client of the LINE Login channel, which says who customers are. Raises NotConnected."""
        stored = self._stored()
        return Login(
            stored.login_channel_id,
            self._vault.open(stored.sealed_login_secret),
            self._shared_pool(),
            api_url=self._api_url,
            login_url=self._login_url,
            timeout_seconds=self._timeout_seconds,
        )

    def issue(self, channel_id: str, secret: str) -> Token:
        """A new stateless token. Raises LineError, permanent when LINE refuses the id or the secret."""
        configuration = oauth.Configuration(host=None if self._api_url == connection.LINE_API_URL else self._api_url)
        configuration.retries = False
        try:
            issued = oauth.ChannelAccessToken(
                oauth.ApiClient(configuration)
            ).issue_stateless_channel_token_by_client_secret(
                client_id=channel_id, client_secret=secret, _request_timeout=self._timeout_seconds
            )
        except oauth.ApiException as error:
            raise connection.refusal(error.status, error.body) from error
        except urllib3.exceptions.HTTPError as error:
            raise connection.unreachable(error) from error
        except ValueError as error:  # an answer without the promised values
            raise connection.unreadable() from error
        return Token(issued.access_token, timedelta(seconds=issued.expires_in))

    def _shared_pool(self) -> urllib3.PoolManager:
        with self._lock:
            if self._pool is None or self._pool_pid != os.getpid():  # connections don't survive a fork
                self._pool = connection.open_client(self._api_url, "").rest_client.pool_manager
                self._pool_pid = os.getpid()
            return self._pool

    def _stored(self) -> _Stored:
        with self._database.read() as session:
            channel = session.get(Channel, 1)
            if channel is None:
                raise NotConnected
            return _Stored(
                channel.messaging_channel_id,
                channel.messaging_secret,
                channel.login_channel_id,
                channel.login_secret,
                channel.access_token,
                channel.access_token_expires_at,
            )

    def _is_fresh(self, stored: _Stored) -> bool:
        return (
            stored.sealed_token is not None
            and stored.expires_at is not None
            and self._now() < stored.expires_at - SPARE
        )

    def _renew(self, refused: str) -> None:
        """Replace the token LINE has *refused*, unless another thread has just done so."""
        with self._lock:
            is_current = self._line is not None and self._line.token == refused
            unwanted = self._sealed_in_use
        if is_current:
            self._renewed(unwanted=unwanted)

    def _renewed(self, *, unwanted: str | None) -> Line:
        # One renewal at a time: who waited here finds the new token stored.
        with self._lock:
            stored = self._stored()
            if stored.sealed_token == unwanted or not self._is_fresh(stored):
                stored = self._issue_and_store(stored)
            return self._with_token(stored)

    def _issue_and_store(self, stored: _Stored) -> _Stored:
        token = self.issue(stored.channel_id, self._vault.open(stored.sealed_secret))
        sealed, expires_at = self._vault.seal(token.text), self._now() + token.lives
        with self._database.unit() as session:
            # Only for the channel it was made from: the owner may have connected another one meanwhile.
            session.execute(
                update(Channel)
                .where(
                    Channel.messaging_channel_id == stored.channel_id, Channel.messaging_secret == stored.sealed_secret
                )
                .values(access_token=sealed, access_token_expires_at=expires_at)
            )
        return _Stored(
            stored.channel_id,
            stored.sealed_secret,
            stored.login_channel_id,
            stored.sealed_login_secret,
            sealed,
            expires_at,
        )

    def _with_token(self, stored: _Stored) -> Line:
        if self._line is None or self._line_pid != os.getpid():  # connections don't survive a fork
            client = connection.open_client(self._api_url, "")
            self._line, self._line_pid = Line(client, self._timeout_seconds, self._renew), os.getpid()
            self._sealed_in_use = None
        if stored.sealed_token != self._sealed_in_use and stored.sealed_token is not None:
            self._line.token = self._vault.open(stored.sealed_token)
            self._sealed_in_use = stored.sealed_token
        return self._line
