"""When Google takes our word no longer: visible on the page of calendars, and told to staff once."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.engine.reservations.calendars import tokens
from lstep_lite.engine.reservations.calendars.google import Revoked
from lstep_lite.engine.reservations.calendars.pausing import Here
from lstep_lite.engine.reservations.calendars.tokens import Key
from lstep_lite.errors import DomainError
from lstep_lite.models import CalendarLink, LinkState

PAGE = "/reservations/calendars"
LOST = notifications.kind(
    "calendar.lost",
    label="カレンダーの接続切れ",
    lead="Googleカレンダーとの接続が切れて、予約を書き込めなくなったときに知らせます。",
    icon="calendar-off",
    order=16,
)


def key_or_lose(session: Session, link: CalendarLink, here: Here) -> Key | None:
    """What opens the connection; None where what is kept can't be read any more, as after a restore without its key."""
    try:
        return tokens.key(session, link, here.vault)
    except DomainError:
        lose(session, link, now=here.now)
        return None


def lose(session: Session, link: CalendarLink, *, now: datetime) -> None:
    link.state, link.due_at, link.reason = LinkState.LOST, None, Revoked().message
    notifications.notify(
        session,
        LOST.name,
        title="Googleカレンダーとの接続が切れました",
        body="予約の書き込みと、予定の読み込みが止まっています。カレンダー連携の画面で接続し直してください。",
        href=PAGE,
        dedupe_key=f"{LOST.name}:{link.id}:{link.connected_at.isoformat()}",
        now=now,
    )
