"""Which friend is which member of staff: they send the account a one-time code that their account page shows.

A message that looks like such a code never becomes part of a talk. Wrong codes are counted on the friend's timeline,
and after some of them no more is looked up for a while.
"""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import deliveries, messages, triggers
from lstep_lite.engine.notifications.sending import LABEL, SOURCE
from lstep_lite.models import Friend, Lane, LinkCode, Staff, StaffLink, TimelineEntry, WebhookEvent

WORD = "スタッフ連携"
LASTS = timedelta(minutes=15)
WINDOW = timedelta(minutes=15)
MOST_FAILURES = 5
"""So many wrong codes within WINDOW are answered; what follows is not looked at."""
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE = re.compile(rf"{WORD}\s*([0-9A-Z]{{4}})-?([0-9A-Z]{{4}})", re.IGNORECASE)
_WRONG = "このコードは使えません。期限が切れたか、入力が違うようです。「アカウント」で新しいコードを作ってください。"
triggers.labels["staff.linked"] = "スタッフのお知らせの届け先になった"
triggers.labels["staff.link_failed"] = "スタッフ連携のコードが違った"


@dataclass(frozen=True)
class Code:
    """What to send to the account, and until when it works. It can't be shown a second time."""

    text: str
    expires_at: datetime


def link(session: Session, person: Staff) -> StaffLink | None:
    """The friend *person* is, if that is known."""
    return session.get(StaffLink, person.id)


def make_code(session: Session, person: Staff, *, now: datetime) -> Code:
    """A new code for *person*; one made before stops working."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    expires_at = now + LASTS
    session.merge(LinkCode(staff_id=person.id, code_hash=_hash(letters), expires_at=expires_at))
    session.flush()  # a code that was drawn before is refused here, not later
    return Code(f"{WORD} {letters[:4]}-{letters[4:]}", expires_at)


def unlink(session: Session, person: Staff) -> None:
    session.execute(sa.delete(StaffLink).where(StaffLink.staff_id == person.id))


def take(session: Session, friend: Friend, message: dict[str, Any], *, event: WebhookEvent, now: datetime) -> bool:
    """Whether *message* (a LINE message object) was a code; then it has been dealt with and answered."""
    text = unicodedata.normalize("NFKC", str(message.get("text") or "")).strip()
    found = _CODE.fullmatch(text) if message.get("type") == "text" else None
    if found is None:
        return False
    event.raw = ""  # nothing of a code is kept
    if _failures(session, friend, now) < MOST_FAILURES:
        _reply(session, friend, _redeem(session, friend, found[1] + found[2], now), event, now)
    return True


def _failures(session: Session, friend: Friend, now: datetime) -> int:
    failed = sa.select(sa.func.count()).select_from(TimelineEntry)
    recent = (TimelineEntry.friend_id == friend.id, TimelineEntry.at > now - WINDOW)
    return session.scalar(failed.where(*recent, TimelineEntry.kind == "staff.link_failed")) or 0


def _redeem(session: Session, friend: Friend, letters: str, now: datetime) -> str:
    """Link whose code it is to *friend*; what to answer."""
    used = sa.delete(LinkCode).where(LinkCode.code_hash == _hash(letters), LinkCode.expires_at > now)
    staff_id = session.scalar(used.returning(LinkCode.staff_id))
    person = session.get(Staff, staff_id) if staff_id else None
    if person is None or not person.is_active:
        triggers.record(session, "staff.link_failed", friend, now=now)
        return _WRONG
    session.merge(StaffLink(staff_id=person.id, friend_id=friend.id, linked_at=now))
    triggers.record(session, "staff.linked", friend, now=now, staff_id=person.id)
    return f"{person.name}さんのお知らせを、このLINEにお届けします。1件につき1通として数えます。"


def _reply(session: Session, friend: Friend, text: str, event: WebhookEvent, now: datetime) -> None:
    deliveries.put(
        session,
        friend,
        messages.freeze(session, [{"kind": "text", "text": text}], now=now),
        source=SOURCE,
        label=LABEL,
        dedupe_key=f"{SOURCE}:link:{event.webhook_event_id}",
        lane=Lane.REPLY,
        event=event,
        now=now,
    )


def _hash(letters: str) -> str:
    return hashlib.sha256(letters.upper().encode()).hexdigest()
