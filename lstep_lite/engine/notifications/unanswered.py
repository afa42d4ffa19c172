"""Talks nobody answers: told after a while of opening time, and once more to others if it goes on.

A row a waiting talk says when to look. Staff's answer, or a change of the mark, takes it away; a friend who writes
again leaves it alone. On waking, the time is reckoned anew by the rule of that moment, so that a changed rule holds at
once.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database, insert_new
from lstep_lite.engine import agenda, chat, settings, triggers
from lstep_lite.engine.notifications.hours import after_open_minutes
from lstep_lite.engine.notifications.kinds import EVERYBODY, LEADERS, Recipients, Rule, Waiting, kind
from lstep_lite.engine.notifications.notifying import notify
from lstep_lite.engine.notifications.rules import rule, rule_version
from lstep_lite.models import ChatMessage, Friend, Lane, NotificationRule, Talk, TalkMark, UnansweredTalk

CHUNK = 5
"""So many talks are looked at in one unit of work."""
WAITS = (TalkMark.OPEN, TalkMark.WORKING)
KIND = kind(
    "talk.unanswered",
    label="返信していないトーク",
    lead="お客様のメッセージに、決めた時間のあいだ誰も返信していないときに知らせます。",
    icon="message-circle",
    order=10,
    roles=EVERYBODY,
    waiting=Waiting(minutes=15, escalates_after=60, second=Recipients(LEADERS)),
)


@triggers.on("message.unanswered")
def _begin(session: Session, happening: triggers.Happening) -> None:
    """The clock starts with the first message nobody answers."""
    message = session.get_one(ChatMessage, happening.facts["chat_message_id"])
    reckoning = _reckoning(session)
    row = {
        "friend_id": happening.friend.id,
        "since": message.at,
        "message_id": message.id,
        "told": 0,
        "due_at": reckoning.due_at(message.at, told=0),
        "rule_version": reckoning.version,
    }
    session.execute(insert_new(session, UnansweredTalk).values(row))


@chat.on_handled
def _end(session: Session, friend: Friend) -> None:
    session.execute(sa.delete(UnansweredTalk).where(UnansweredTalk.friend_id == friend.id))


@dataclass(frozen=True)
class _Reckoning:
    """The rule as it is now, and where the shop's clocks stand."""

    rule: Rule
    version: int
    zone: ZoneInfo

    def due_at(self, since: datetime, *, told: int) -> datetime | None:
        """When the next warning is due; None when there is none (left) to give."""
        waiting = self.rule.waiting
        if waiting is None or not self.rule.is_on:
            return None
        minutes = (waiting.minutes, waiting.escalates_after, None)[told]
        return None if minutes is None else after_open_minutes(since, minutes, waiting.hours, self.zone)


def _reckoning(session: Session) -> _Reckoning:
    return _Reckoning(rule(session, KIND), rule_version(session, KIND), settings.zone(session))


@agenda.work(Lane.TIMED, due=lambda now, wall: sa.exists(_due(now)))
def run_due(database: Database, *, now: datetime, wall: datetime) -> bool:
    """Look at the talks whose time has come, or whose rule has changed. True when there may be more."""
    with database.read() as session:
        found = session.scalars(_due(now).with_only_columns(UnansweredTalk.friend_id)).all()
    if not found:
        return False
    with database.unit() as session:
        reckoning = _reckoning(session)
        still = _due(now).where(UnansweredTalk.friend_id.in_(found)).with_for_update(of=UnansweredTalk)
        for waiting in session.scalars(still).all():
            _look(session, waiting, reckoning, now)
    return len(found) == CHUNK


def _due(now: datetime) -> sa.Select[UnansweredTalk]:
    version = sa.select(NotificationRule.version).where(NotificationRule.kind == KIND.name).scalar_subquery()
    is_old = UnansweredTalk.rule_version < sa.func.coalesce(version, 0)
    return sa.select(UnansweredTalk).where(sa.or_(UnansweredTalk.due_at <= now, is_old)).limit(CHUNK)


def _look(session: Session, waiting: UnansweredTalk, reckoning: _Reckoning, now: datetime) -> None:
    talk = session.get(Talk, waiting.friend_id)
    if talk is None or talk.mark not in WAITS or waiting.friend.is_blocked:
        session.delete(waiting)
        return
    due_at = reckoning.due_at(waiting.since, told=waiting.told)
    if due_at is not None and due_at <= now:
        _tell(session, waiting, reckoning.rule, now)
        waiting.told += 1
        due_at = reckoning.due_at(waiting.since, told=waiting.told)
    waiting.due_at, waiting.rule_version = due_at, reckoning.version


def _tell(session: Session, unanswered: UnansweredTalk, by: Rule, now: datetime) -> None:
    assert by.waiting is not None  # noqa: S101 - else nothing would be due
    is_second = unanswered.told > 0
    minutes = by.waiting.escalates_after if is_second else by.waiting.minutes
    still = "まだ" if is_second else ""
    notify(
        session,
        KIND.name,
        title=f"{still}返信していないトークがあります（{minutes}分以上）",
        body=unanswered.friend.name,
        href=f"/chat/{unanswered.friend_id}",
        dedupe_key=f"{KIND.name}:{unanswered.friend_id}:{unanswered.message_id}:{unanswered.told}",
        friend=unanswered.friend,
        recipients=by.waiting.second if is_second else None,
        now=now,
    )


@agenda.pending
def pending(session: Session, *, now: datetime, wall: datetime) -> agenda.Pending:
    next_due = sa.select(sa.func.min(UnansweredTalk.due_at)).where(UnansweredTalk.due_at > now)
    due = sa.select(sa.func.count()).select_from(_due(now).subquery())
    return agenda.Pending(session.scalar(due) or 0, session.scalar(next_due))
