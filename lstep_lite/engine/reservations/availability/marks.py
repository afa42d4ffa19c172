"""The marks customers see: ○ △ × － ☎ (reservations study §4.7)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lstep_lite.engine.reservations.availability import feasibility, masks
from lstep_lite.engine.reservations.availability.days import tick_after
from lstep_lite.engine.reservations.availability.plans import Plan
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.availability.scenes import Scene
from lstep_lite.engine.reservations.transitions.refusals import Start


class Mark(StrEnum):
    MANY = "○"
    FEW = "△"
    NONE = "×"
    SHUT = "－"
    PHONE = "☎"
    """Free, and too late to book it online."""

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Mark.MANY: "空きあり",
    Mark.FEW: "残りわずか",
    Mark.NONE: "空きなし",
    Mark.SHUT: "お休み",
    Mark.PHONE: "お電話でお問い合わせください",
}


@dataclass(frozen=True)
class Cell:
    start: Start
    mark: Mark


def of_days(scene: Scene, plan: Plan, policy: Policy, provider_id: int | None = None) -> dict[date, Mark]:
    """For a month: by how many starts a day has left."""
    free = feasibility.good(scene, plan, provider_id)
    bookable = free & feasibility.online(scene, policy)
    by_phone = _by_phone(scene, policy, free & ~bookable)
    return {day: _of_day(scene, day, bookable, by_phone) for day in scene.days()}


def _of_day(scene: Scene, day: date, bookable: int, by_phone: int) -> Mark:
    starts = scene.starts[day]
    if not starts:
        return Mark.SHUT
    count = (bookable & starts).bit_count()
    if count:
        return Mark.FEW if count <= scene.facts.house.few_left else Mark.MANY
    return Mark.PHONE if by_phone & starts else Mark.NONE


def of_starts(
    scene: Scene, plan: Plan, policy: Policy, days: Collection[date], provider_id: int | None = None
) -> dict[date, Sequence[Cell]]:
    """For a week: each start of the grid. △ is one that the last of several providers has left."""
    whom = [provider_id] if provider_id is not None else feasibility.anybody(scene, plan)
    each = [feasibility.feasible(scene, plan.offer_of(one).shape, one) & scene.grid for one in whom]
    free = masks.join(each)
    bookable = free & feasibility.online(scene, policy)
    by_phone = _by_phone(scene, policy, free & ~bookable)
    several = _twice(each) if len(each) > 1 else free
    cells: dict[date, Sequence[Cell]] = {}
    for day in days:
        row = []
        for place in masks.ticks(scene.starts[day]):
            mark = _of_start(1 << place, bookable, several, by_phone)
            row.append(Cell(feasibility.as_start(scene, day, place), mark))
        cells[day] = row
    return cells


def _of_start(bit: int, bookable: int, several: int, by_phone: int) -> Mark:
    if bookable & bit:
        return Mark.MANY if several & bit else Mark.FEW
    return Mark.PHONE if by_phone & bit else Mark.NONE


def _twice(each: Sequence[int]) -> int:
    """What is in two of them at least."""
    once = twice = 0
    for mask in each:
        twice |= once & mask
        once |= mask
    return twice


def _by_phone(scene: Scene, policy: Policy, too_late: int) -> int:
    """What is only too late, on days that can be booked, and still ahead; nothing where the shop has no phone."""
    if not scene.facts.house.phone:
        return 0
    ahead = ~masks.between(0, tick_after(scene.now) - scene.axis.origin)
    released = masks.join(scene.starts[day] for day in feasibility.released_days(scene, policy))
    return too_late & ahead & released
