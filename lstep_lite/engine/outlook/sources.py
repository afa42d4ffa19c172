"""Who will send in a month: each function looks at one feature's rows, grouped, never at friends one by one.

What friends do, and who will start meanwhile, nobody knows: only what waits now is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import memory
from lstep_lite.engine import actions, schedules, segments
from lstep_lite.engine.broadcasts import audience
from lstep_lite.engine.outlook import steps
from lstep_lite.engine.outlook.items import Item, Span, from_hour, hour_of
from lstep_lite.engine.schedules import calendar
from lstep_lite.engine.schedules.keeping import plan_of
from lstep_lite.engine.schedules.running import audience_tree
from lstep_lite.engine.segments import Reach
from lstep_lite.models import (
    ActionSet,
    Broadcast,
    BroadcastState,
    Delivery,
    DeliveryState,
    Friend,
    Pattern,
    Recipient,
    RecipientState,
    Schedule,
)

WAITING = "送信を待っているメッセージ"
SENDING_STEPS = "メッセージ"
"""The group of the kinds of steps that send (ActionKind.group)."""
Source = Callable[[Session, Span], Iterator[Item]]


def all_items(session: Session, span: Span) -> list[Item]:
    """Everything that is expected to go out, by day, the most first."""
    with memory(session):
        found = [item for source in SOURCES for item in source(session, span) if item.count]
    return sorted(found, key=lambda item: (item.day, -item.count, item.label))


def _broadcasts(session: Session, span: Span) -> Iterator[Item]:
    """What is booked; of one that is on its way, who has not had it."""
    states = (BroadcastState.ASKED, BroadcastState.BOOKED, BroadcastState.SENDING)
    ahead = sa.or_(Broadcast.due_at < span.until, Broadcast.state == BroadcastState.SENDING)
    query = sa.select(Broadcast).where(Broadcast.state.in_(states), Broadcast.deleted_at.is_(None), ahead)
    for broadcast in session.scalars(query):
        moment = max(broadcast.due_at or span.now, span.now)
        if span.holds(moment):
            count = _recipients(session, broadcast, span)
            yield Item(span.day(moment), "broadcasts", broadcast.name, broadcast.id, count, is_most=False)


def _recipients(session: Session, broadcast: Broadcast, span: Span) -> int:
    if broadcast.is_gathered:
        waiting = sa.select(sa.func.count()).select_from(Recipient)
        return session.scalar(waiting.filter_by(broadcast_id=broadcast.id, state=RecipientState.WAITING)) or 0
    within = audience.condition(session, broadcast, now=span.now)
    count = session.scalar(sa.select(sa.func.count()).select_from(Friend).where(within)) or 0
    return count if broadcast.at_most is None else min(count, broadcast.at_most)


def _deliveries(session: Session, span: Span) -> Iterator[Item]:
    """What is in the outbox already: delayed messages of actions, and the like."""
    hour = hour_of(session, Delivery.due_at).label("hour")
    waiting = sa.select(hour, sa.func.count().label("friends")).where(
        Delivery.state == DeliveryState.WAITING, Delivery.due_at < span.until, Delivery.event_id.is_(None)
    )
    counts: Counter[date] = Counter()
    for row in session.execute(waiting.group_by(hour)):
        moment = max(from_hour(row.hour), span.now)
        if span.holds(moment):
            counts[span.day(moment)] += row.friends
    return (Item(day, "deliveries", WAITING, None, count, is_most=False) for day, count in counts.items())


def _schedules(session: Session, span: Span) -> Iterator[Item]:
    """Those whose actions send something."""
    due = sa.select(Schedule).where(Schedule.is_on, Schedule.due_at.is_not(None), Schedule.due_at < span.until)
    found = {str(schedule.id): schedule for schedule in session.scalars(due)}
    for holder, action_set in actions.at_many(session, schedules.PLACE, found.keys()).items():
        if messages := _sending_steps(action_set):
            yield from _schedule_days(session, found[holder], messages, span)


def _sending_steps(action_set: ActionSet) -> int:
    kinds = [actions.kinds.get(step["kind"]) for step in action_set.steps]
    return sum(kind is not None and kind.group == SENDING_STEPS for kind in kinds)


def _schedule_days(session: Session, schedule: Schedule, messages: int, span: Span) -> Iterator[Item]:
    plan, counted = plan_of(schedule), -1
    for moment in calendar.next_runs(plan, span.since, span.zone, count=len(span.days) + 1):
        if not span.holds(moment):
            return
        if counted < 0 or plan.pattern is Pattern.DATE_FIELD:  # else it is for the same friends each time
            tree = audience_tree(session, plan, schedule.tree, moment)
            counted = segments.count(session, tree, now=moment, reach=Reach.SEND)
        yield Item(span.day(moment), "schedules", schedule.name, schedule.id, messages * counted, is_most=True)


SOURCES: tuple[Source, ...] = (_broadcasts, steps.scenarios, steps.reminders, _schedules, _deliveries)
