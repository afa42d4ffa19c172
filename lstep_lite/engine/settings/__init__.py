"""The shop's own settings: who it is, and how it behaves where the owner has a choice.

How it is connected to LINE is in the submodules: credentials (the pasted values), checks (the steps and their
outcomes), quota (the month's allowance) and followers (the people who were friends before us).
"""

from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from lstep_lite.errors import DomainError
from lstep_lite.models import Channel, DeadReply, Purpose, Shop

Row = TypeVar("Row", Shop, Channel)


@dataclass(frozen=True)
class ShopDraft:
    name: str
    time_zone: str
    purpose: Purpose


def shop(session: Session) -> Shop | None:
    """The shop, or None before the first run's questions are answered."""
    return _only(session, Shop)


def zone(session: Session) -> ZoneInfo:
    """Where the shop's clocks stand; Japan until it says otherwise."""
    found = shop(session)
    return ZoneInfo(found.time_zone if found else "Asia/Tokyo")


def channel(session: Session) -> Channel | None:
    """The connection to LINE, or None before it is made."""
    return _only(session, Channel)


def _only(session: Session, model: type[Row]) -> Row | None:
    """The one row of *model*. The session forgets what nobody holds; held on to, it is loaded once."""
    found = session.get(model, 1)
    session.info[model] = found
    return found


def is_paused(session: Session) -> bool:
    """Whether counted messages are held back for now."""
    connected = channel(session)
    return connected is not None and connected.paused_at is not None


def update_shop(shop: Shop, draft: ShopDraft) -> None:
    """Raises DomainError for a time zone that does not exist."""
    if draft.time_zone not in available_timezones():
        raise DomainError("この地域の時刻は選べません。一覧から選んでください。", field="time_zone")
    shop.name, shop.time_zone, shop.purpose = draft.name, draft.time_zone, draft.purpose


def choose_dead_reply(shop: Shop, choice: DeadReply) -> None:
    shop.dead_reply = choice


def resume(channel: Channel) -> None:
    """Let counted messages out again after a pause; if the reason still holds, the next send pauses anew."""
    channel.paused_at = channel.pause_reason = None
