"""The settings of the whole shop: the grid of starts, who serves whom, and the conditions (受付の決まり)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.db import add_new
from lstep_lite.engine.reservations.availability import policies
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.keeping import answering, saving, words
from lstep_lite.engine.text import phone_key
from lstep_lite.errors import DomainError
from lstep_lite.models import AssignPolicy, ReservationSettings, SlotAnchor

SLOTS = (5, 10, 15, 20, 30, 60)
STRIKE_ONLINE = ("approval_only", "phone_only")
LONGEST_PHONE = 20
LONGEST_PLACE = 300


@dataclass(frozen=True)
class SettingsDraft:
    policy: Policy
    slot_minutes: int = 30
    slot_anchor: SlotAnchor = SlotAnchor.CLOCK
    buffers_spill: bool = True
    assign_policy: AssignPolicy = AssignPolicy.BALANCED
    few_left: int | None = 2
    phone: str = ""
    place: str = ""
    completes_itself: bool = False
    strike_limit: int | None = None
    late_strike_limit: int | None = None
    late_strike_days: int | None = 90
    strike_online: str = "approval_only"


def find(session: Session) -> ReservationSettings | None:
    """None before the shop takes bookings at all."""
    return session.get(ReservationSettings, 1)


def begin(session: Session, *, hours: Mapping[str, Any], now: datetime) -> ReservationSettings:
    """From now on the shop has a book of reservations; where it has one already, that one stays as it is."""
    row = {"id": 1, "version": 1, "hours": dict(hours), "policy": policies.stored(policies.DEFAULTS), "updated_at": now}
    add_new(session, ReservationSettings, row)
    return session.get_one(ReservationSettings, 1)


def update(session: Session, draft: SettingsDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field."""
    with saving.offering(session, now=now) as settings:
        if draft.slot_minutes not in SLOTS:
            raise DomainError("予約の間隔を選び直してください。", "slot_minutes")
        settings.slot_minutes, settings.slot_anchor = draft.slot_minutes, draft.slot_anchor
        settings.buffers_spill, settings.assign_policy = draft.buffers_spill, draft.assign_policy
        settings.few_left = words.count(draft.few_left, "few_left", least=0, most=100)
        settings.phone = _phone(draft.phone)
        settings.place = words.told(draft.place, LONGEST_PLACE, "place")
        settings.completes_itself = draft.completes_itself
        _write_strikes(settings, draft)
        settings.policy = policies.stored(_renewed(policies.parse(settings.policy), draft.policy))
        answering.check(session, "close_minutes")


def put_contact(session: Session, *, phone: str, place: str, now: datetime) -> None:
    """Where customers phone and come to. Raises DomainError naming the field."""
    with saving.offering(session, now=now) as settings:
        settings.phone, settings.place = _phone(phone), words.told(place, LONGEST_PLACE, "place")


def _write_strikes(settings: ReservationSettings, draft: SettingsDraft) -> None:
    """Zero or nothing: no limit."""
    for name in ("strike_limit", "late_strike_limit"):
        typed = getattr(draft, name)
        setattr(settings, name, words.count(typed, name, least=1, most=99) if typed else None)
    settings.late_strike_days = words.count(draft.late_strike_days, "late_strike_days", least=1, most=3650)
    if draft.strike_online not in STRIKE_ONLINE:
        raise DomainError("制限のしかたを選び直してください。", "strike_online")
    settings.strike_online = draft.strike_online


def _phone(typed: str) -> str:
    text = words.told(typed, LONGEST_PHONE, "phone")
    if text and not 9 <= len(phone_key(text)) <= 15:
        raise DomainError("電話番号を確認してください（例：03-1234-5678）。", "phone")
    return text


def _renewed(before: Policy, after: Policy) -> Policy:
    """*after*; with another text to agree to, its version is the next."""
    after = policies.parse(policies.stored(after))  # what can't be read back is refused
    is_same = before.consent_text == after.consent_text
    return replace(after, consent_version=before.consent_version + (0 if is_same else 1))
