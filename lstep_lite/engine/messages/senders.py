"""Senders: names and pictures to send under. https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import media, mentions
from lstep_lite.engine.messages.rendering import LineObject
from lstep_lite.engine.studio import source
from lstep_lite.models import Sender

FEATURE = "senders"
mentions.target_rows(FEATURE, Sender.id, Sender.name)


def load(session: Session, ids: Collection[int], public_url: str) -> dict[int, LineObject]:
    """LINE's sender objects by id; one that is deleted is missing: the account's own name is used then."""
    if not ids:
        return {}
    found = session.scalars(select(Sender).where(Sender.id.in_(ids))).all()
    pictures = media.public(session, {row.media_id for row in found if row.media_id}, public_url)
    return {row.id: _line(row, pictures.get(row.media_id or 0)) for row in found}


def _line(sender: Sender, picture: media.PublicFile | None) -> LineObject:
    return {"name": sender.name} | ({"iconUrl": picture.preview_url} if picture else {})


def in_order(session: Session) -> Sequence[Sender]:
    return session.scalars(select(Sender).order_by(Sender.position, Sender.id)).all()


@source(FEATURE)
def _offered(session: Session) -> list[tuple[int, str]]:
    return [(sender.id, sender.name) for sender in in_order(session)]
