"""キャンセル待ち: joining the list of a slot, and leaving it."""

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.events.asking import Asking, asking, bp, looks, party
from lstep_lite.engine.reservations import Refused, events, waiting
from lstep_lite.engine.reservations.events import listing, slots
from lstep_lite.engine.reservations.transitions.refusals import closed
from lstep_lite.models import WaitEntry
from lstep_lite.web import render


@bp.get("/<code>/slots/<slot_code>/wait")
@public
@sessions.known_friend
def wait_new(code: str, slot_code: str) -> Response:
    """Only friends can be told."""
    here = asking(g.read, code, slot_code)
    if (own := waiting.own_of_slot(g.read, here.friend, here.slot)) is not None:
        return redirect(url_for(".wait_show", code=own.code), 303)
    return form(here, None)


def form(here: Asking, problem: Refused | None) -> Response:
    status = 200 if problem is None else problem.status
    return render(
        "liff/events/wait_new.html",
        status=status,
        **looks(here.event),
        offered=here.offered,
        tickets=here.tickets,
        problem=problem,
    )


@bp.post("/<code>/slots/<slot_code>/wait")
@public
@sessions.known_friend
def wait_create(code: str, slot_code: str) -> Response:
    sessions.count_submit()
    here = asking(g.session, code, slot_code)
    try:
        entry = waiting.join_slot(
            g.session, here.friend, here.slot, party=party(), ticket_id=ticket_id(here), now=g.now
        )
    except Refused as refusal:
        g.finish(commit=False)
        return form(asking(g.session, code, slot_code), refusal)
    return redirect(url_for(".wait_show", code=entry.code), 303)


def ticket_id(here: Asking) -> int | None:
    """Raises Refused where one has to be chosen."""
    found = {ticket.code: ticket.id for ticket in here.tickets}
    if found and request.form.get("ticket") not in found:
        raise closed("プランを選んでください。")
    return found.get(request.form.get("ticket", ""))


@bp.get("/waits/<code>")
@public
@sessions.known_person
def wait_show(code: str) -> Response:
    entry = waiting.by_code(g.read, code, friend=sessions.require_friend())
    held = waiting.held_for(g.read, entry)
    if held is not None:
        return redirect(url_for("liff_offers.show", code=held.code), 303)
    return render("liff/events/wait.html", **about(entry))


def about(entry: WaitEntry) -> dict[str, Any]:
    slot = slots.get(g.read, entry.slot_id or 0)
    event = events.get(g.read, slot.event_id)
    offered = listing.one(g.read, event, slot, sessions.require_friend(), now=g.now)
    is_waiting = entry.state in waiting.LISTED
    return {**looks(event), "entry": entry, "offered": offered, "words": waiting.WORDS, "is_waiting": is_waiting}


@bp.post("/waits/<code>/withdrawal")
@public
@sessions.known_person
def wait_destroy(code: str) -> Response:
    entry = waiting.by_code(g.session, code, friend=sessions.require_friend())
    waiting.withdraw(g.session, entry, now=g.now)
    return redirect(url_for(".wait_show", code=code), 303)
