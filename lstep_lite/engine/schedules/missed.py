"""Telling staff of runs whose time had passed."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine import notifications, settings
from lstep_lite.models import Schedule

KIND = notifications.kind(
    "schedule.missed",
    label="実行しなかったスケジュール",
    lead="サーバーが止まっていたなどで、決めた時刻を大きく過ぎたスケジュールを実行しなかったときに知らせます。",
    icon="calendar-event",
    order=55,
)


def tell(session: Session, schedule: Schedule, *, now: datetime) -> None:
    """*schedule* was not run at its time. After a long pause that holds for many times: it is said once a day."""
    today = now.astimezone(settings.zone(session)).date()
    notifications.notify(
        session,
        KIND.name,
        title="時刻を過ぎて実行しなかったスケジュールがあります",
        body=schedule.name,
        href=f"/schedules/{schedule.id}",
        dedupe_key=f"{KIND.name}:{schedule.id}:{today}",
        now=now,
    )
