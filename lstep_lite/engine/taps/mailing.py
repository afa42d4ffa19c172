"""The page behind a tap that writes an e-mail: what its document says now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps.behaviours.mail import WriteMail, link
from lstep_lite.engine.taps.owners import standing
from lstep_lite.errors import NotFound
from lstep_lite.models import Tap

__all__ = ["find", "link"]

GONE = "このご案内は終了しました。お手数ですが、LINEのトークでお問い合わせください。"


def find(session: Session, code: str) -> Data:
    """The tap of an old or a new message. Raises NotFound, in words for customers, when it is gone."""
    row = session.scalars(select(Tap).where(Tap.code == code)).one_or_none()
    found = standing(session, row) if row else None
    if found is None or found.tap is None or found.tap["do"] != WriteMail.name:
        raise NotFound(GONE)
    return found.tap
