"""The form's own texts with their placeholders filled."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import messages
from lstep_lite.engine.messages import placeholders
from lstep_lite.models import Friend


def filled(session: Session, text: str, friend: Friend | None, *, now: datetime) -> str:
    """*text* as *friend* reads it; an unknown visitor has no name and nothing is kept about them."""
    if friend is None:
        return placeholders.fill(text, Friend())
    return messages.fill_for(session, text, friend, now=now)
