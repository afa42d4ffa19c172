"""Where files are used, what nobody uses, and how much room all of it takes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import mentions
from lstep_lite.engine.media import library
from lstep_lite.engine.media.library import FEATURE, Page
from lstep_lite.engine.paging import nearest
from lstep_lite.errors import DomainError
from lstep_lite.models import Content, Delivery, DeliveryState, Media, MediaKind, MediaState, Mention

PAGE_SIZE = 100
UNSENT = (DeliveryState.WAITING, DeliveryState.HELD)


@dataclass(frozen=True)
class Room:
    """How much the stored files of one kind take."""

    kind: MediaKind
    is_from_customers: bool
    count: int
    bytes: int


def room(session: Session) -> Sequence[Room]:
    """What is stored, by kind and origin. One pass through an index that holds all it needs."""
    size, is_theirs = sa.func.coalesce(Media.size_bytes, 0), Media.friend_id.is_not(None)
    theirs = sa.func.count().filter(is_theirs), sa.func.coalesce(sa.func.sum(size).filter(is_theirs), 0)
    query = (
        sa.select(Media.kind, sa.func.count(), sa.func.sum(size), *theirs)
        .where(Media.state == MediaState.STORED)
        .group_by(Media.kind)
    )
    rooms = (
        room
        for kind, count, all_bytes, their_count, their_bytes in session.execute(query)
        for room in (
            Room(kind, False, count - their_count, int(all_bytes) - int(their_bytes)),
            Room(kind, True, their_count, int(their_bytes)),
        )
    )
    return [room for room in rooms if room.count]


def places(session: Session, row: Media) -> list[mentions.Place]:
    """Where a file is used, sends that are still to leave included."""
    found = mentions.places(session, FEATURE, row.id)
    if row.id in _waiting_to_be_sent(session):
        found.append(mentions.Place("これから送るメッセージ", "deliveries.index"))
    return found


def unused(session: Session, *, number: int = 1, size: int = PAGE_SIZE) -> Page:
    """Files that nothing refers to, the largest first; failed uploads at the end."""
    used = sa.exists().where(Mention.target == FEATURE, Mention.target_id == sa.cast(Media.id, sa.Text))
    wanted = [
        Media.friend_id.is_(None),
        sa.or_(Media.name.is_not(None), Media.made_from_id.is_not(None)),
        Media.state.in_((MediaState.STORED, MediaState.FAILED)),
        Media.id.not_in(_waiting_to_be_sent(session)),
        ~used,
    ]
    total = session.scalar(sa.select(sa.func.count()).select_from(Media).where(*wanted)) or 0
    number = nearest(number, total, size)
    query = sa.select(Media).where(*wanted).order_by(sa.func.coalesce(Media.size_bytes, 0).desc(), Media.id)
    rows = session.scalars(query.limit(size).offset((number - 1) * size)).all()
    return Page(rows, total_count=total, number=number, size=size)


def release(session: Session, media_id: int) -> None:
    """Whoever kept this file alone gives it up: it is deleted, unless something else refers to it."""
    row = session.get_one(Media, media_id)
    if not places(session, row):
        library.delete(session, row)


def choose_preview(session: Session, video: Media, picture: Media | None) -> None:
    """What is seen before the video plays; None for the picture out of the video itself. Raises DomainError."""
    if video.kind is not MediaKind.VIDEO:
        raise DomainError("プレビュー画像を選べるのは動画だけです。")
    video.preview_media_id = picture.id if picture else None
    mentions.write(session, FEATURE, video.id, [(FEATURE, picture.id)] if picture else [])


@mentions.owner(FEATURE)
def _describe(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    named = mentions.names(session, FEATURE, ids).items()
    return {
        key: mentions.Place(f"動画「{name}」のプレビュー画像", "media.edit", {"media_id": int(key)})
        for key, name in named
    }


def _waiting_to_be_sent(session: Session) -> set[int]:
    """The pictures in messages that are frozen and have not left yet."""
    waiting = sa.select(Delivery.content_id).where(Delivery.state.in_(UNSENT)).distinct()
    contents = session.scalars(sa.select(Content.blocks).where(Content.id.in_(waiting)))
    shown = (block.get("media_id") for blocks in contents for block in blocks)
    return {media_id for media_id in shown if isinstance(media_id, int)}
