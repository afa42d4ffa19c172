"""「変更の記録」: what a friend's fields held before, who changed them and when."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.fields.targets import some
from lstep_lite.models import ChangedBy, FieldChange, Friend, Staff

LABELS = {
    ChangedBy.STAFF: "スタッフ",
    ChangedBy.AUTOMATION: "自動",
    ChangedBy.IMPORT: "CSVの取り込み",
    ChangedBy.CUSTOMER: "お客様",
}
GONE = "（削除された項目）"


@dataclass(frozen=True)
class Change:
    """One line of the history, ready to be shown."""

    at: datetime
    name: str
    before: str
    after: str
    by: str


def changes(session: Session, friend: Friend, *, limit: int) -> list[Change]:
    """The newest changes first; three statements."""
    query = (
        sa.select(FieldChange, Staff.name)
        .outerjoin(Staff, Staff.id == FieldChange.staff_id)
        .where(FieldChange.friend_id == friend.id)
        .order_by(FieldChange.at.desc(), FieldChange.id.desc())
    )
    rows = session.execute(query.limit(limit)).all()
    names = {key: target.name for key, target in some(session, {change.target for change, _ in rows}).items()}
    return [
        Change(change.at, names.get(change.target, GONE), change.before, change.after, _who(change, staff))
        for change, staff in rows
    ]


def _who(change: FieldChange, staff: str | None) -> str:
    if change.changed_by is ChangedBy.STAFF and staff is not None:
        return f"{staff}さん"
    return LABELS[change.changed_by]
