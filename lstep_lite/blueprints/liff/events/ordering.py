"""Booking a slot: how many and who, a last look, and the booking."""

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import confirmations, gates, sessions
from lstep_lite.blueprints.liff.events.asking import (
    TICKET,
    Asking,
    address,
    asking,
    bp,
    counts,
    is_chosen,
    looks,
    party,
)
from lstep_lite.engine import line, media, settings
from lstep_lite.engine.reservations import Refused
from lstep_lite.engine.reservations.customer import confirming, details, offering
from lstep_lite.engine.reservations.events import listing, ordering
from lstep_lite.engine.reservations.transitions.event_booking import SlotOrder
from lstep_lite.engine.surveys import drawing, parsing
from lstep_lite.engine.surveys.parsing import Read
from lstep_lite.web import render

NONE = "人数を選んでください。"


@bp.get("/<code>/slots/<slot_code>")
@public
@sessions.known_person
def slot_show(code: str, slot_code: str) -> Response:
    """人数・プラン and what is asked."""
    here = asking(g.read, code, slot_code)
    read = details.read(g.read, ordering.document(here.event), here.friend, now=g.now)
    return form(here, read if "check" in request.args else None)


@bp.post("/<code>/slots/<slot_code>")
@public
@sessions.known_person
def slot_update(code: str, slot_code: str) -> Response:
    """Keep what was typed, right or wrong; on when it is right."""
    here = asking(g.session, code, slot_code)
    posted = {name: list(values) for name, values in request.form.lists()}
    read = details.keep(g.session, ordering.document(here.event), here.friend, posted, now=g.now)
    if request.args.get("keep"):
        return Response(status=204)
    if not read.errors and is_chosen(here):
        return redirect(address("order_new", here), 303)
    response = form(here, read, "" if is_chosen(here) else NONE)
    g.finish(commit=True)
    return response


def form(here: Asking, read: Read | None, nothing_chosen: str = "") -> Response:
    document = ordering.document(here.event)
    typed = details.typed(here.session, document, here.friend)
    ids = {part["media_id"] for part in document["pages"][0]["parts"] if part.get("media_id")}
    offered, has_errors = here.offered, bool(nothing_chosen or (read and read.errors))
    return render(
        "liff/events/slot.html",
        status=422 if has_errors else 200,
        **looks(here.event) | {"pictures": media.public(here.session, ids, "")},
        offered=offered,
        shown=drawing.page(document, typed, details.PAGE, read.errors if read else {}),
        tickets=[(ticket, listing.can_have(ticket, offered.left)) for ticket in here.tickets],
        ticket_name=TICKET,
        wanted=counts(),
        party=party(),
        nothing_chosen=nothing_chosen,
        action=url_for(".slot_update", code=here.event.code, slot_code=here.slot.code),
        instead=address("slot_show", here, check=1 if read and read.errors else None),
        drafts=url_for(".slot_update", code=here.event.code, slot_code=here.slot.code, keep=1),
        full=(),
        left={},
        files={},
        today=g.now.astimezone(g.zone).date(),
        yen=offering.yen,
    )


@bp.get("/<code>/slots/<slot_code>/orders/new")
@public
@sessions.known_person
def order_new(code: str, slot_code: str) -> Response:
    """確認: what is missing is asked first, and what can't be booked is said here already."""
    here = asking(g.read, code, slot_code)
    read = details.read(g.read, ordering.document(here.event), here.friend, now=g.now)
    if read.errors or not is_chosen(here):
        return redirect(address("slot_show", here, check=1 if read.errors else None), 303)
    proposal = ordering.propose(g.read, here.event, here.slot, here.friend, party(), here.chosen())
    ordering.check(g.read, here.event, here.slot, here.friend, proposal, now=g.now)
    if not sessions.is_following(here.friend) and "later" not in request.args:
        return ask_to_follow(here)
    return confirm(here, None)


def ask_to_follow(here: Asking) -> Response:
    """So that the confirmation reaches them; they may go on without."""
    wanted = gates.own_path(address("order_new", here))
    link = line.add_friend_link(settings.channel(g.read))
    later = address("order_new", here, later=1)
    return render("liff/bookings/add_friend.html", **looks(here.event), wanted=wanted, link=link, later=later)


def confirm(here: Asking, problem: Refused | None) -> Response:
    document = ordering.document(here.event)
    proposal = ordering.propose(here.session, here.event, here.slot, here.friend, party(), here.chosen())
    return render(
        "liff/events/confirm.html",
        status=200 if problem is None else (422 if problem.field else problem.status),
        **looks(here.event),
        offered=here.offered,
        proposal=proposal,
        read=details.read(here.session, document, here.friend, now=g.now),
        problem=problem,
        agreed=details.has_agreed(here.session, here.friend, proposal.quote.terms),
        answer_within=confirming.answer_in_words(proposal.policy),
        key=confirmations.new_key(),
        action=address("order_create", here),
        instead=address("order_new", here, later=1),
        back=address("slot_show", here),
        yen=offering.yen,
    )


@bp.post("/<code>/slots/<slot_code>/orders")
@public
@sessions.known_person
def order_create(code: str, slot_code: str) -> Response:
    """Book what was confirmed. The same page sent again is the same booking."""
    sessions.count_submit()
    confirmations.keep_consent()
    here = asking(g.session, code, slot_code)
    try:
        made = ordering.order(g.session, here.event, here.friend, ordered(here), now=g.now)
    except parsing.Refused:
        g.finish(commit=False)
        return redirect(address("slot_show", asking(g.read, code, slot_code), check=1), 303)
    except Refused as refusal:
        g.finish(commit=False)
        return confirm(asking(g.session, code, slot_code), refusal)
    return redirect(url_for(".booking_show", code=made.code), 303)


def ordered(here: Asking) -> SlotOrder:
    return SlotOrder(
        slot_id=here.slot.id,
        key=confirmations.key(),
        party=party(),
        tickets=here.chosen(),
        quote=confirmations.shown(),
        consents="consent" in request.form,
    )
