"""Goals for many friends at once: taken from a date field of each, and stopping."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import batches, fields, settings
from lstep_lite.engine.batches import Choice, Outcome, Params, Question
from lstep_lite.engine.friends import Audience
from lstep_lite.engine.reminders import following, goals, keeping
from lstep_lite.engine.segments import Reach
from lstep_lite.engine.staff import Permission
from lstep_lite.models import Batch, Friend, Reminder

CHUNK = 12
"""Friends a unit: so many need well under 200 ms."""
BIRTHDAY = "system:birthday"
PAIR = 1_000_000
"""A choice is a reminder and a field in one number: the reminder's id times this, plus the field's (birthday: 0)."""
EMPTY = "日付が入っていません。"
NO_GOAL = "このリマインダのゴールはありません。"


def _choices(session: Session) -> Sequence[Choice]:
    targets = following.targets(session)
    return [
        (_code(reminder.id, key), f"「{reminder.name}」を「{target.name}」の日付で")
        for reminder in keeping.in_order(session)
        for key, target in targets.items()
    ]


def _code(reminder_id: int, key: str) -> int:
    return reminder_id * PAIR + (0 if key == BIRTHDAY else int(key.removeprefix("field:")))


def _explain(_session: Session, params: Params, _count: int) -> Sequence[str]:
    yearly = "毎年の誕生日" if params["pair"] % PAIR == 0 else f"その日の{following.AT_TIME}（日時の項目は、その日時）"
    return [
        f"友だちごとの日付を見て、{yearly}をゴールにします。日付が空の方は飛ばします。",
        "もう過ぎているステップは送りません。送る分のメッセージは、1通ずつ数えます。",
    ]


@batches.kind(
    "reminders.start",
    label="リマインダを始める",
    chunk=CHUNK,
    permission=Permission.AUTOMATION_EDIT,
    question=Question("pair", "リマインダと日付", _choices),
    explain=_explain,
)
def start(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    reminder_id, field_id = divmod(batch.params["pair"], PAIR)
    key = fields.key_of(field_id) if field_id else BIRTHDAY
    reminder, target = keeping.get(session, reminder_id), fields.target(session, key)
    found = _friends(session, friend_ids)
    values, zone = fields.read_targets(session, found, [target]), settings.zone(session)
    skipped: dict[int, str] = {}
    for friend in found:
        value, yearly = values[friend.id].get(key), key == BIRTHDAY
        goal_at = following.goal_of(value, at_time=following.AT_TIME, is_yearly=yearly, now=now, zone=zone)
        if goal_at is None:
            skipped[friend.id] = EMPTY
        else:
            goals.set_goal(
                session, reminder, friend, goal_at, origin=key, now=now, staff_id=batch.staff_id, is_yearly=yearly
            )
    return Outcome(skipped)


def _stoppable(session: Session) -> Sequence[Choice]:
    return [(reminder.id, reminder.name) for reminder in keeping.in_order(session)]


@batches.kind(
    "reminders.stop",
    label="リマインダを止める",
    chunk=CHUNK,
    permission=Permission.AUTOMATION_EDIT,
    question=Question("reminder_id", "リマインダ", _stoppable),
)
def stop(session: Session, batch: Batch, friend_ids: Sequence[int], /, *, now: datetime) -> Outcome:
    reminder = keeping.get(session, batch.params["reminder_id"])
    reason, staff_id = "一括処理で止めました。", batch.staff_id
    stopped = {
        friend.id: goals.stop(session, friend, reminder=reminder, now=now, reason=reason, staff_id=staff_id)
        for friend in _friends(session, friend_ids)
    }
    return Outcome({friend_id: NO_GOAL for friend_id, count in stopped.items() if not count})


def stop_all(session: Session, reminder: Reminder, *, token: str, staff_id: int, now: datetime) -> Batch:
    """Stop the goals of everybody, in the background; the same *token* means the same press of the button."""
    row = {"id": "goals", "kind": "reminder", "data": {"reminder_id": reminder.id, "how": "has"}}
    return batches.start(
        session,
        "reminders.stop",
        label=f"リマインダ「{reminder.name}」を止める",
        params={"reminder_id": reminder.id},
        audience=Audience(tree={"all": [row], "any": []}, reach=Reach.ACT),
        dedupe_key=f"reminders:stop:{reminder.id}:{token}",
        staff_id=staff_id,
        now=now,
    )


def _friends(session: Session, friend_ids: Sequence[int]) -> Sequence[Friend]:
    return session.scalars(sa.select(Friend).where(Friend.id.in_(friend_ids)).order_by(Friend.id)).all()
