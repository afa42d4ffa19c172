"""Another time, provider or menu for a booking, by staff; and what stays as it is."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import booking_desk
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Code, Refused, Start, Transition, get
from lstep_lite.engine.reservations.availability.days import clock, day_in_words, parse_day
from lstep_lite.engine.reservations.desk import leaving, looks, times, wording
from lstep_lite.engine.reservations.keeping import courses, options
from lstep_lite.engine.reservations.transitions import changing
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.reservations.acts import LeavingForm
from lstep_lite.forms.reservations.bookings import FORCE, ChangeForm
from lstep_lite.models import Reservation
from lstep_lite.web import render

bp = Blueprint("reservation_changes", __name__, url_prefix="/reservations")


@bp.get("/<int:reservation_id>/change")
@allow(Permission.RESERVATIONS_EDIT)
def edit(reservation_id: int) -> Response:
    row = get(g.read, reservation_id)
    form = ChangeForm(request.args) if "change-day" in request.args else ChangeForm.of(row)
    region = "change_times" if request.headers.get("HX-Target") == "change-times" else "reservation"
    return _editor(row, form, region)


@bp.post("/<int:reservation_id>/change")
@allow(Permission.RESERVATIONS_EDIT)
def update(reservation_id: int) -> Response:
    row, form = get(g.session, reservation_id), ChangeForm(request.form)
    try:
        is_done = form.keep(partial(_move, row, form))
    except Refused as refusal:
        return _refused(reservation_id, form, refusal)
    if not is_done:
        g.finish(commit=False)
        return _editor(get(g.read, reservation_id), form, status=422)
    flash("変更しました。" + booking_desk.said(row, "changed", is_told=form.is_told), "success")
    return booking_desk.answer(reservation_id)


def _move(row: Reservation, form: ChangeForm) -> None:
    by, change = booking_desk.by(form), form.change(row)
    changing.move(g.session, row, change, by=by, now=g.now, version=form.version, force=form.is_forced)


def _refused(reservation_id: int, form: ChangeForm, refusal: Refused) -> Response:
    g.finish(commit=False)
    if refusal.code is not Code.VERSION_CONFLICT:
        return _editor(get(g.read, reservation_id), form, problem=refusal, status=refusal.status)
    if booking_desk.was_done(reservation_id, Transition.CHANGED, form.version):
        flash(booking_desk.AGAIN, "info")
        return booking_desk.answer(reservation_id)
    return booking_desk.show(reservation_id, problem=refusal, status=refusal.status)


@bp.post("/<int:reservation_id>/left-as-is")
@allow(Permission.RESERVATIONS_EDIT)
def leaving_create(reservation_id: int) -> Response:
    """そのままにする, of one that does not fit any more."""
    form = LeavingForm(request.form)
    do = partial(_leave, form=form)
    return booking_desk.act(reservation_id, form, Transition.UNFLAGGED, do, "このままにしました。")


def _leave(row: Reservation, form: LeavingForm) -> None:
    leaving.leave(g.session, row, by=booking_desk.by(form), now=g.now, version=form.version)


# The form ------------------------------------------------------------------------------------------------------------


def _editor(
    row: Reservation,
    form: ChangeForm,
    region: str = "reservation",
    *,
    problem: Refused | None = None,
    status: int = 200,
) -> Response:
    names = {each.id: each.name for each in courses.in_order(g.read)}
    extras = {each.id: each.name for group in options.by_group(g.read).values() for each in group}
    people = looks.providers(g.read, with_ids=[row.provider_id] if row.provider_id is not None else ())
    return render(
        "reservation_changes/edit.html",
        region,
        status=status,
        row=row,
        form=form.offer(people, names, extras, row),
        problem=problem,
        force=FORCE,
        told=booking_desk.promise(row, "changed"),
        now_words=wording.when(row, g.zone, g.now.astimezone(g.zone).date()),
        others=[(each.in_words(form.day.data), _link(row, form, each)) for each in _alternatives(problem)],
        days=_days(row, form),
        yen=wording.yen,
        **_outlook(row, form),
    )


def _outlook(row: Reservation, form: ChangeForm) -> dict[str, Any]:
    """What it comes to, and when it can be; not while the form is not filled in so far."""
    try:
        change = form.change(row)
        plan = times.plan_of(g.read, row, change)
        starts = times.free(g.read, row, change, plan, now=g.now)
    except DomainError as error:
        return {"plan": None, "times": [], "why_not": error.message, "has_new_menu": False}
    chips = [(clock(each.minute), _link(row, form, each), each.minute == change.minute) for each in starts]
    return {"plan": plan, "times": chips, "why_not": "", "has_new_menu": change.wish is not None}


def _alternatives(problem: Refused | None) -> Sequence[Start]:
    return problem.alternatives if problem is not None else ()


def _days(row: Reservation, form: ChangeForm) -> list[tuple[str, str]]:
    """Links to the days around."""
    day = form.day.data
    if day is None or parse_day(day.isoformat()) is None:
        return []
    around = ((day - timedelta(days=1), "前の日"), (day + timedelta(days=1), "次の日"))
    return [(f"{words} {day_in_words(each)}", _address(row, form.args(day=each))) for each, words in around]


def _link(row: Reservation, form: ChangeForm, start: Start) -> str:
    return _address(row, form.args(day=start.day, minute=start.minute))


def _address(row: Reservation, args: dict[str, Any]) -> str:
    return url_for(".edit", reservation_id=row.id, **args)
