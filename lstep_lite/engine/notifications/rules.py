"""Keeping the rules: who is told of a kind, and how."""

import re
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import remembered
from lstep_lite.engine.notifications.hours import Hours, Quiet
from lstep_lite.engine.notifications.kinds import Kind, Recipients, Rule, Waiting, listed
from lstep_lite.errors import DomainError
from lstep_lite.models import NotificationChannel, NotificationRule, Role, Staff

BUNDLES = (0, 5, 15, 30, 60, 180)
"""Minutes between two messages of a kind to the same person."""
LONGEST_WAIT = 7 * 24 * 60
"""Minutes."""
_CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def rule(session: Session, kind: Kind) -> Rule:
    """What holds for *kind* now."""
    return remembered(session, ("notification rule", kind.name), lambda: _load(session, kind))


def _load(session: Session, kind: Kind) -> Rule:
    stored = session.get(NotificationRule, kind.name)
    return _from_json(stored.settings) if stored else kind.default


def every_rule(session: Session) -> list[tuple[Kind, Rule]]:
    """What holds for each kind a shop decides about."""
    stored = {row.kind: _from_json(row.settings) for row in session.scalars(sa.select(NotificationRule))}
    return [(kind, stored.get(kind.name, kind.default)) for kind in listed()]


def rule_version(session: Session, kind: Kind) -> int:
    """0 while the default holds."""
    query = sa.select(NotificationRule.version).where(NotificationRule.kind == kind.name)
    return session.scalar(query) or 0


def save_rule(session: Session, kind: Kind, wanted: Rule, *, now: datetime) -> None:
    """Raises DomainError naming the field of the form."""
    _check(session, wanted)
    stored = session.get(NotificationRule, kind.name)
    if stored is None:
        session.add(NotificationRule(kind=kind.name, settings=_to_json(wanted), version=1, updated_at=now))
    else:
        stored.settings, stored.updated_at = _to_json(wanted), now
        stored.version += 1
    session.flush()  # the same request draws the page from it


def switch_rule(session: Session, kind: Kind, *, is_on: bool, now: datetime) -> None:
    save_rule(session, kind, replace(rule(session, kind), is_on=is_on), now=now)


def _check(session: Session, wanted: Rule) -> None:
    if not wanted.recipients:
        raise DomainError("知らせる相手を1つ以上選んでください。", "roles")
    _check_people(session, wanted.recipients, "staff_ids")
    if wanted.quiet is not None:
        _check_span(wanted.quiet.starts_at, wanted.quiet.ends_at, "quiet_ends_at", "例：21:00〜9:00")
    if wanted.bundle_minutes not in BUNDLES:
        raise DomainError("まとめる間隔を選び直してください。", "bundle_minutes")
    if wanted.waiting is not None:
        _check_waiting(session, wanted.waiting)


def _check_people(session: Session, recipients: Recipients, field: str) -> None:
    if not recipients.staff_ids:
        return
    known = set(session.scalars(sa.select(Staff.id).where(Staff.id.in_(recipients.staff_ids))))
    if known != set(recipients.staff_ids):
        raise DomainError("スタッフを選び直してください。", field)


def _check_span(starts_at: str | None, ends_at: str | None, field: str, example: str) -> None:
    if not _CLOCK_TIME.fullmatch(starts_at or "") or not _CLOCK_TIME.fullmatch(ends_at or ""):
        raise DomainError(f"始まりと終わりの両方を入力してください（{example}）。", field)
    if starts_at == ends_at:
        raise DomainError("始まりと終わりが同じ時刻です。", field)


def _check_waiting(session: Session, waiting: Waiting) -> None:
    if not 1 <= waiting.minutes <= LONGEST_WAIT:
        raise DomainError(f"1〜{LONGEST_WAIT:,}分で入力してください。", "minutes")
    hours = waiting.hours
    if any(day not in range(7) for day in hours.weekdays):
        raise DomainError("曜日を選び直してください。", "weekdays")
    if hours.starts_at is not None or hours.ends_at is not None:
        _check_span(hours.starts_at, hours.ends_at, "ends_at", "例：10:00〜19:00")
    if waiting.escalates_after is None:
        return
    if not waiting.minutes < waiting.escalates_after <= LONGEST_WAIT:
        raise DomainError(f"最初のお知らせ（{waiting.minutes}分）より長くしてください。", "escalates_after")
    if not waiting.second:
        raise DomainError("次に知らせる相手を1つ以上選んでください。", "second_roles")
    _check_people(session, waiting.second, "second_staff_ids")


def _to_json(wanted: Rule) -> dict[str, Any]:
    return asdict(wanted)


def _from_json(data: dict[str, Any]) -> Rule:
    waiting = data["waiting"]
    return Rule(
        recipients=_recipients(data["recipients"]),
        is_on=data["is_on"],
        channels=tuple(NotificationChannel(channel) for channel in data["channels"]),
        quiet=Quiet(**data["quiet"]) if data["quiet"] else None,
        bundle_minutes=data["bundle_minutes"],
        waiting=_waiting(waiting) if waiting else None,
    )


def _recipients(data: dict[str, Any]) -> Recipients:
    return Recipients(tuple(Role(role) for role in data["roles"]), tuple(data["staff_ids"]))


def _waiting(data: dict[str, Any]) -> Waiting:
    hours = data["hours"]
    return Waiting(
        minutes=data["minutes"],
        hours=Hours(tuple(hours["weekdays"]), hours["starts_at"], hours["ends_at"]),
        escalates_after=data["escalates_after"],
        second=_recipients(data["second"]),
    )
