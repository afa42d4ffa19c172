"""The last steps: who they are, a last look, and the booking."""

from flask import g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import confirmations, gates, sessions
from lstep_lite.blueprints.liff.bookings.asking import (
    Asking,
    address,
    asking,
    bp,
    looks,
    others,
    required_start,
    start,
)
from lstep_lite.engine import line, media, settings
from lstep_lite.engine.reservations import Refused
from lstep_lite.engine.reservations.customer import confirming, details, offering
from lstep_lite.engine.reservations.transitions.booking import Order
from lstep_lite.engine.surveys import drawing, parsing
from lstep_lite.engine.surveys.parsing import Read
from lstep_lite.web import render


@bp.get("/<code>/details")
@public
@sessions.known_person
def details_edit(code: str) -> Response:
    """お客様情報"""
    here = asking(g.read, code)
    document = details.for_friend(g.read, here.page, here.friend)
    read = details.read(g.read, document, here.friend, now=g.now)
    return form(here, read if "check" in request.args else None)


@bp.post("/<code>/details")
@public
@sessions.known_person
def details_update(code: str) -> Response:
    """Keep what was typed, right or wrong; on when it is right."""
    here = asking(g.session, code)
    document = details.for_friend(g.session, here.page, here.friend)
    posted = {name: list(values) for name, values in request.form.lists()}
    read = details.keep(g.session, document, here.friend, posted, now=g.now)
    if not read.errors or request.args.get("keep"):
        return Response(status=204) if request.args.get("keep") else redirect(address("order_new", code), 303)
    response = form(here, read)
    g.finish(commit=True)
    return response


def form(here: Asking, read: Read | None) -> Response:
    document = details.for_friend(here.session, here.page, here.friend)
    typed = details.typed(here.session, document, here.friend)
    shown = drawing.page(document, typed, details.PAGE, read.errors if read else {})
    ids = {part["media_id"] for part in document["pages"][0]["parts"] if part.get("media_id")}
    return render(
        "liff/bookings/details.html",
        status=422 if read and read.errors else 200,
        **looks(here.page),
        shown=shown,
        action=address("details_update", here.page.code),
        instead=address("details_edit", here.page.code, check=1),
        back=address("start_index", here.page.code, day=None, minute=None, week=request.args.get("day")),
        drafts=address("details_update", here.page.code, keep=1),
        hold=address("hold_create", here.page.code) if start() else "",
        pictures=media.public(here.session, ids, ""),
        full=(),
        left={},
        files={},
        today=g.now.astimezone(g.zone).date(),
    )


@bp.get("/<code>/orders/new")
@public
@sessions.known_person
def order_new(code: str) -> Response:
    """確認: what is missing is asked first, and what can't be booked is said here already."""
    here, chosen = asking(g.read, code), start()
    if chosen is None:
        return redirect(address("start_index", code), 303)
    looking = here.looking()
    confirming.check(g.read, looking, here.friend, chosen, now=g.now)
    document = details.for_friend(g.read, here.page, here.friend)
    if not details.is_settled(g.read, document, here.friend, now=g.now):
        return redirect(address("details_edit", code), 303)
    if not sessions.is_following(here.friend) and "later" not in request.args:
        return ask_to_follow(here)
    return confirm(here, None)


def ask_to_follow(here: Asking) -> Response:
    """So that the confirmation reaches them; they may go on without."""
    code = here.page.code
    wanted = gates.own_path(address("order_new", code))
    link = line.add_friend_link(settings.channel(g.read))
    later = address("order_new", code, later=1)
    return render("liff/bookings/add_friend.html", **looks(here.page), wanted=wanted, link=link, later=later)


def confirm(here: Asking, problem: Refused | None) -> Response:
    chosen = required_start()
    looking, code = here.looking(), here.page.code
    proposal = confirming.propose(here.session, looking, here.friend, chosen.day, chosen.minute)
    document = details.for_friend(here.session, here.page, here.friend)
    return render(
        "liff/bookings/confirm.html",
        status=200 if problem is None else (422 if problem.field else problem.status),
        **looks(here.page),
        proposal=proposal,
        read=details.read(here.session, document, here.friend, now=g.now),
        agreed=details.has_agreed(here.session, here.friend, proposal.quote.terms),
        answer_within=confirming.answer_in_words(proposal.policy),
        problem=problem,
        others=others(problem, "order_new", code),
        key=confirmations.new_key(),
        hold=address("hold_create", code) if problem is None or problem.field else "",
        action=address("order_create", code),
        instead=address("order_new", code, later=1),
        change_time=address("start_index", code, day=None, minute=None),
        wait=address("wait_new", code, day=None, minute=None),
        change_details=address("details_edit", code),
        change_menu=url_for(".show", code=code, course=here.codes.courses, staff=here.codes.staff or None, edit=1),
        yen=offering.yen,
    )


@bp.post("/<code>/orders")
@public
@sessions.known_person
def order_create(code: str) -> Response:
    """Book what was confirmed. The same page sent again is the same booking."""
    sessions.count_submit()
    confirmations.keep_consent()
    here = asking(g.session, code)
    try:
        made = confirming.book(g.session, here.friend, here.page, ordered(g.session, here), now=g.now)
    except parsing.Refused:
        g.finish(commit=False)
        return redirect(address("details_edit", code, check=1), 303)
    except Refused as refusal:
        g.finish(commit=False)
        return confirm(asking(g.session, code), refusal)
    return redirect(url_for("liff_own_bookings.done_show", code=made.code), 303)


def ordered(session: Session, here: Asking) -> Order:
    chosen = required_start()
    return Order(
        wish=offering.wish(session, here.codes),
        day=chosen.day,
        minute=chosen.minute,
        key=confirmations.key(),
        quote=confirmations.shown(),
        consents="consent" in request.form,
    )
