"""When a plan can begin (reservations study §4.5). Pure: sets of ticks in, sets of ticks out.

A start is good for a provider when the customer is inside the shop's hours to the end, the provider is at work for
every tick of work, free of other customers and closures while working, preparing and clearing away, and every pool has
its places for the whole time. Processing time may lie in the provider's break.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from lstep_lite.engine.reservations.availability import masks, policies
from lstep_lite.engine.reservations.availability.days import TICK_MINUTES, minute_on, moment_of, tick_after
from lstep_lite.engine.reservations.availability.plans import Plan, Shape
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.availability.scenes import Scene, Worker
from lstep_lite.engine.reservations.transitions.refusals import Start
from lstep_lite.models import ProviderState


def starts(
    scene: Scene, plan: Plan, day: date, provider_id: int | None = None, *, policy: Policy | None = None
) -> list[Start]:
    """The starts of *day* with one provider, or with anybody who may serve (`anybody`).

    With *policy* they are what a customer can book now; without it, what is free at all.
    """
    mask = good(scene, plan, provider_id, policy=policy) & scene.starts[day]
    return [as_start(scene, day, place) for place in masks.ticks(mask)]


def as_start(scene: Scene, day: date, place: int) -> Start:
    moment = moment_of(scene.axis.origin + place)
    return Start(day, minute_on(day, moment, scene.zone), moment)


def first_free(scene: Scene, plan: Plan, provider_id: int | None = None, *, policy: Policy | None) -> Start | None:
    """The first start of the scene (最短)."""
    mask = good(scene, plan, provider_id, policy=policy)
    day = next((day for day in scene.days() if mask & scene.starts[day]), None)
    return starts(scene, plan, day, provider_id, policy=policy)[0] if day is not None else None


def good(scene: Scene, plan: Plan, provider_id: int | None = None, *, policy: Policy | None = None) -> int:
    """Every start of the scene's grid with one provider, or with anybody who may serve."""
    whom: Collection[int | None] = [provider_id] if provider_id is not None else anybody(scene, plan)
    mask = masks.join(feasible(scene, plan.offer_of(each).shape, each) for each in whom) & scene.grid
    if policy is not None:
        mask &= online(scene, policy)
    return mask


def anybody(scene: Scene, plan: Plan) -> Collection[int | None]:
    """Who may serve: the one who was asked for, else whoever does it and takes customers without a wish.

    None stands for a plan that needs no provider.
    """
    if plan.wish.provider_id is not None:
        return [plan.wish.provider_id]
    if not plan.offer.shape.takes_provider:
        return [None]
    return [each for each in scene.workers if each in plan.by_provider and is_free_for_all(scene, each)]


def is_free_for_all(scene: Scene, provider_id: int) -> bool:
    person = scene.workers[provider_id].person
    return person.takes_free and is_seen(scene, provider_id)


def can_be_asked_for(scene: Scene, plan: Plan, provider_id: int) -> bool:
    """Whether a customer can choose this provider for this plan."""
    if provider_id not in scene.workers or provider_id not in plan.by_provider:
        return False
    page = scene.facts.page
    asks = page is None or page.asks_provider
    return asks and scene.workers[provider_id].person.is_nominatable and is_seen(scene, provider_id)


def is_seen(scene: Scene, provider_id: int) -> bool:
    """By customers, on this page."""
    page, person = scene.facts.page, scene.workers[provider_id].person
    on_page = page is None or page.provider_ids is None or provider_id in page.provider_ids
    return person.state is ProviderState.ACTIVE and on_page


def feasible(scene: Scene, shape: Shape, provider_id: int | None) -> int:
    """Every tick, on the grid or not, at which a booking of this shape can begin with that provider."""
    length = shape.minutes // TICK_MINUTES
    mask = masks.holds(scene.open, 0, length) & ~_meeting(scene.own, length)
    for need in shape.needs:
        room = scene.room_for(need.pool_id, need.quantity)
        mask &= masks.holds(room, 0, length + need.after_minutes // TICK_MINUTES)
    if shape.last_start is not None:
        mask &= scene.starts_until(shape.last_start)
    if not shape.takes_provider:
        return mask
    worker = scene.workers.get(provider_id) if provider_id is not None else None
    return mask & _with(scene, shape, worker) if worker is not None else 0


def _with(scene: Scene, shape: Shape, worker: Worker) -> int:
    free = worker.work & ~worker.full
    spare = free
    if scene.facts.house.buffers_spill:
        spare = masks.between(0, scene.axis.width) & ~(worker.full | worker.closed)
    mask = masks.between(0, scene.axis.width)
    for start, end in shape.work():
        mask &= masks.holds(free, start // TICK_MINUTES, end // TICK_MINUTES)
    for start, end in shape.buffers():
        mask &= masks.holds(spare, start // TICK_MINUTES, end // TICK_MINUTES)
    return mask


def _meeting(own: int, length: int) -> int:
    """Every start from which *length* ticks meet *own*."""
    met, have = own, 1
    while have < length:
        step = min(have, length - have)
        met |= met >> step
        have += step
    return met


# The window of customers ---------------------------------------------------------------------------------------------


def online(scene: Scene, policy: Policy) -> int:
    """The starts that a customer may book now: their day is released, and it is not too late."""
    return masks.join(_online_on(scene, policy, day) for day in released_days(scene, policy))


def released_days(scene: Scene, policy: Policy) -> Iterator[date]:
    today = scene.facts.opening.business_date(scene.now, scene.zone)
    return (day for day in scene.days() if policies.is_released(policy.opens, day, today, scene.now, scene.zone))


def _online_on(scene: Scene, policy: Policy, day: date) -> int:
    """What of a day is before neither now nor a cut-off: each cut-off either holds from a tick on, or for the day."""
    earliest = scene.now
    for cut in policy.closes:
        if cut.kind is policies.CutKind.MINUTES:
            earliest = max(earliest, scene.now + timedelta(minutes=cut.minutes))
        elif scene.now > cut.moment(day, scene.now, scene.zone):
            return 0
    return scene.starts[day] & ~masks.between(0, tick_after(earliest) - scene.axis.origin)
