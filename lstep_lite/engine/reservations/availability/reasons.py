"""Why a booking can't begin at some moment (なぜ×?): every reason, for the shop, each pool and each provider."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from lstep_lite.engine.reservations.availability import feasibility, masks, policies
from lstep_lite.engine.reservations.availability.days import (
    TICK_MINUTES,
    clock,
    instant,
    is_aligned,
    minute_on,
    moment_of,
)
from lstep_lite.engine.reservations.availability.plans import Need, Plan, Shape
from lstep_lite.engine.reservations.availability.policies import Policy
from lstep_lite.engine.reservations.availability.scenes import Scene, Worker, hours_of
from lstep_lite.engine.reservations.transitions.refusals import Code
from lstep_lite.models import ClosureKind, DayKind, ProviderState

CLOSURES = {
    ClosureKind.BREAK: "休憩",
    ClosureKind.OUT: "外出",
    ClosureKind.TRAINING: "研修",
    ClosureKind.PRIVATE: "私用",
    ClosureKind.REPAIR: "メンテナンス",
    ClosureKind.OTHER: "予約を受けない時間",
    ClosureKind.EXTERNAL: "外部カレンダーの予定",
}


class Where(StrEnum):
    """What the shop would change so that a reason goes away."""

    GRID = "grid"
    HOURS = "hours"
    CLOSURES = "closures"
    COURSE = "course"
    WINDOW = "window"
    ROOMS = "rooms"
    PROVIDER = "provider"
    SHIFT = "shift"
    BOOKINGS = "bookings"
    PAGE = "page"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class Reason:
    code: Code
    text: str
    where: Where | None = None


@dataclass(frozen=True)
class OfProvider:
    provider_id: int
    name: str
    reasons: Sequence[Reason]


@dataclass(frozen=True)
class Inspection:
    shop: Sequence[Reason]
    """What stands against it whoever serves."""
    providers: Sequence[OfProvider]
    """Everybody asked about; one without reasons could serve."""
    fine: Sequence[str]
    """What is no obstacle: 「席は空いています(1/2)」."""

    @property
    def is_free(self) -> bool:
        return not self.shop and (not self.providers or any(not each.reasons for each in self.providers))

    def reasons(self) -> list[Reason]:
        return [*self.shop, *(reason for each in self.providers for reason in each.reasons)]


def why_not(
    scene: Scene,
    plan: Plan,
    day: date,
    minute: int,
    provider_id: int | None = None,
    *,
    policy: Policy | None = None,
    off_grid: bool = False,
) -> Inspection:
    """With *policy*: for a customer online. With *off_grid*: for staff, who may begin at any five minutes."""
    moment = instant(day, minute, scene.zone)
    shape = plan.offer_of(provider_id).shape
    shop = [
        *_about_time(scene, day, minute, off_grid),
        *_about_hours(scene, day, moment, shape),
        *(_about_window(scene, policy, day, moment) if policy is not None else ()),
    ]
    fine = []
    for need in shape.needs:
        reason, words = _about_room(scene, need, scene.place(moment), shape)
        shop += [reason] if reason else []
        fine += [words] if words else []
    return Inspection(shop, _about_providers(scene, plan, day, moment, provider_id), fine)


# The shop ------------------------------------------------------------------------------------------------------------


def _about_time(scene: Scene, day: date, minute: int, off_grid: bool) -> Iterator[Reason]:
    moment = instant(day, minute, scene.zone)
    if not is_aligned(moment):
        yield Reason(Code.BAD_TIME, "予約は5分単位の時刻から始まります。")
    elif not off_grid and scene.facts.opening.ranges(day) and not _is_on_grid(scene, day, moment):
        yield Reason(
            Code.BAD_TIME, f"予約を始められる時刻({scene.facts.house.slot_minutes}分ごと)ではありません。", Where.GRID
        )


def _is_on_grid(scene: Scene, day: date, moment: datetime) -> bool:
    if not scene.facts.first <= day <= scene.facts.last:
        return False
    return bool(scene.starts[day] >> scene.place(moment) & 1) or not _is_in_hours(scene, day, moment)


def _is_in_hours(scene: Scene, day: date, moment: datetime) -> bool:
    minute = minute_on(day, moment, scene.zone)
    return any(start <= minute < end for start, end in scene.facts.opening.ranges(day))


def _about_hours(scene: Scene, day: date, moment: datetime, shape: Shape) -> Iterator[Reason]:
    ranges = scene.facts.opening.ranges(day)
    if not ranges:
        yield Reason(Code.CLOSED, f"{why_shut(scene, day)}のため休業日です。", Where.HOURS)
        return
    place, length = scene.place(moment), shape.minutes // TICK_MINUTES
    shut = scene.axis.union(day, ranges) >> place & 1 == 0
    if shut:
        words = "、".join(f"{clock(start)}–{clock(end)}" for start, end in ranges)
        yield Reason(Code.CLOSED, f"営業時間({words})の外です。", Where.HOURS)
    elif closed := _shop_closure(scene, place, place + length):
        yield Reason(Code.CLOSED, closed, Where.CLOSURES)
    elif run := masks.run_within(~scene.open, place, place + length):
        until = _clock(scene, day, run[0])
        yield Reason(
            Code.CLOSED, f"所要{shape.minutes}分のため、受付できる時間({until}まで)に終わりません。", Where.HOURS
        )
    if shape.last_start is not None and minute_on(day, moment, scene.zone) > shape.last_start:
        yield Reason(Code.CLOSED, f"このメニューの最終受付({clock(shape.last_start)})を過ぎています。", Where.COURSE)


def why_shut(scene: Scene, day: date) -> str:
    """「定休日」「臨時休業」「祝日(元日)」, of a day without hours."""
    opening = scene.facts.opening
    if day in opening.special:
        return "臨時休業"
    calendar = opening.calendar
    if calendar.is_business_day(day):
        return "営業時間が登録されていない"
    if calendar.is_holiday(day) and not calendar.works_on_holidays:
        return f"祝日({calendar.name(day)})" if calendar.name(day) else "祝日"
    kind, name = calendar.special.get(day, (None, ""))
    return (name or "臨時休業") if kind is DayKind.CLOSED else "定休日"


def _shop_closure(scene: Scene, start: int, end: int) -> str:
    for shut in scene.facts.closures:
        begins, ends = shut.start - scene.axis.origin, shut.end - scene.axis.origin
        if shut.provider_id is None and shut.pool_id is None and begins < end and ends > start:
            return f"お店は{_named(shut.kind, shut.note)}({_span(scene, begins, ends)})です。"
    return ""


def _about_window(scene: Scene, policy: Policy, day: date, moment: datetime) -> Iterator[Reason]:
    today = scene.facts.opening.business_date(scene.now, scene.zone)
    if not policies.is_released(policy.opens, day, today, scene.now, scene.zone):
        release = policies.release_in_words(policy.opens)
        yield Reason(Code.OUT_OF_WINDOW, f"受付開始({release})より前です。", Where.WINDOW)
    if moment < scene.now:
        yield Reason(Code.TOO_LATE, "すでに過ぎた時刻です。")
        return
    for cut in policy.closes:
        if scene.now > cut.moment(day, moment, scene.zone):
            yield Reason(Code.TOO_LATE, f"オンラインの受付締切({cut.in_words()})を過ぎています。", Where.WINDOW)


def _about_room(scene: Scene, need: Need, place: int, shape: Shape) -> tuple[Reason | None, str]:
    room = scene.facts.rooms.get(need.pool_id)
    if room is None or not room.is_active:
        return Reason(Code.CLOSED, "必要な設備が使われていません。設備の設定をご確認ください。", Where.ROOMS), ""
    end = place + (shape.minutes + need.after_minutes) // TICK_MINUTES
    if run := masks.run_within(scene.closed_rooms.get(need.pool_id, 0), place, end):
        return Reason(Code.SLOT_TAKEN, f"{room.name}は使えない時間({_span(scene, *run)})です。", Where.CLOSURES), ""
    used = scene.used.get(need.pool_id, {})
    most = max((used.get(tick, 0) for tick in range(place, end)), default=0)
    if run := masks.run_within(~scene.room_for(need.pool_id, need.quantity), place, end):
        words = f"{room.name}は{_span(scene, *run)}に空きがありません({most}/{room.capacity})。"
        return Reason(Code.SLOT_TAKEN, words, Where.BOOKINGS), ""
    return None, f"{room.name}は空いています({most}/{room.capacity})。"


# The providers -------------------------------------------------------------------------------------------------------


def _about_providers(
    scene: Scene, plan: Plan, day: date, moment: datetime, provider_id: int | None
) -> list[OfProvider]:
    if not plan.offer.shape.takes_provider:
        return []
    asked = provider_id if provider_id is not None else plan.wish.provider_id
    return [
        OfProvider(each, worker.person.name, list(_about_provider(scene, plan, day, moment, worker, asked)))
        for each, worker in scene.workers.items()
        if asked in (None, each)
    ]


def _about_provider(
    scene: Scene, plan: Plan, day: date, moment: datetime, worker: Worker, asked: int | None
) -> Iterator[Reason]:
    person, name = worker.person, f"{worker.person.name}さん"
    if person.id not in plan.by_provider:
        yield Reason(Code.SKILL_MISMATCH, f"{name}はこのメニューを担当していません。", Where.PROVIDER)
        return
    if person.state is not ProviderState.ACTIVE:
        yield Reason(Code.SKILL_MISMATCH, f"{name}は予約ページに表示していません。", Where.PROVIDER)
    elif not feasibility.is_seen(scene, person.id):
        yield Reason(Code.SKILL_MISMATCH, f"{name}はこの予約ページの担当ではありません。", Where.PAGE)
    elif asked is None and not person.takes_free:
        yield Reason(Code.SKILL_MISMATCH, f"{name}は指名なしの予約を受けません。", Where.PROVIDER)
    yield from _about_shift(scene, plan.offer_of(person.id).shape, day, moment, worker, name)


def _about_shift(
    scene: Scene, shape: Shape, day: date, moment: datetime, worker: Worker, name: str
) -> Iterator[Reason]:
    place = scene.place(moment)
    work = [_moved(place, span) for span in shape.work()]
    around = [_moved(place, span) for span in shape.buffers()]
    hours = hours_of(scene.facts, worker.person, day)
    whole = work if scene.facts.house.buffers_spill else [*work, *around]
    if not hours.ranges and _meet(~worker.work, whole):  # else it is the night of the day before
        yield Reason(Code.SLOT_TAKEN, f"{name}は出勤日ではありません。", Where.SHIFT)
        return
    at_work, breaks = scene.axis.union(day, hours.ranges), scene.axis.union(day, hours.breaks)
    if _meet(~(at_work | worker.work), whole):
        words = "、".join(f"{clock(start)}–{clock(end)}" for start, end in hours.ranges)
        yield Reason(Code.SLOT_TAKEN, f"{name}の勤務時間({words})の外です。", Where.SHIFT)
    if _meet(at_work & ~(breaks | worker.closed | worker.work), whole):
        yield Reason(Code.SLOT_TAKEN, f"{name}の準備・片づけが、営業時間の外になります。", Where.HOURS)
    if run := _meet(breaks, whole):
        yield Reason(Code.SLOT_TAKEN, f"{name}は休憩({_span(scene, *run)})です。", Where.SHIFT)
    yield from _about_closures(scene, worker, work, around)
    if run := _meet(worker.full, work):
        yield Reason(Code.SLOT_TAKEN, f"{name}は予約が入っています({_span(scene, *run)})。", Where.BOOKINGS)
    elif run := _meet(worker.full, around):
        words = f"前後の準備・片づけが、{name}の予約({_span(scene, *run)})と重なります。"
        yield Reason(Code.SLOT_TAKEN, words, Where.BOOKINGS)


def _about_closures(
    scene: Scene, worker: Worker, work: Sequence[tuple[int, int]], around: Sequence[tuple[int, int]]
) -> Iterator[Reason]:
    """Their own closures, and the shop's where they prepare and clear away: customers are in time, they are not."""
    person = worker.person
    for shut in scene.facts.closures:
        begins, ends = shut.start - scene.axis.origin, shut.end - scene.axis.origin
        is_shops = shut.provider_id is None and shut.pool_id is None
        is_theirs = shut.provider_id == person.id or shut.pool_id == person.pool_id
        spans = around if is_shops else [*work, *around] if is_theirs else []
        if any(begins < end and ends > start for start, end in spans):
            whose = "の準備・片づけが、お店の" if is_shops else "は"
            named, end = _named(shut.kind, shut.note), "と重なります。" if is_shops else "です。"
            yield Reason(
                Code.SLOT_TAKEN, f"{person.name}さん{whose}{named}({_span(scene, begins, ends)}){end}", Where.CLOSURES
            )


def _moved(place: int, span: tuple[int, int]) -> tuple[int, int]:
    return place + span[0] // TICK_MINUTES, place + span[1] // TICK_MINUTES


def _meet(mask: int, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The first stretch of *mask* that one of *spans* meets."""
    found = (masks.run_within(mask, start, end) for start, end in spans)
    return next((run for run in found if run), None)


# Words ---------------------------------------------------------------------------------------------------------------


def _named(kind: ClosureKind, note: str) -> str:
    return f"{CLOSURES[kind]}「{note}」" if note else CLOSURES[kind]


def _span(scene: Scene, start: int, end: int) -> str:
    """「13:00–14:00」 on the clock of the day on which it begins."""
    day = moment_of(scene.axis.origin + start).astimezone(scene.zone).date()
    return f"{_clock(scene, day, start)}–{_clock(scene, day, end)}"


def _clock(scene: Scene, day: date, place: int) -> str:
    return clock(minute_on(day, moment_of(scene.axis.origin + place), scene.zone))
