"""Keeping the rules: one row, or the defaults of a shop that never changed them."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from lstep_lite.db import insert_new, remembered
from lstep_lite.engine import staff
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.models import AfterLimit, SendingRules

HOLDS = (0, 30, 60)
"""Seconds a broadcast may wait."""
LATE_MINUTES = range(5, 24 * 60 + 1)
MOST_SENDS = 1000
MOST_DAYS = 365
LARGEST_CAP = 10_000_000
Listener = Callable[[Session], None]
_listeners: list[Listener] = []
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class RulesDraft:
    """The columns of SendingRules; its own defaults are the shop's that never changed anything."""

    quiet_from: str | None = None
    quiet_to: str | None = None
    late_minutes: int = 60
    hold_seconds: int = 60
    needs_approval: bool = False
    monthly_cap: int | None = None
    after_limit: AfterLimit = AfterLimit.BY_HAND
    frequency_most: int | None = None
    frequency_days: int = 30
    parallel_scenarios: bool = False


def rules(session: Session) -> SendingRules:
    """What holds now; of a shop that never changed anything a row that is not stored."""
    return remembered(session, ("sending_rules.rules",), lambda: session.get(SendingRules, 1) or _made(RulesDraft()))


def late(session: Session) -> timedelta:
    """How late a timed message may go out; later it is marked missed."""
    return timedelta(minutes=rules(session).late_minutes)


def on_quiet_hours(listener: Listener) -> Listener:
    """Register what a feature does when the quiet hours have changed."""
    _listeners.append(listener)
    return listener


def update(session: Session, draft: RulesDraft) -> None:
    """Raises DomainError naming the field."""
    _check_quiet(draft)
    _check_numbers(draft)
    if draft.needs_approval:
        _check_people(session)
    session.execute(insert_new(session, SendingRules).values(id=1, **asdict(RulesDraft())))
    kept = session.get_one(SendingRules, 1, with_for_update=True)
    before = (kept.quiet_from, kept.quiet_to)
    for name, value in asdict(draft).items():
        setattr(kept, name, value)
    if (kept.quiet_from, kept.quiet_to) != before:
        session.flush()  # listeners go by what holds now
        for listener in _listeners:
            listener(session)


def _made(draft: RulesDraft) -> SendingRules:
    return SendingRules(id=1, **asdict(draft))


def _check_quiet(draft: RulesDraft) -> None:
    if draft.quiet_from is None and draft.quiet_to is None:
        return
    for field in ("quiet_from", "quiet_to"):
        if not _CLOCK_TIME.fullmatch(getattr(draft, field) or ""):
            raise DomainError("始まりと終わりの両方を入力してください（例：21:00〜9:00）。", field)
    if draft.quiet_from == draft.quiet_to:
        raise DomainError("始まりと終わりは、別の時刻にしてください。", "quiet_to")


def _check_numbers(draft: RulesDraft) -> None:
    if draft.late_minutes not in LATE_MINUTES:
        raise DomainError(f"{LATE_MINUTES[0]}分から{LATE_MINUTES[-1]}分までにしてください。", "late_minutes")
    if draft.hold_seconds not in HOLDS:
        raise DomainError("待つ時間を選び直してください。", "hold_seconds")
    if draft.monthly_cap is not None and not 1 <= draft.monthly_cap <= LARGEST_CAP:
        raise DomainError(f"1通から{LARGEST_CAP:,}通までにしてください。", "monthly_cap")
    if draft.frequency_most is not None and not 1 <= draft.frequency_most <= MOST_SENDS:
        raise DomainError(f"1回から{MOST_SENDS:,}回までにしてください。", "frequency_most")
    if not 1 <= draft.frequency_days <= MOST_DAYS:
        raise DomainError(f"1日から{MOST_DAYS}日までにしてください。", "frequency_days")


def _check_people(session: Session) -> None:
    """Nobody says yes to their own broadcast: there must be two, and one of them may say yes."""
    active = [person for person in staff.everybody(session) if person.is_active]
    senders = [person for person in active if staff.may(person, Permission.BROADCASTS_SEND)]
    if len(senders) < 2 or not any(staff.may(person, Permission.BROADCASTS_APPROVE) for person in senders):
        raise DomainError(
            "一斉配信を送れる人がもう1人必要です。先に「スタッフ」から、管理者か運用者を招待してください。",
            "needs_approval",
        )
