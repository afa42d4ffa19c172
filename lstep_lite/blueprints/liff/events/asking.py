"""A slot, who looks at it, and how many places they want: what all the steps stand on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite.blueprints.liff import beginning, pages, sessions
from lstep_lite.engine import media
from lstep_lite.engine.reservations import Code, Refused, events
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.events import listing, ordering, slots
from lstep_lite.engine.reservations.events.listing import Offered
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.surveys import drawing
from lstep_lite.engine.text import phone_key
from lstep_lite.models import Event, EventSlot, EventTicket, Friend
from lstep_lite.web import number, render

bp = pages.blueprint("liff_events", __name__, "/liff/events")
bp.before_request(beginning.check)

MOST_OF_ONE = 50
TICKET = "ticket-"
"""What the inputs of tickets are called, before the ticket's code."""


@dataclass(frozen=True)
class Asking:
    """All of the session in use."""

    session: Session
    event: Event
    slot: EventSlot
    friend: Friend

    @property
    def offered(self) -> Offered:
        return listing.one(self.session, self.event, self.slot, self.friend, now=g.now)

    @property
    def tickets(self) -> list[EventTicket]:
        return listing.tickets_of(self.slot)

    def chosen(self) -> dict[int, int]:
        """How many of each ticket, as the address says."""
        return ordering.chosen(self.slot, party(), counts())


def asking(session: Session, code: str, slot_code: str) -> Asking:
    """To be asked anew after `g.session` was opened. Raises Refused for whom the shop asks to call."""
    event, friend = events.by_code(session, code), sessions.require_friend()
    slot = slots.by_code(session, event, slot_code)
    offering.check_online(session, friend)
    return Asking(session, event, slot, friend)


def party() -> int:
    return max(1, min(request.values.get("party", 1, type=number), MOST_OF_ONE))


def counts() -> dict[str, int]:
    """How many of each ticket, by its code."""
    found = {name.removeprefix(TICKET): text for name, text in request.values.items() if name.startswith(TICKET)}
    return {code: min(int(text), MOST_OF_ONE) for code, text in found.items() if text.isascii() and text.isdigit()}


def is_chosen(here: Asking) -> bool:
    """Whether the address says how many."""
    return bool(here.chosen()) if here.tickets else "party" in request.values


def address(endpoint: str, here: Asking, **more: Any) -> str:
    """A step of this booking, with how many there are to be."""
    tickets = {f"{TICKET}{code}": count for code, count in counts().items() if count}
    kept = tickets or ({"party": party()} if "party" in request.values else {})
    return url_for(f"liff_events.{endpoint}", code=here.event.code, slot_code=here.slot.code, **{**kept, **more})


def looks(event: Event | None) -> dict[str, Any]:
    """What all templates need."""
    phone = book.settings(g.read).phone
    color = event.color if event is not None else events.COLOR
    shown = {event.media_id} if event is not None and event.media_id else set()
    return {
        "event": event,
        "accent": color,
        "ink": drawing.ink_on(color),
        "phone": phone,
        "dial": phone_key(phone),
        "clock": days.full_clock,
        "pictures": media.public(g.read, shown, ""),
    }


@bp.errorhandler(Refused)
def refused(error: Refused) -> Response:
    """Why not, and the ways out; what was typed is kept."""
    g.finish(commit=False)
    given = request.view_args or {}
    event = events.find(g.read, given.get("code", ""))
    return render(
        "liff/bookings/refused.html",
        status=error.status,
        **looks(event),
        problem=error,
        ways=list(ways(error, event, given.get("slot_code", ""))),
        others=[],
    )


def ways(error: Refused, event: Event | None, slot_code: str) -> Iterator[tuple[str, str]]:
    """Words and addresses."""
    if event is not None and slot_code and error.code in (Code.SLOT_TAKEN, Code.LIMIT_EXCEEDED):
        yield "人数・プランを変える", url_for("liff_events.slot_show", code=event.code, slot_code=slot_code)
        if error.code is Code.SLOT_TAKEN and event.takes_waiting:
            yield "キャンセル待ちに登録する", url_for("liff_events.wait_new", code=event.code, slot_code=slot_code)
    if event is not None and event.is_open:
        yield "ほかの回を見る", url_for("liff_events.show", code=event.code)
    else:
        yield "イベントの一覧へ", url_for("liff_events.index")
    if error.code in (Code.LIMIT_EXCEEDED, Code.OVERLAPS_OWN, Code.VERSION_CONFLICT):
        yield "ご予約を確認する", url_for("liff_own_bookings.index")
