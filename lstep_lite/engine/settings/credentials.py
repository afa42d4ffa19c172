"""The four values that tie this installation to one LINE Official Account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lstep_lite.engine import settings
from lstep_lite.engine.secrets import Vault
from lstep_lite.engine.settings import checks
from lstep_lite.errors import DomainError
from lstep_lite.models import Channel, Check

GRACE = timedelta(hours=24)
"""How long webhooks signed with the secret before this one are accepted: some are still on their way."""


@dataclass(frozen=True)
class ConnectionDraft:
    """As pasted. An empty secret keeps the one that is stored."""

    messaging_channel_id: str
    messaging_secret: str
    login_channel_id: str
    login_secret: str
    accepts_other_account: bool = False


class OtherAccount(DomainError):
    """The values belong to another Official Account than the one connected so far."""

    def __init__(self) -> None:
        super().__init__(
            "今つながっている公式アカウントとは別のチャネルです。切り替えると、これまでの友だちには送れなくなる"
            "ことがあります。本当に切り替える場合は、ここをオンにしてもう一度保存してください。",
            field="accepts_other_account",
        )


def save(session: Session, draft: ConnectionDraft, *, vault: Vault, now: datetime) -> Channel:
    """Store the values sealed. Raises DomainError for a missing secret, OtherAccount for an unconfirmed change.

    A new secret of the same channel leaves the old one good for webhooks until the grace time ends.
    """
    channel = settings.channel(session)
    if channel is None:
        return _first(session, draft, vault)
    if draft.messaging_channel_id != channel.messaging_channel_id:
        _switch_account(session, channel, draft, vault)
    elif draft.messaging_secret:
        _rotate(channel, draft.messaging_secret, vault, now)
    _save_login(channel, draft, vault)
    checks.forget(session)
    return channel


def _first(session: Session, draft: ConnectionDraft, vault: Vault) -> Channel:
    channel = Channel(
        id=1,
        messaging_channel_id=draft.messaging_channel_id,
        messaging_secret=vault.seal(_required(draft.messaging_secret, "messaging_secret")),
        login_channel_id=draft.login_channel_id,
        login_secret=vault.seal(_required(draft.login_secret, "login_secret")),
    )
    session.add(channel)
    return channel


def _switch_account(session: Session, channel: Channel, draft: ConnectionDraft, vault: Vault) -> None:
    secret = _required(draft.messaging_secret, "messaging_secret")
    if not draft.accepts_other_account:
        raise OtherAccount
    channel.messaging_channel_id = draft.messaging_channel_id
    channel.messaging_secret = vault.seal(secret)
    channel.old_messaging_secret = channel.old_secret_until = None
    _forget_account(channel)
    session.execute(delete(Check))


def _forget_account(channel: Channel) -> None:
    """Everything we know of the account so far is about another one."""
    channel.access_token = channel.access_token_expires_at = None
    channel.bot_user_id = channel.basic_id = channel.display_name = channel.picture_url = channel.chat_mode = None
    channel.quota_limit = channel.quota_used = channel.quota_checked_at = channel.quota_due_at = None
    channel.connected_at = channel.last_webhook_at = channel.last_sent_at = None
    channel.paused_at = channel.pause_reason = None
    channel.followers_state = channel.followers_cursor = channel.followers_due_at = None
    channel.followers_count = 0


def _rotate(channel: Channel, secret: str, vault: Vault, now: datetime) -> None:
    if vault.open(channel.messaging_secret) == secret:
        return
    channel.old_messaging_secret, channel.old_secret_until = channel.messaging_secret, now + GRACE
    channel.messaging_secret = vault.seal(secret)
    channel.access_token = channel.access_token_expires_at = None


def _save_login(channel: Channel, draft: ConnectionDraft, vault: Vault) -> None:
    if draft.login_channel_id != channel.login_channel_id:
        channel.login_secret = vault.seal(_required(draft.login_secret, "login_secret"))
        channel.login_channel_id = draft.login_channel_id
        channel.liff_id = None
    elif draft.login_secret:
        channel.login_secret = vault.seal(draft.login_secret)


def _required(secret: str, field: str) -> str:
    if not secret:
        raise DomainError("チャネルシークレットを貼り付けてください。", field=field)
    return secret
