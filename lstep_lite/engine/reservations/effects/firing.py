"""Every transition stands on the friend's timeline and runs the action sets of its courses, its event, and the shop.

A set hangs at `reservations.<moment>` of "shop", "course:<id>" or "event:<id>". Each runs once for each transition.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, triggers
from lstep_lite.engine.reservations.availability.days import in_words
from lstep_lite.engine.reservations.effects import desk, moments, wording
from lstep_lite.engine.reservations.effects.moments import LATE, MOMENTS, WITH_SETS, Moment, kind_of, place_of
from lstep_lite.engine.reservations.transitions import recording
from lstep_lite.engine.reservations.transitions.recording import Happened
from lstep_lite.engine.triggers import Happening
from lstep_lite.models import ActionSet, Course, Event, EventSlot, Reservation, ReservationEntry

SHOP = "shop"
COURSE, EVENT = "course:", "event:"
ALL_BOOKINGS = "すべての予約"
for _moment in MOMENTS.values():
    triggers.labels[kind_of(_moment)] = _moment.label
    triggers.pages[kind_of(_moment)] = desk.PAGE


@recording.follows
def fire(session: Session, happened: Happened) -> None:
    """Write it on the timeline, and run what hangs at it. What follows from a booking refers to that entry."""
    if (moment := moments.of(happened)) is None:
        return
    reservation = happened.reservation
    facts: dict[str, Any] = {
        "reservation_id": reservation.id,
        "reservation_entry_id": happened.entry.id,
        "label": f"{reservation.number} {_when(happened)}",
    }
    if happened.by.staff_id is not None:
        facts["staff_id"] = happened.by.staff_id
    entry = triggers.fire(session, kind_of(moment), reservation.friend, now=happened.now, **facts)
    reservation.entry_id = entry.id


def _when(happened: Happened) -> str:
    """「3月6日(金) 10:00」, and of one that was moved where it was before."""
    was, now = (_start(facts) for facts in (happened.before, happened.entry.after))
    return f"{was} → {now}" if was and was != now else now


def _start(facts: Mapping[str, Any]) -> str:
    return in_words(date.fromisoformat(facts["business_date"]), int(facts["start_minute"])) if facts else ""


def _run(moment: Moment, session: Session, happening: Happening) -> str | None:
    entry = session.get_one(ReservationEntry, happening.facts["reservation_entry_id"])
    reservation = session.get_one(Reservation, entry.reservation_id)
    trigger = actions.Trigger(
        f"reservation:{reservation.id}:{entry.id}", happening.now, cause=happening.entry, pins=wording.pins(entry)
    )
    held = holders(session, reservation)
    sets = actions.at_many(session, place_of(moment), held)
    wanted = [sets[holder] for holder in held if holder in sets and sets[holder].steps]
    done = [actions.run(session, each, happening.friend, trigger) for each in wanted]
    return "アクションを実行しました。" if any(done) else None


for _moment in MOMENTS.values():
    if _moment.runs != "none":
        _chosen = MOMENTS[_moment.runs or _moment.name]
        _subscriber = partial(_run, _chosen)
        _subscriber.__qualname__ = f"reservations.{_chosen.name}"  # type: ignore[attr-defined] # logs name it
        triggers.on(kind_of(_moment))(_subscriber)


def runs(session: Session, reservation: Reservation, name: str) -> bool:
    """Whether a set with steps hangs at the moment *name* for this booking."""
    found = actions.at_many(session, place_of(MOMENTS[name]), holders(session, reservation))
    return any(each.steps for each in found.values())


@triggers.on(kind_of(MOMENTS["cancelled"]))
def _run_late(session: Session, happening: Happening) -> str | None:
    entry = session.get_one(ReservationEntry, happening.facts["reservation_entry_id"])
    return _run(LATE, session, happening) if entry.after["is_late"] else None


def holders(session: Session, reservation: Reservation) -> list[str]:
    """Where sets that concern a booking hang, the nearest first."""
    course_ids = dict.fromkeys(line.course_id for line in reservation.lines if line.course_id is not None)
    found = [f"{COURSE}{course_id}" for course_id in course_ids]
    if reservation.slot_id is not None:
        found.append(f"{EVENT}{session.get_one(EventSlot, reservation.slot_id).event_id}")
    return [*found, SHOP]


# Places of action sets -----------------------------------------------------------------------------------------------


def _describe(moment: Moment, session: Session, held: Collection[str]) -> dict[str, mentions.Place]:
    names = _names(session, COURSE, Course, held) | _names(session, EVENT, Event, held)
    if SHOP in held:
        names[SHOP] = "予約"
    return {holder: _place(moment, holder, name) for holder, name in names.items()}


def _names(session: Session, prefix: str, model: type[Course] | type[Event], held: Collection[str]) -> dict[str, str]:
    ids = [int(holder.removeprefix(prefix)) for holder in held if holder.startswith(prefix)]
    rows = session.execute(sa.select(model.id, model.name).where(model.id.in_(ids))) if ids else ()
    return {f"{prefix}{row_id}": f"「{name}」の予約" for row_id, name in rows}


def _place(moment: Moment, holder: str, name: str) -> mentions.Place:
    args = {"kind": moment.name, "at": holder}
    return mentions.Place(f"{name}：{moment.place}", "reservation_actions.edit", args)


for _moment in WITH_SETS:
    actions.place(place_of(_moment), label=f"予約：{_moment.place}")(partial(_describe, _moment))


def labels_at(session: Session, holder: str) -> Mapping[str, str]:
    """What the shop, a course or an event is called, by *holder*; empty for one that is gone."""
    if not re.fullmatch(rf"{SHOP}|({COURSE}|{EVENT})\d{{1,12}}", holder):
        return {}
    names = _names(session, COURSE, Course, [holder]) | _names(session, EVENT, Event, [holder])
    return {SHOP: ALL_BOOKINGS} | names


def sets_at(session: Session, holder: str) -> dict[str, ActionSet]:
    """What hangs at a course, an event or the shop, by the name of the moment."""
    names = {place_of(moment): moment.name for moment in WITH_SETS}
    mine = sa.select(ActionSet).where(ActionSet.place.in_(names), ActionSet.holder == holder)
    return {names[each.place]: each for each in session.scalars(mine)}
