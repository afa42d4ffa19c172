"""What messages about bookings say in this shop: as the catalogue has it, unless staff wrote it anew."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.reservations.effects import wording
from lstep_lite.engine.reservations.effects.catalogue import MESSAGES, Message
from lstep_lite.engine.text import storable
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import BookingText, ReservationEntry

LONGEST_TITLE = 60
LONGEST_TEXT = 1000
BLOCK = "reservation"
"""The kind of block (messages/kinds/reservation.py)."""


@dataclass(frozen=True)
class TextDraft:
    """What the form of one message says."""

    title: str
    text: str
    is_on: bool = True


def every(session: Session) -> Mapping[str, Message]:
    """All of them by kind, in the catalogue's order, as this shop has them."""
    return remembered(session, ("booking_texts",), lambda: _every(session))


def _every(session: Session) -> Mapping[str, Message]:
    kept = {row.kind: row for row in session.scalars(sa.select(BookingText))}
    return {kind: _own(message, kept.get(kind)) for kind, message in MESSAGES.items()}


def _own(message: Message, kept: BookingText | None) -> Message:
    if kept is None:
        return message
    return replace(message, title=kept.title, text=kept.text, is_on=kept.is_on)


def get(session: Session, kind: str) -> Message:
    """Raises NotFound."""
    if (found := every(session).get(kind)) is None:
        raise NotFound("このお知らせは見つかりませんでした。")
    return found


def keep(session: Session, kind: str, draft: TextDraft, *, now: datetime) -> None:
    """From now on it says that. Raises DomainError naming the field."""
    get(session, kind)
    title, text = _title(draft.title), _text(session, draft.text)
    row = session.get(BookingText, kind) or BookingText(kind=kind)
    row.title, row.text, row.is_on, row.updated_at = title, text, draft.is_on, now
    session.add(row)


def reset(session: Session, kind: str) -> None:
    """It says again what it said at first."""
    if (row := session.get(BookingText, kind)) is not None:
        session.delete(row)


def _title(typed: str) -> str:
    title = storable(typed).strip()
    if not title:
        raise DomainError("見出しを入力してください。", "title")
    if len(title) > LONGEST_TITLE:
        raise DomainError(f"見出しは{LONGEST_TITLE}文字以内で入力してください。", "title")
    if placeholders.are_any([title]):
        raise DomainError(
            "見出しはスマートフォンの通知に出て、ほかの人の目にも触れます。"
            "お名前や予約の内容など、お客様ごとに変わる言葉は入れられません。",
            "title",
        )
    return title


def _text(session: Session, typed: str) -> str:
    text = storable(typed).replace("\r\n", "\n").strip()
    if not text:
        raise DomainError("文章を入力してください。", "text")
    if len(text) > LONGEST_TEXT:
        raise DomainError(f"文章は{LONGEST_TEXT:,}文字以内で入力してください。", "text")
    for word in placeholders.unknown(session, [text]):
        raise DomainError(
            f"[{word}] は差し込みできない言葉です。「差し込む」から選び直すか、[ ] を外してください。", "text"
        )
    return text


def block(session: Session, kind: str, entry: ReservationEntry, *, more: str = "") -> dict[str, Any]:
    """The message as it is sent: what the shop says in it, of the booking as *entry* has it, and *more* below it."""
    message = get(session, kind)
    text = "\n\n".join(part for part in (wording.pin(message.text, entry), more) if part)
    return {"kind": BLOCK, "message": kind, "title": message.title, "text": text, "entry_id": entry.id}
