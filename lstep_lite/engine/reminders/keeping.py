"""Keeping reminders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import folders, mentions, sequences
from lstep_lite.engine.reminders import steps
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Countdown, CountdownState, Reminder, ReminderMode, ReminderStep

FEATURE = "reminders"
LONGEST_NAME = 100
folders.shelf(FEATURE, Reminder, Permission.AUTOMATION_EDIT, only=~Reminder.is_ending)


@dataclass(frozen=True)
class ReminderDraft:
    """What the form of a reminder says."""

    name: str
    mode: ReminderMode = ReminderMode.CLOCK
    """Only for a new one: it never changes."""
    folder_id: int | None = None
    window: dict[str, Any] | None = None
    """As `moments.Window` is stored."""
    is_quiet: bool = True
    follows_field: bool = True


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Reminder]:
    query = sa.select(Reminder).where(~Reminder.is_ending).order_by(Reminder.position, Reminder.id)
    return session.scalars(query if folder_id is None else query.where(Reminder.folder_id == folder_id)).all()


def get(session: Session, reminder_id: int) -> Reminder:
    reminder = session.get(Reminder, reminder_id)
    if reminder is None or reminder.is_ending:
        raise NotFound("このリマインダは見つかりませんでした。削除された可能性があります。")
    return reminder


def create(session: Session, draft: ReminderDraft, *, now: datetime) -> Reminder:
    """A new one at the end of the list, switched off, without steps. Raises DomainError naming the field."""
    position = folders.next_position(session, FEATURE)
    reminder = Reminder(position=position, mode=draft.mode, version=1, created_at=now)
    _write(session, reminder, draft, now)
    session.add(reminder)
    session.flush()  # the caller links to its id
    return reminder


def update(session: Session, reminder: Reminder, draft: ReminderDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field. What waits follows from what it says now."""
    session.refresh(reminder, with_for_update=True)
    before = (reminder.window, reminder.is_quiet)
    _write(session, reminder, draft, now)
    if before != (reminder.window, reminder.is_quiet):
        steps.changed(reminder, now=now)


def switch(session: Session, reminder: Reminder, *, is_on: bool, now: datetime) -> None:
    """Raises DomainError where there is nothing to send yet."""
    if is_on and not reminder.steps:
        raise DomainError("ステップがまだありません。先に、送る内容を1つ以上作ってください。")
    reminder.is_on, reminder.updated_at = is_on, now


def copy(session: Session, reminder: Reminder, *, now: datetime) -> Reminder:
    """A copy with the same steps at the end of the list, switched off; nobody is in it."""
    twin = create(
        session,
        ReminderDraft(
            name=f"{reminder.name}のコピー"[:LONGEST_NAME],
            mode=reminder.mode,
            folder_id=reminder.folder_id,
            window=reminder.window,
            is_quiet=reminder.is_quiet,
            follows_field=reminder.follows_field,
        ),
        now=now,
    )
    for step in reminder.steps:
        steps.copy_into(session, step, twin, now=now)
    return twin


def delete(session: Session, reminder: Reminder, *, now: datetime) -> None:
    """Gone at once for everybody; those who are in it leave it in the background (sweeping.py)."""
    for step in reminder.steps:
        sequences.forget(session, step, steps.WHERE)
    reminder.is_on, reminder.is_ending, reminder.reckoned_to_id, reminder.updated_at = False, True, None, now
    session.flush()  # the same request lists the reminders


def step_counts(session: Session) -> dict[int, int]:
    """How many steps each reminder has, for lists."""
    query = sa.select(ReminderStep.reminder_id, sa.func.count()).group_by(ReminderStep.reminder_id)
    return dict(session.execute(query).all())


def waiting_counts(session: Session) -> dict[int, int]:
    """How many friends of each reminder have a goal now, for lists."""
    friends = sa.func.count(Countdown.friend_id.distinct())
    active = sa.select(Countdown.reminder_id, friends).where(Countdown.state == CountdownState.ACTIVE)
    return dict(session.execute(active.group_by(Countdown.reminder_id)).all())


def broken_ids(session: Session, found: Collection[Reminder]) -> set[int]:
    """The ids of those with a step that refers to something gone; one look for all of them."""
    query = sa.select(ReminderStep).where(ReminderStep.reminder_id.in_([reminder.id for reminder in found]))
    rows = session.scalars(query).all()
    broken = sequences.broken_ids(session, rows, steps.WHERE)
    return {step.reminder_id for step in rows if step.id in broken}


def _write(session: Session, reminder: Reminder, draft: ReminderDraft, now: datetime) -> None:
    name = checked_name(draft.name, LONGEST_NAME)
    moments.check(session, draft.window, is_quiet=draft.is_quiet, now=now)
    reminder.name = name
    reminder.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    reminder.window = draft.window
    reminder.is_quiet, reminder.follows_field = draft.is_quiet, draft.follows_field
    reminder.updated_at = now


@mentions.target(FEATURE)
def _names(session: Session, ids: Collection[str]) -> dict[str, str]:
    query = sa.select(Reminder.id, Reminder.name).where(Reminder.id.in_([int(row_id) for row_id in ids]))
    return {str(row_id): name for row_id, name in session.execute(query.where(~Reminder.is_ending))}
