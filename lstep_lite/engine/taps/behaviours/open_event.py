"""Open an event inside LINE, or the list of those that take bookings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.studio import Cleaning, Data, Input
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.models import Event

ROOT = "/liff/events"
ALL = "all"
"""Stands for the list where an event could stand."""
EVENTS = "reservation_events"


@dataclass(frozen=True, kw_only=True)
class EventPick(Input):
    """An event, as `<id>:<code>`: rendering asks nobody for the code that stands in its address."""

    widget = "pick"

    def empty(self) -> str:
        return ALL

    def clean(self, value: Any, here: Cleaning) -> str:
        wanted = value if isinstance(value, str) else ""
        if not wanted:
            here.refuse(f"{self.label}を選んでください。")
        elif wanted != ALL and not _is_there(here.session, wanted):
            here.refuse(f"{self.label}は削除されています。選び直してください。")
        return wanted

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        rows = session.scalars(sa.select(Event).order_by(Event.position, Event.id)).all()
        options = [{"value": ALL, "label": "受付中のイベントの一覧"}]
        options += [
            {"value": f"{each.id}:{each.code}", "label": each.name + ("" if each.is_open else "（停止中）")}
            for each in rows
        ]
        return super().describe(session, elements) | {"options": options, "required": True}

    def mentioned(self, value: Any) -> Iterable[tuple[str, int | str]]:
        event_id, _, code = value.partition(":")
        return [(EVENTS, int(event_id))] if code else []


def _is_there(session: Session, wanted: str) -> bool:
    event_id, _, code = wanted.partition(":")
    if not event_id.isascii() or not event_id.isdecimal() or len(event_id) > 12:
        return False
    same = sa.select(Event.id).where(Event.id == int(event_id), Event.code == code)
    return session.scalar(same) is not None


@behaviour
class OpenEvent(Behaviour):
    name = "open_event"
    label = "イベントを開く"
    icon = "ticket"
    order = 24
    opens_page = True
    inputs = (EventPick(name="event", label="開くイベント", hint="LINEの中でイベントの画面が開きます。"),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        code = tap["event"].partition(":")[2]
        return {"type": "uri", "uri": speaker.page(f"{ROOT}/{code}" if code else ROOT)}
