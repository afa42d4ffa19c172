"""Open a booking page inside LINE, or one's own bookings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.reservations.customer import addresses
from lstep_lite.engine.reservations.keeping import pages
from lstep_lite.engine.studio import Cleaning, Data, Input
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.models import BookingPage

OWN = "own"
"""Stands for one's own bookings where a page could stand."""


@dataclass(frozen=True, kw_only=True)
class BookingPick(Input):
    """A booking page, as `<id>:<code>`: rendering asks nobody for the code that stands in its address."""

    widget = "pick"

    def empty(self) -> str:
        return OWN

    def clean(self, value: Any, here: Cleaning) -> str:
        wanted = value if isinstance(value, str) else ""
        if not wanted:
            here.refuse(f"{self.label}を選んでください。")
        elif wanted != OWN and not _is_there(here.session, wanted):
            here.refuse(f"{self.label}は削除されています。選び直してください。")
        return wanted

    def describe(self, session: Session, elements: dict[str, Any]) -> Data:
        options = [{"value": OWN, "label": "予約の確認・変更（お客様ご自身の予約）"}]
        options += [
            {
                "value": f"{each.id}:{each.code}",
                "label": f"予約する：{each.name}" + ("" if each.is_open else "（停止中）"),
            }
            for each in pages.in_order(session)
        ]
        return super().describe(session, elements) | {"options": options, "required": True}

    def mentioned(self, value: Any) -> Iterable[tuple[str, int | str]]:
        page_id, _, code = value.partition(":")
        return [(pages.FEATURE, int(page_id))] if code else []


def _is_there(session: Session, wanted: str) -> bool:
    page_id, _, code = wanted.partition(":")
    if not page_id.isascii() or not page_id.isdecimal() or len(page_id) > 12:
        return False
    same = sa.select(BookingPage.id).where(BookingPage.id == int(page_id), BookingPage.code == code)
    return session.scalar(same) is not None


@behaviour
class OpenBooking(Behaviour):
    name = "open_booking"
    label = "予約ページを開く"
    icon = "calendar-event"
    order = 23
    opens_page = True
    inputs = (BookingPick(name="page", label="開く画面", hint="LINEの中で予約の画面が開きます。"),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        code = tap["page"].partition(":")[2]
        path = f"{addresses.ROOT}/{code}" if code else addresses.OWN
        return {"type": "uri", "uri": speaker.page(path)}
