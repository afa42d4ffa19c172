"""Senders: names and pictures to send under. https://developers.line.biz/en/docs/messaging-api/icon-nickname-switch/"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, media, mentions
from lstep_lite.engine.messages.rendering import LineObject
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import source
from lstep_lite.engine.text import checked_name, grapheme_count
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Sender

FEATURE = "senders"
LONGEST_NAME = 20
"""As LINE counts: what a reader sees as one character."""
MOST_SENDERS = 50
ICON_SIDE = 512
"""Pixels: LINE shows it small, and takes up to 1 MB."""
_LINES_OWN = re.compile(r"(?<![a-z])line(?![a-z])", re.IGNORECASE)
"""LINE lets nobody else send under its name; 「オンライン」 and Online are no such word."""
folders.shelf(FEATURE, Sender, Permission.MESSAGES_EDIT)
mentions.target_rows(FEATURE, Sender.id, Sender.name)


@dataclass(frozen=True)
class SenderDraft:
    """What the form of a sender says."""

    name: str
    media_id: int | None = None
    """A square picture."""


# Rendering -----------------------------------------------------------------------------------------------------------


def load(session: Session, ids: Collection[int], public_url: str) -> dict[int, LineObject]:
    """LINE's sender objects by id; one that is deleted is missing: the account's own name is used then."""
    if not ids:
        return {}
    found = session.scalars(select(Sender).where(Sender.id.in_(ids))).all()
    pictures = media.public(session, {row.media_id for row in found if row.media_id}, public_url)
    return {row.id: _line(row, pictures.get(row.media_id or 0)) for row in found}


def _line(sender: Sender, picture: media.PublicFile | None) -> LineObject:
    return {"name": sender.name} | ({"iconUrl": picture.preview_url} if picture else {})


# Rows ----------------------------------------------------------------------------------------------------------------


def in_order(session: Session) -> Sequence[Sender]:
    return session.scalars(select(Sender).order_by(Sender.position, Sender.id)).all()


def get(session: Session, sender_id: int) -> Sender:
    sender = session.get(Sender, sender_id)
    if sender is None:
        raise NotFound("この送信者は見つかりませんでした。削除された可能性があります。")
    return sender


def create(session: Session, draft: SenderDraft, *, now: datetime) -> Sender:
    """A new sender at the end of the list. Raises DomainError naming the field."""
    name = _checked(draft)
    if (session.scalar(select(sa.func.count()).select_from(Sender)) or 0) >= MOST_SENDERS:
        raise DomainError(f"送信者は{MOST_SENDERS}人までです。使っていないものを削除してください。", "name")
    position = folders.next_position(session, FEATURE)
    sender = Sender(name=name, media_id=draft.media_id, position=position, created_at=now)
    session.add(sender)
    session.flush()  # the picture is mentioned under its id
    _mention(session, sender)
    return sender


def update(session: Session, sender: Sender, draft: SenderDraft) -> None:
    """From now on every send shows the change. Raises DomainError naming the field."""
    sender.name, before, sender.media_id = _checked(draft), sender.media_id, draft.media_id
    session.flush()  # the same request lists the senders
    _mention(session, sender)
    if before and before != sender.media_id:
        media.release(session, before)


def delete(session: Session, sender: Sender) -> None:
    """What is sent under it goes out under the account's own name and picture from now on."""
    mentions.forget(session, FEATURE, sender.id)
    session.delete(sender)
    session.flush()  # whatever asks next finds it gone
    if sender.media_id:
        media.release(session, sender.media_id)


def _checked(draft: SenderDraft) -> str:
    name = checked_name(draft.name, 10 * LONGEST_NAME, "送信者の名前")
    if (length := grapheme_count(name)) > LONGEST_NAME:
        raise DomainError(f"送信者の名前は{LONGEST_NAME}文字までです（いま{length}文字）。", "name")
    if _LINES_OWN.search(unicodedata.normalize("NFKC", name)):
        raise DomainError("「LINE」という言葉は、LINEの決まりで送信者の名前に使えません。", "name")
    return name


def _mention(session: Session, sender: Sender) -> None:
    mentions.write(session, FEATURE, sender.id, [(media.FEATURE, sender.media_id)] if sender.media_id else [])


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids).items()
    return {key: mentions.Place(f"送信者「{name}」", "senders.edit", {"sender_id": int(key)}) for key, name in named}


@source(FEATURE)
def _offered(session: Session) -> list[tuple[int, str]]:
    return [(sender.id, sender.name) for sender in in_order(session)]
