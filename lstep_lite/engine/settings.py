"""The shop's own settings."""

from sqlalchemy.orm import Session

from lstep_lite.models import Channel, Shop


def shop(session: Session) -> Shop | None:
    """The shop, or None before the first run's questions are answered."""
    return session.get(Shop, 1)


def channel(session: Session) -> Channel | None:
    """The connection to LINE, or None before it is made."""
    return session.get(Channel, 1)
