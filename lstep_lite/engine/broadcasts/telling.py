"""Telling staff how broadcasts ended, and of those that could not go out as planned."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.engine.broadcasts.results import Numbers, Outcome
from lstep_lite.models import Broadcast, BroadcastState

KIND = notifications.kind(
    "broadcast.trouble",
    label="一斉配信の知らせ",
    lead="時刻を過ぎて送らなかったとき、途中で止まったとき、送る相手がいなかったとき、送れなかった方がいるときに知らせます。",
    icon="speakerphone",
    order=73,
)


def missed(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    """Its time had passed too long ago."""
    title = "時刻を過ぎたため送らなかった一斉配信があります"
    _tell(session, broadcast, title, broadcast.name, now)


def interrupted(session: Session, broadcast: Broadcast, *, now: datetime) -> None:
    _tell(session, broadcast, "途中で止まった一斉配信があります", broadcast.name, now)


def finished(session: Session, broadcast: Broadcast, numbers: Numbers, *, now: datetime) -> None:
    """Only where something needs to be looked at."""
    failed, unknown = numbers[Outcome.FAILED], numbers[Outcome.UNKNOWN]
    if broadcast.state is BroadcastState.CANCELLED:
        return
    if not numbers.total:
        _tell(session, broadcast, "送る相手がいなかった一斉配信があります", broadcast.name, now)
    elif failed or unknown:
        counts = f"送れなかった方{failed:,}人、届いたか確認できない方{unknown:,}人"
        _tell(session, broadcast, "送れなかった方がいる一斉配信があります", f"{broadcast.name}：{counts}", now)


def _tell(session: Session, broadcast: Broadcast, title: str, body: str, now: datetime) -> None:
    notifications.notify(
        session,
        KIND.name,
        title=title,
        body=body,
        href=f"/broadcasts/{broadcast.id}",
        dedupe_key=f"{KIND.name}:{broadcast.id}:{now.isoformat()}",
        now=now,
    )
