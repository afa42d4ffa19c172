"""The first steps: what, with what, and with whom."""

from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import sessions
from lstep_lite.blueprints.liff.bookings.asking import Asking, address, asking, bp, looks, start
from lstep_lite.engine import media
from lstep_lite.engine.reservations import Refused
from lstep_lite.engine.reservations.customer import offering, own
from lstep_lite.engine.reservations.customer.offering import Codes
from lstep_lite.engine.reservations.transitions import refusals, states
from lstep_lite.engine.surveys import words
from lstep_lite.web import render

NOTHING = "メニューを1つ以上選んでください。"


@bp.get("")
@public
@sessions.known_person
def index() -> Response:
    """The pages one can book on; where there is one alone, that."""
    pages = offering.open_pages(g.read)
    if len(pages) == 1:
        return redirect(url_for(".show", code=pages[0].code), 303)
    return render("liff/bookings/index.html", **looks(None), pages=pages)


@bp.get("/<code>")
@public
@sessions.known_person
def show(code: str) -> Response:
    """The menu. An address that has chosen already goes on to what is left to choose."""
    here = asking(g.read, code)
    if here.codes.courses and "edit" not in request.args:
        return redirect(onward(here, "menu"), 303)
    return menu(here, refusals.closed(NOTHING) if "go" in request.args and not here.codes.courses else None)


def menu(here: Asking, problem: Refused | None) -> Response:
    shelves = offering.menu(g.read, here.page, here.friend, now=g.now)
    courses = [course for shelf in shelves for course in shelf.courses]
    return render(
        "liff/bookings/menu.html",
        status=422 if problem else 200,
        **looks(here.page),
        shelves=shelves,
        chosen=set(here.codes.courses),
        staff=here.codes.staff,
        problem=problem,
        pictures=media.public(g.read, {course.media_id for course in courses if course.media_id}, ""),
        lead=words.filled(g.read, here.page.lead, here.friend, now=g.now),
        last=own.last(g.read, here.friend, here.page, now=g.now),
        ahead=own.ahead(g.read, here.friend, now=g.now),
        minutes_of=offering.minutes_of,
        price_of=offering.price_of,
    )


@bp.get("/<code>/again/<booking>")
@public
@sessions.known_person
def again_show(code: str, booking: str) -> Response:
    """前回と同じ内容で: to the times of what they had, or to the menu when that is not offered any more."""
    here = asking(g.read, code)
    reservation = states.by_code(g.read, booking, friend=here.friend)
    try:
        codes = own.again(g.read, reservation, here.friend, here.page, now=g.now)
    except Refused as refusal:
        return menu(here, refusal)
    chosen: dict[str, Any] = {"course": codes.courses, "option": codes.options, "staff": codes.staff}
    return redirect(url_for(".start_index", code=code, **chosen), 303)


def onward(here: Asking, after: str) -> str:
    """The first step behind *after* at which something is left to choose."""
    code = here.page.code
    if after == "menu" and not here.codes.options and (_extras(here) or _asks_how_many(here)):
        return address("option_index", code)
    if not here.codes.staff and offering.asks_for_people(here.session, here.looking()):
        return address("provider_index", code)
    return address("start_index" if start() is None else "order_new", code)


def _asks_how_many(here: Asking) -> bool:
    return _most_party(here) > 1 and "party" not in request.args


def _most_party(here: Asking) -> int:
    return offering.most_party(here.session, offering.wish(here.session, Codes(here.codes.courses)).course_ids)


def _extras(here: Asking) -> list[offering.Extras]:
    courses = offering.wish(here.session, Codes(here.codes.courses)).course_ids
    return offering.extras(here.session, courses)


@bp.get("/<code>/options")
@public
@sessions.known_person
def option_index(code: str) -> Response:
    """追加メニュー; with `go` what was chosen is looked at, and then it goes on."""
    here = asking(g.read, code)
    extras, most = _extras(here), _most_party(here)
    has_choice = bool(extras) or most > 1
    if has_choice and "go" not in request.args:
        return options(here, extras, most)
    try:
        here.looking()
    except Refused as refusal:
        if has_choice:
            return options(here, extras, most, refusal)
        raise
    return redirect(onward(here, "options"), 303)


def options(here: Asking, extras: list[offering.Extras], most: int, problem: Refused | None = None) -> Response:
    return render(
        "liff/bookings/options.html",
        status=422 if problem else 200,
        **looks(here.page),
        extras=extras,
        most_party=most,
        problem=problem,
        chosen=set(here.codes.options),
        given=here.codes,
        back=to_menu(here),
        yen=offering.yen,
    )


def to_menu(here: Asking) -> str:
    """Back to the menu, with what was chosen."""
    return url_for(".show", code=here.page.code, course=here.codes.courses, staff=here.codes.staff or None, edit=1)


@bp.get("/<code>/providers")
@public
@sessions.known_person
def provider_index(code: str) -> Response:
    """担当者, with when each is free first."""
    here = asking(g.read, code)
    looking = offering.looking(g.read, here.page, here.friend, offering.wish(g.read, free_of_staff(here.codes)))
    if not offering.asks_for_people(g.read, looking):
        return redirect(address("start_index", code), 303)
    people = offering.people(g.read, looking, now=g.now)
    ids = {each.provider.media_id for each in people.persons if each.provider.media_id}
    return render(
        "liff/bookings/providers.html",
        **looks(here.page),
        people=people,
        pictures=media.public(g.read, ids, ""),
        yen=offering.yen,
        to=lambda staff: address("start_index", code, staff=staff),
        back=to_menu(here),
    )


def free_of_staff(codes: Codes) -> Codes:
    return Codes(codes.courses, codes.options, party=codes.party)
