"""予約の今日: the board of a day by provider, where bookings are moved, and what waits for staff beside it."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import booking_desk, reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Refused, Transition, by_staff, get
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.desk import board, closing, moving, rail
from lstep_lite.engine.reservations.desk.moving import Look
from lstep_lite.engine.reservations.keeping import closures, pools, providers
from lstep_lite.engine.reservations.transitions import refusals
from lstep_lite.engine.reservations.transitions.refusals import Code
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.reservations import board as forms
from lstep_lite.forms.reservations import closures as closure_forms
from lstep_lite.forms.reservations.board import MoveForm
from lstep_lite.forms.reservations.closures import ClosureForm
from lstep_lite.models import Closure, Reservation, ReservationEntry
from lstep_lite.web import live, own_args, render

bp = Blueprint("reservation_board", __name__, url_prefix="/reservations/board")
bp.before_request(reservation_gate.begun)

STUBBORN = (Code.VERSION_CONFLICT, Code.BAD_TIME)
"""What staff cannot force."""


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index() -> Response:
    return _board()


@bp.get("/live")
@allow(Permission.RESERVATIONS_VIEW)
def board_show() -> Response:
    return live("reservation_board/index.html", "day_board", **_shown())


@bp.get("/rail")
@allow(Permission.RESERVATIONS_VIEW)
def rail_show() -> Response:
    return live("reservation_board/index.html", "board_rail", **_waiting())


# Moving --------------------------------------------------------------------------------------------------------------


@bp.get("/bookings/<int:reservation_id>/move")
@allow(Permission.RESERVATIONS_EDIT)
def move_new(reservation_id: int) -> Response:
    """What it would mean; nothing is written."""
    reservation = get(g.read, reservation_id)
    form = _form(reservation, MoveForm(request.args)) if "start" in request.args else _form(reservation)
    if "start" not in request.args or not form.validate():
        return _question(form, moving.explained(g.read, reservation, form.change(), None))
    look = moving.look(g.read, reservation, form.change(), version=form.seen_version(), now=g.now)
    return _question(form, look)


@bp.post("/bookings/<int:reservation_id>/moves")
@allow(Permission.RESERVATIONS_EDIT)
def move_create(reservation_id: int) -> Response:
    form = _form(get(g.session, reservation_id), MoveForm(request.form))
    try:
        entry = form.keep(lambda: _move(reservation_id, form))
    except Refused as refusal:
        return _refused(reservation_id, refusal)
    if not entry:
        return _refused(reservation_id, refusals.bad_time("日付と時刻を確かめて、もう一度動かしてください。"))
    return _board("board_question", "day_board", "board_undo", "board_rail", moved=entry, tells=form.tells.data)


def _move(reservation_id: int, form: MoveForm) -> ReservationEntry:
    return moving.move(
        g.session,
        get(g.session, reservation_id),
        form.change(),
        staff_id=g.staff.id,
        tells=bool(form.tells.data),
        version=form.seen_version(),
        force=form.force.data == "yes",
        now=g.now,
    )


def _refused(reservation_id: int, refusal: Refused) -> Response:
    g.finish(commit=False)
    reservation = get(g.read, reservation_id)
    form = _form(reservation, MoveForm(request.form))
    version = form.seen_version()
    if refusal.code is Code.VERSION_CONFLICT and booking_desk.was_done(reservation_id, Transition.CHANGED, version):
        flash(booking_desk.AGAIN, "info")
        return _board("board_question", "day_board", "board_rail")
    is_readable = form.validate() and form.start.data is not None
    change = form.change() if is_readable else forms.of(reservation).change()
    return _question(form, moving.explained(g.read, reservation, change, refusal), status=refusal.status)


@bp.post("/bookings/<int:reservation_id>/undo")
@allow(Permission.RESERVATIONS_EDIT)
def undo_create(reservation_id: int) -> Response:
    reservation = get(g.session, reservation_id)
    entry_id = request.form.get("entry_id", 0, type=int)
    moving.undo(g.session, reservation, entry_id, staff_id=g.staff.id, now=g.now)
    flash(f"{reservation.friend.desk_name}様の予約を元に戻しました。お客様へのお知らせは送っていません。", "success")
    return _board("board_undo", "day_board", "board_rail")


def _form(reservation: Reservation, form: MoveForm | None = None) -> MoveForm:
    return (form or forms.of(reservation)).offer(providers.in_order(g.read), reservation)


def _question(form: MoveForm, look: Look, *, status: int = 200) -> Response:
    return render(
        "reservation_board/move_new.html",
        "board_question",
        status=status,
        form=form,
        look=look,
        can_force=look.problem is not None and look.problem.code not in STUBBORN,
        others=_others(look),
        kept=_kept(),
        code=look.problem.code if look.problem else "",
    )


def _others(look: Look) -> list[tuple[str, str]]:
    """(words, address) of the free starts nearest by."""
    change, problem = look.change, look.problem
    return [
        (
            each.in_words(change.day),
            url_for(
                ".move_new",
                reservation_id=look.reservation.id,
                start=days.clock(each.minute),
                provider=change.provider_id or 0,
                minutes=change.minutes,
                version=look.reservation.version,
                **_kept() | {"date": each.day.isoformat()},
            ),
        )
        for each in (problem.alternatives if problem else ())
    ]


# Closures ------------------------------------------------------------------------------------------------------------


@bp.get("/closures/new")
@allow(Permission.RESERVATIONS_EDIT)
def closure_new() -> Response:
    """With the stretch that was drawn: date, start, end, provider."""
    return _closure(_offered(closure_forms.drawn(request.args)))


@bp.post("/closures")
@allow(Permission.RESERVATIONS_EDIT)
def closure_create() -> Response:
    form = _offered(ClosureForm(request.form))
    if not form.keep(lambda: closures.create(g.session, form.draft(g.zone), by=by_staff(g.staff.id), now=g.now)):
        return _closure(form, status=422)
    flash("新しい予約を受けない時間を決めました。入っている予約は、そのまま残ります。", "success")
    return _board("board_question", "day_board", "board_rail")


@bp.get("/closures/<int:closure_id>")
@allow(Permission.RESERVATIONS_EDIT)
def closure_edit(closure_id: int) -> Response:
    closure = closures.get(g.read, closure_id)
    return _closure(_offered(closure_forms.of(closure, g.zone)), closure=closure)


@bp.post("/closures/<int:closure_id>")
@allow(Permission.RESERVATIONS_EDIT)
def closure_update(closure_id: int) -> Response:
    closure, form = closures.get(g.session, closure_id), _offered(ClosureForm(request.form))
    by = by_staff(g.staff.id)
    if not form.keep(lambda: closures.update(g.session, closure, form.draft(g.zone), by=by, now=g.now)):
        return _closure(form, closure=closure, status=422)
    flash("新しい予約を受けない時間を変更しました。", "success")
    return _board("board_question", "day_board", "board_rail")


@bp.post("/closures/<int:closure_id>/delete")
@allow(Permission.RESERVATIONS_EDIT)
def closure_destroy(closure_id: int) -> Response:
    closures.remove(g.session, closures.get(g.session, closure_id), by=by_staff(g.staff.id), now=g.now)
    flash("予約を受けられるように戻しました。", "success")
    return _board("board_question", "day_board", "board_rail")


def _offered(form: ClosureForm) -> ClosureForm:
    return form.offer(providers.in_order(g.read), pools.in_order(g.read))


def _closure(form: ClosureForm, *, closure: Closure | None = None, status: int = 200) -> Response:
    return render(
        "reservation_board/closure_edit.html",
        "board_question",
        status=status,
        form=form,
        closure=closure,
        met=_met(form),
        kept=_kept(),
    )


def _met(form: ClosureForm) -> str:
    """Which bookings stand there, as far as the form says when."""
    try:
        return closing.in_words(closing.met(g.read, form.draft(g.zone)))
    except DomainError:
        return ""


# The page ------------------------------------------------------------------------------------------------------------


def _kept() -> dict[str, Any]:
    """What the addresses of this board keep."""
    return own_args("on", "cancelled")


def _board(*regions: str, moved: ReservationEntry | None = None, tells: bool = False) -> Response:
    shown = _shown()
    booked = get(g.read, moved.reservation_id) if moved else None
    return render(
        "reservation_board/index.html",
        *regions,
        then=url_for(".index", date=shown["board"].day.isoformat()) if request.method == "POST" else "",
        moved=booked,
        sets_off=booked is not None and moving.sets_off(g.read, booked),
        entry_id=moved.id if moved else 0,
        tells=tells,
        undo_seconds=int(moving.UNDO.total_seconds()),
        **shown,
        **_waiting(),
    )


def _shown() -> dict[str, Any]:
    """The day of the board stands in `date`, or in `on` beside the date that something moves to."""
    day = days.parse_day(request.args.get("on", "") or request.args.get("date", ""))
    with_gone = "cancelled" in request.args
    found = board.load(g.read, day, now=g.now, with_gone=with_gone)
    return {"board": found, "with_gone": with_gone, "kept": _address(found.day, with_gone)}


def _address(day: date, with_gone: bool) -> dict[str, str]:
    return {"on": day.isoformat()} | ({"cancelled": "1"} if with_gone else {})


def _waiting() -> dict[str, Any]:
    return {"rail": rail.load(g.read, now=g.now)}
