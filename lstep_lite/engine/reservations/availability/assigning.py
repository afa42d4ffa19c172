"""Who serves a customer without a wish (reservations study §4.6), chosen under the booking lock."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.availability import feasibility
from lstep_lite.engine.reservations.availability.plans import WORK, Plan
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.models import (
    BLOCKING,
    AssignPolicy,
    ProviderSkill,
    Reservation,
    ReservationSegment,
    ReservationState,
)

RECENT = timedelta(days=30)
COUNTED = (*BLOCKING, ReservationState.COMPLETED)


@dataclass(frozen=True)
class Load:
    """How busy a provider is, and how much they can do."""

    minutes: int = 0
    """Of work on that business date."""
    recent: int = 0
    """Bookings that began in the last 30 days."""
    skills: int = 0


def able(scene: Scene, plan: Plan, place: int) -> list[int | None]:
    """Who of those who may serve is free for a start at that tick of the scene, on the grid or not."""
    whom = feasibility.anybody(scene, plan)
    return [each for each in whom if feasibility.feasible(scene, plan.offer_of(each).shape, each) >> place & 1]


def in_turn(
    scene: Scene, candidates: Collection[int], loads: Mapping[int, Load], policy: AssignPolicy | None = None
) -> list[int]:
    """*candidates* in the order in which the shop prefers them."""
    policy = policy or scene.facts.house.assign_policy

    def rank(provider_id: int) -> tuple[int, ...]:
        person, load = scene.workers[provider_id].person, loads.get(provider_id, Load())
        by_place = (person.position, person.id)
        match policy:
            case AssignPolicy.PRIORITY:
                return by_place
            case AssignPolicy.SAVE_ALLROUNDERS:
                return (load.skills, load.minutes, load.recent, *by_place)
        return (load.minutes, load.recent, *by_place)

    return sorted(candidates, key=rank)


def loads(session: Session, day: date, *, now: datetime) -> dict[int, Load]:
    """Of everybody, for a booking on *day*."""
    minutes: dict[int, int] = defaultdict(int)
    for provider_id, starts_at, ends_at in session.execute(_work_on(day)):
        minutes[provider_id] += int((ends_at - starts_at).total_seconds()) // 60
    recent = _pairs(session, _recent(now))
    skills = _pairs(session, _skills())
    everybody: Sequence[int] = [*minutes, *recent, *skills]
    return {each: Load(minutes.get(each, 0), recent.get(each, 0), skills.get(each, 0)) for each in everybody}


def _work_on(day: date) -> sa.Select[*tuple[Any, ...]]:
    row = ReservationSegment
    query = sa.select(row.provider_id, row.starts_at, row.ends_at).join(Reservation)
    return query.where(
        Reservation.business_date == day,
        Reservation.state.in_(COUNTED),
        row.kind == WORK,
        row.provider_id.is_not(None),
    )


def _recent(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    row = Reservation
    query = sa.select(row.provider_id, sa.func.count()).where(
        row.provider_id.is_not(None), row.state.in_(COUNTED), row.starts_at.between(now - RECENT, now)
    )
    return query.group_by(row.provider_id)


def _skills() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(ProviderSkill.provider_id, sa.func.count()).group_by(ProviderSkill.provider_id)


def _pairs(session: Session, query: sa.Select[*tuple[Any, ...]]) -> dict[int, int]:
    return {row[0]: row[1] for row in session.execute(query)}
