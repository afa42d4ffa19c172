"""A booking page, who looks at it, and what they have chosen: what all the steps stand on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite.blueprints.liff import beginning, pages, sessions
from lstep_lite.engine.reservations import Code, Refused, Start
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.customer import offering
from lstep_lite.engine.reservations.customer.offering import Codes, Looking
from lstep_lite.engine.reservations.transitions import book, refusals
from lstep_lite.engine.surveys import drawing
from lstep_lite.engine.text import phone_key
from lstep_lite.models import BookingPage, Friend
from lstep_lite.web import number, render

bp = pages.blueprint("liff_bookings", __name__, "/liff/bookings")
own_bp = pages.blueprint("liff_own_bookings", __name__, "/liff/bookings/own")
bp.before_request(beginning.check)
own_bp.before_request(beginning.check)

MOST_CHOSEN = 20


@dataclass(frozen=True)
class Asking:
    """All of the session in use."""

    session: Session
    page: BookingPage
    friend: Friend
    codes: Codes

    def looking(self) -> Looking:
        """Raises Refused for what can't be booked here."""
        wish = offering.wish(self.session, self.codes)
        return offering.looking(self.session, self.page, self.friend, wish)


def asking(session: Session, code: str) -> Asking:
    """To be asked anew after `g.session` was opened. Raises Refused while the page takes no bookings (of theirs)."""
    page = offering.page_by_code(session, code)
    if not page.is_open:
        raise refusals.closed("ただいまネット予約を受け付けていません。")
    friend = sessions.require_friend()
    offering.check_online(session, friend)
    return Asking(session, page, friend, codes())


def codes() -> Codes:
    """Options of which just one can be taken come by names of their own: option_1, …"""
    options = [code for name, found in request.args.lists() if name.partition("_")[0] == "option" for code in found]
    return Codes(
        courses=request.args.getlist("course")[:MOST_CHOSEN],
        options=options[:MOST_CHOSEN],
        staff=request.args.get("staff", ""),
        party=max(request.args.get("party", 1, type=number), 1),
    )


def start() -> Start | None:
    """The time in the address; None before one is chosen. Raises Refused for what is none."""
    if "day" not in request.args:
        return None
    day, minute = day_of("day"), request.args.get("minute", -1, type=int)
    if day is None or not 0 <= minute < days.LAST_MINUTE:
        raise refusals.bad_time()
    return Start(day, minute, days.instant(day, minute, g.zone))


def required_start() -> Start:
    """Raises Refused when none was chosen."""
    found = start()
    if found is None:
        raise refusals.bad_time()
    return found


def day_of(name: str) -> date | None:
    return days.parse_day(request.args.get(name, ""))


def address(endpoint: str, code: str, **more: Any) -> str:
    """A step of this booking, with all that was chosen; *more* comes on top, None takes away."""
    chosen = codes()
    given: dict[str, Any] = {
        "course": chosen.courses,
        "option": chosen.options,
        "staff": chosen.staff or None,
        "party": chosen.party if chosen.party > 1 else None,
    }
    given |= {name: request.args.get(name) for name in ("day", "minute")}
    return url_for(f"liff_bookings.{endpoint}", code=code, **{**given, **more})


def looks(page: BookingPage | None) -> dict[str, Any]:
    """What all templates need."""
    phone = book.settings(g.read).phone
    color = page.color if page is not None else "#067a3e"
    return {
        "page": page,
        "accent": color,
        "ink": drawing.ink_on(color),
        "phone": phone,
        "dial": phone_key(phone),
        "clock": days.full_clock,
    }


# Refusing ------------------------------------------------------------------------------------------------------------

OTHER_TIME = (
    Code.SLOT_TAKEN,
    Code.BAD_TIME,
    Code.OUT_OF_WINDOW,
    Code.OVERLAPS_OWN,
    Code.TOO_LATE,
    Code.LIMIT_EXCEEDED,
)
TO_OWN = (Code.LIMIT_EXCEEDED, Code.OVERLAPS_OWN, Code.VERSION_CONFLICT, Code.DEADLINE_PASSED, Code.BUSY)


@bp.errorhandler(Refused)
def refused(error: Refused) -> Response:
    """Why not, and the ways out; what was chosen and typed is kept."""
    g.finish(commit=False)
    code = (request.view_args or {})["code"]
    page = offering.page_by_code(g.read, code)
    return render(
        "liff/bookings/refused.html",
        status=error.status,
        **looks(page),
        problem=error,
        ways=ways_out(error, code),
        others=others(error, "order_new", code),
    )


def ways_out(error: Refused, code: str) -> list[tuple[str, str]]:
    """Words and address, the likeliest first."""
    other_time = [("ほかの日時を選ぶ", address("start_index", code, day=None, minute=None))]
    other_menu = [("メニューを選び直す", url_for("liff_bookings.show", code=code))]
    if error.code is Code.CLOSED:
        return ways_out_of_closed(code, other_time, other_menu)
    if error.code is Code.SKILL_MISMATCH:
        return [("担当者を選び直す", address("provider_index", code, staff=None)), *other_menu]
    ways = [("ご予約を確認する", url_for("liff_own_bookings.index"))] if error.code in TO_OWN else []
    if "day" in request.args and error.code in OTHER_TIME:
        ways = other_time + ways if error.code is not Code.LIMIT_EXCEEDED else ways + other_time
    if error.code is Code.SLOT_TAKEN:
        ways.append(("キャンセル待ちに登録", address("wait_new", code, day=None, minute=None)))
    return ways


def ways_out_of_closed(code: str, time: list[tuple[str, str]], menu: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Another time for what is offered still, another menu for what is not; none where they can't book at all."""
    try:
        here = asking(g.read, code)
    except Refused:
        return []
    try:
        here.looking()
    except Refused:
        return menu
    return time + menu if "day" in request.args else menu


def others(error: Refused | None, endpoint: str, code: str) -> list[tuple[str, str]]:
    """The nearest free times as buttons: words and address."""
    if error is None:
        return []
    return [
        (days.in_words(each.day, each.minute), address(endpoint, code, day=each.day.isoformat(), minute=each.minute))
        for each in error.alternatives
    ]
