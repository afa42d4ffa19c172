"""Keeping schedules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, folders, mentions, segments, settings
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.schedules import calendar, dates
from lstep_lite.engine.schedules.calendar import Plan
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.text import checked_name
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Pattern, Schedule

FEATURE = "schedules"
PLACE = "schedules.due"
LONGEST_NAME = 100
MOST_DAYS_AWAY = 366
OVER = "もう実行する日がありません。日付か期間を見直してください。"
folders.shelf(FEATURE, Schedule, Permission.AUTOMATION_EDIT)


@dataclass(frozen=True)
class ScheduleDraft:
    name: str
    plan: Plan
    is_on: bool = False
    tree: Tree = field(default_factory=lambda: segments.EVERYBODY)
    actions: SetDraft = field(default_factory=lambda: SetDraft(repeats=True))
    folder_id: int | None = None


def in_order(session: Session, *, folder_id: int | None = None) -> Sequence[Schedule]:
    query = sa.select(Schedule).order_by(Schedule.position, Schedule.id)
    return session.scalars(query if folder_id is None else query.where(Schedule.folder_id == folder_id)).all()


def get(session: Session, schedule_id: int) -> Schedule:
    if (schedule := session.get(Schedule, schedule_id)) is None:
        raise NotFound("このスケジュールは見つかりませんでした。削除された可能性があります。")
    return schedule


def plan_of(schedule: Schedule) -> Plan:
    return Plan(schedule.pattern, schedule.at_time, schedule.params, schedule.starts_on, schedule.ends_on)


def create(session: Session, draft: ScheduleDraft, *, now: datetime) -> Schedule:
    """A new schedule at the end of the list. Raises DomainError naming the field."""
    schedule = Schedule(position=folders.next_position(session, FEATURE), created_at=now)
    _write(session, schedule, draft, now)
    session.add(schedule)
    session.flush()  # its set hangs at its id
    _keep_parts(session, schedule, draft, now)
    return schedule


def update(session: Session, schedule: Schedule, draft: ScheduleDraft, *, now: datetime) -> None:
    """Raises DomainError naming the field. The next run follows from what it says now."""
    session.refresh(schedule, with_for_update=True)  # the worker may be starting a run
    _write(session, schedule, draft, now)
    _keep_parts(session, schedule, draft, now)


def switch(session: Session, schedule: Schedule, *, is_on: bool, now: datetime) -> None:
    """Raises DomainError when it has no run any more."""
    session.refresh(schedule, with_for_update=True)
    due_at = calendar.next_run(plan_of(schedule), now, settings.zone(session)) if is_on else None
    if is_on and due_at is None:
        raise DomainError(OVER)
    schedule.is_on, schedule.due_at, schedule.updated_at = is_on, due_at, now


def copy(session: Session, schedule: Schedule, *, now: datetime) -> Schedule:
    """A copy at the end of the list, switched off."""
    draft = ScheduleDraft(
        name=f"{schedule.name}のコピー"[:LONGEST_NAME],
        plan=plan_of(schedule),
        tree=schedule.tree,
        actions=actions.draft(actions.at(session, PLACE, schedule.id), PLACE),
        folder_id=schedule.folder_id,
    )
    return create(session, draft, now=now)


def delete(session: Session, schedule: Schedule) -> None:
    actions.drop(session, PLACE, schedule.id)
    mentions.forget(session, FEATURE, schedule.id)
    session.delete(schedule)
    session.flush()  # the same request lists the schedules


def is_broken(session: Session, schedule: Schedule) -> bool:
    """Whether something its plan, its conditions or its actions refer to is gone."""
    return bool(broken_ids(session, [schedule]))


def broken_ids(session: Session, found: Sequence[Schedule]) -> set[int]:
    """The ids of those that refer to something gone; one look for all of them."""
    sets = actions.at_many(session, PLACE, [schedule.id for schedule in found])
    uses = {schedule.id: actions.Uses([schedule.tree], _mentioned(schedule)) for schedule in found}
    return actions.broken_holders(session, sets.values(), uses)


def over_ids(session: Session, found: Sequence[Schedule], *, now: datetime) -> set[int]:
    """The ids of those that are off because they have no run any more."""
    zone = settings.zone(session)
    off = (schedule for schedule in found if not schedule.is_on)
    return {schedule.id for schedule in off if calendar.next_run(plan_of(schedule), now, zone) is None}


def sentence(session: Session, schedule: Schedule) -> str:
    """For example 「毎月第2火曜日の10:00」."""
    return plan_sentence(session, plan_of(schedule))


def sentences(session: Session, found: Sequence[Schedule]) -> dict[int, str]:
    """The same for a list, by id."""
    names = dates.targets(session)
    return {schedule.id: _in_words(plan_of(schedule), names) for schedule in found}


def plan_sentence(session: Session, plan: Plan) -> str:
    return _in_words(plan, dates.targets(session))


def _in_words(plan: Plan, names: Mapping[str, str]) -> str:
    return calendar.in_words(plan, names.get(plan.params.get("target", ""), actions.MISSING))


def check_plan(session: Session, plan: Plan) -> None:
    """Raises DomainError naming the field."""
    if plan.starts_on and plan.ends_on and plan.starts_on > plan.ends_on:
        raise DomainError("終わりの日は、始まりの日より後にしてください。", "ends_on")
    if plan.pattern is Pattern.WEEKLY and not plan.params["weekdays"]:
        raise DomainError("曜日を1つ以上選んでください。", "weekdays")
    if plan.pattern is Pattern.YEARLY and not _exists(plan.params["month"], plan.params["day"]):
        raise DomainError("この日は暦にありません。月と日を選び直してください。", "day_of_year")
    if plan.pattern is Pattern.DATE_FIELD:
        if plan.params["target"] not in dates.targets(session):
            raise DomainError("日付の項目を選んでください。", "target")
        if abs(plan.params["days"]) > MOST_DAYS_AWAY:
            raise DomainError(f"日数は{MOST_DAYS_AWAY}日までにしてください。", "days")


def _exists(month: int, day: int) -> bool:
    try:
        date(2024, month, day)  # a leap year
    except ValueError:
        return False
    return True


def _write(session: Session, schedule: Schedule, draft: ScheduleDraft, now: datetime) -> None:
    name = checked_name(draft.name, LONGEST_NAME)
    plan = draft.plan
    check_plan(session, plan)
    due_at = calendar.next_run(plan, now, settings.zone(session)) if draft.is_on else None
    if draft.is_on and due_at is None:
        raise DomainError(OVER, "on" if plan.pattern is Pattern.ONCE else "ends_on")
    schedule.name, schedule.is_on, schedule.due_at = name, draft.is_on, due_at
    schedule.pattern, schedule.params, schedule.at_time = plan.pattern, plan.params, plan.at_time
    schedule.starts_on, schedule.ends_on = plan.starts_on, plan.ends_on
    schedule.tree = draft.tree
    schedule.folder_id = folders.checked(session, FEATURE, draft.folder_id)
    schedule.updated_at = now


def _keep_parts(session: Session, schedule: Schedule, draft: ScheduleDraft, now: datetime) -> None:
    actions.keep(session, PLACE, schedule.id, draft.actions, now=now)
    mentions.write(session, FEATURE, schedule.id, _mentioned(schedule))


def _mentioned(schedule: Schedule) -> list[tuple[str, int | str]]:
    return [*segments.mentioned(schedule.tree), *dates.mentioned(schedule.params.get("target", ""))]


def _places(session: Session, ids: Collection[str]) -> dict[str, mentions.Place]:
    query = sa.select(Schedule.id, Schedule.name).where(Schedule.id.in_([int(schedule_id) for schedule_id in ids]))
    return {
        str(schedule_id): mentions.Place(f"スケジュール「{name}」", "schedules.edit", {"schedule_id": schedule_id})
        for schedule_id, name in session.execute(query)
    }


mentions.owner(FEATURE)(_places)
actions.place(PLACE, label="スケジュールの時間になったとき", runs_once=False)(_places)
