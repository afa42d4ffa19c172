"""Telling staff of runs whose time had passed."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications
from lstep_lite.models import Schedule

KIND = notifications.kind(
    "schedule.missed",
    label="実行しなかったスケジュール",
    lead="サーバーが止まっていたなどで、決めた時刻を大きく過ぎたスケジュールを実行しなかったときに知らせます。",
    icon="calendar-event",
    order=55,
)


def tell(session: Session, schedule: Schedule, due_at: datetime, *, now: datetime) -> None:
    """*schedule* was not run for *due_at*."""
    notifications.notify(
        session,
        KIND.name,
        title="時刻を過ぎて実行しなかったスケジュールがあります",
        body=schedule.name,
        href=f"/schedules/{schedule.id}",
        dedupe_key=f"{KIND.name}:{schedule.id}:{due_at.isoformat()}",
        now=now,
    )
