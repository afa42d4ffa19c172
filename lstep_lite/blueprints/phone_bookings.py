"""電話・店頭の予約: taking a booking while the customer is on the line, as a page and in the board's side panel."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Refused, by_staff
from lstep_lite.engine.reservations.availability.days import in_words, parse_day
from lstep_lite.engine.reservations.desk import callers, taking
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.fields import minute
from lstep_lite.forms.reservations.phone_bookings import NOBODY, PhoneBookingForm
from lstep_lite.models import BookedBy, Reservation
from lstep_lite.web import go, number, render

bp = Blueprint("phone_bookings", __name__, url_prefix="/reservations")
bp.before_request(reservation_gate.begun)

PARTS = {"customers": "taking_customers", "menu": "taking_menu", "facts": "taking_facts", "": "taking_panel"}
NO_LINE = "LINEでは知らせられません。"


@bp.get("/new")
@allow(Permission.RESERVATIONS_EDIT)
def new() -> Response:
    """With what the link that led here knows: date, start, provider, friend_id, course, walk_in."""
    return _page(PhoneBookingForm(_known()), "taking_panel")


@bp.post("/new")
@allow(Permission.RESERVATIONS_EDIT)
def preview_create() -> Response:
    """What has been typed so far, looked at: nothing is kept."""
    form = PhoneBookingForm(request.form)
    form.pick(request.form.get("pick", ""))
    part = request.args.get("part", "") if "pick" not in request.form else ""
    return _page(form, PARTS.get(part, "taking_panel"))


@bp.post("")
@allow(Permission.RESERVATIONS_EDIT)
def create() -> Response:
    form = PhoneBookingForm(request.form)
    try:
        made = form.keep(lambda: _take(form))
    except Refused as refusal:
        g.finish(commit=False)
        return _page(form, "taking_panel", problem=refusal, status=refusal.status)
    if not made:
        g.finish(commit=False)
        return _page(form, "taking_panel", status=422)
    told = "" if callers.can_be_told(made.friend) else NO_LINE
    when = in_words(made.business_date, made.start_minute)
    flash(f"{made.friend.desk_name}様 {when} の予約を登録しました（{made.number}）。{told}", "success")
    return go(_board(made.business_date))


def _board(day: date) -> str:
    return url_for("reservation_board.index", date=day.isoformat())


def _take(form: PhoneBookingForm) -> Reservation:
    return taking.take(
        g.session,
        form.caller(),
        form.visit(),
        by=by_staff(g.staff.id, tells=bool(form.tells.data)),
        now=g.now,
        force=bool(form.force.data),
    )


# What the page is drawn from -----------------------------------------------------------------------------------------


def _known() -> MultiDict[str, Any]:
    today, this_minute = taking.this_minute(g.read, now=g.now)
    given, is_walk_in = request.args, "walk_in" in request.args
    ids = {name: given.get(name, 0, type=number) for name in ("provider", "friend_id")}
    known: MultiDict[str, Any] = MultiDict(
        {
            "day": (parse_day(given.get("date", "")) or today).isoformat(),
            "start": _clock(this_minute if is_walk_in else given.get("start", "")),
            "provider_id": str(max(ids["provider"], 0)),
            "friend_id": str(max(ids["friend_id"], 0)),
            "booked_by": (BookedBy.WALK_IN if is_walk_in else BookedBy.PHONE).value,
            "party": "1",
            "tells": "y",
        }
    )
    known.setlist("courses", given.getlist("course")[:20])
    known.setlist("extras", given.getlist("option")[:20])
    return known


def _clock(start: int | str) -> str:
    """Minutes of the day, as boards have them, or a time as people write it."""
    text = str(start)
    if text.isascii() and text.isdigit() and len(text) < 5:
        return f"{int(text) // 60}:{int(text) % 60:02d}"
    try:
        return text if minute(text) is not None else ""
    except ValueError:
        return ""


def _page(form: PhoneBookingForm, region: str, *, problem: Refused | None = None, status: int = 200) -> Response:
    today, _ = taking.this_minute(g.read, now=g.now)
    more = taking.options(g.read, form.courses.data or [])
    form.extras.data = [each for each in form.extras.data or [] if each in {option.id for option in more}]
    chosen = callers.one(g.read, form.friend_id.data or 0)
    found = _found(form, chosen)
    choice = form.choice(today)
    return render(
        "phone_bookings/new.html",
        region,
        status=status,
        form=form,
        nobody=NOBODY,
        chosen=chosen,
        found=found,
        known=callers.same_phone(g.read, form.phone.data or "") if not chosen else [],
        told=callers.told(g.read, chosen, now=g.now) if chosen else [],
        can_be_told=chosen is not None and callers.can_be_told(chosen.friend),
        shelves=taking.menu(g.read),
        options=more,
        providers=taking.providers(g.read),
        most_party=taking.most_party(g.read, form.courses.data or []),
        choice=choice,
        look=taking.look(g.read, chosen.friend if chosen else None, choice, now=g.now),
        refused=problem,
        words=in_words,
        back=_board(choice.day),
    )


def _found(form: PhoneBookingForm, chosen: callers.Found | None) -> list[callers.Found]:
    """Whom the search found, and the one who was chosen, wherever they came from."""
    found = callers.search(g.read, form.q.data or "")
    ids = {each.friend.id for each in found}
    return found if chosen is None or chosen.friend.id in ids else [chosen, *found]
