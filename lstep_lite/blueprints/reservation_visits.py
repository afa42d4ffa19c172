"""The visit: who has come, what they paid, who has not, and putting that right."""

from functools import partial

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import booking_desk
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Transition
from lstep_lite.engine.reservations.ticket_books import spending
from lstep_lite.engine.reservations.transitions import refusals, visiting
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.acts import CheckInForm, CompletionForm, CorrectionForm, NoShowForm
from lstep_lite.models import Reservation, ReservationState

bp = Blueprint("reservation_visits", __name__, url_prefix="/reservations")

CORRECTED = {
    ReservationState.CONFIRMED: (Transition.REOPENED, "来店の記録を取り消しました。"),
    ReservationState.COMPLETED: (Transition.COMPLETED, "来店済みに直しました。"),
    ReservationState.NO_SHOW: (Transition.NO_SHOW, "無断キャンセルに直しました。"),
}


@bp.post("/<int:reservation_id>/check-in")
@allow(Permission.RESERVATIONS_EDIT)
def check_in_create(reservation_id: int) -> Response:
    form = CheckInForm(request.form)
    do = partial(_check_in, form=form)
    return booking_desk.act(reservation_id, form, Transition.CHECKED_IN, do, "来店を記録しました。")


def _check_in(row: Reservation, form: CheckInForm) -> None:
    visiting.check_in(g.session, row, by=booking_desk.by(form), now=g.now, version=form.version)


@bp.post("/<int:reservation_id>/completion")
@allow(Permission.RESERVATIONS_EDIT)
def completion_create(reservation_id: int) -> Response:
    """会計済み."""
    form = CompletionForm(request.form)
    do = partial(_complete, form=form)
    return booking_desk.act(reservation_id, form, Transition.COMPLETED, do, "会計済みにしました。")


def _complete(row: Reservation, form: CompletionForm) -> None:
    by, amount = booking_desk.by(form), form.amount.data
    visiting.complete(g.session, row, by=by, now=g.now, version=form.version, amount=amount)
    if form.book_id.data:
        spending.use(g.session, row, form.book_id.data, staff_id=by.staff_id, now=g.now)


@bp.post("/<int:reservation_id>/no-show")
@allow(Permission.RESERVATIONS_EDIT)
def no_show_create(reservation_id: int) -> Response:
    form = NoShowForm(request.form)
    do = partial(_no_show, form=form)
    words = "無断キャンセルにしました。"
    return booking_desk.act(reservation_id, form, Transition.NO_SHOW, do, words, tells="no_show")


def _no_show(row: Reservation, form: NoShowForm) -> None:
    visiting.no_show(g.session, row, by=booking_desk.by(form), now=g.now, version=form.version)


@bp.post("/<int:reservation_id>/correction")
@allow(Permission.RESERVATIONS_EDIT)
def correction_create(reservation_id: int) -> Response:
    """What was marked was wrong."""
    form = CorrectionForm(request.form)
    transition, words = CORRECTED.get(form.wanted() or ReservationState.HELD, (Transition.REOPENED, ""))
    return booking_desk.act(reservation_id, form, transition, partial(_correct, form=form), words)


def _correct(row: Reservation, form: CorrectionForm) -> None:
    state = form.wanted()
    if state not in CORRECTED or row.state is ReservationState.CANCELLED:
        raise refusals.version_conflict()
    by, force = booking_desk.by(form), form.is_forced
    visiting.correct(g.session, row, state, by=by, now=g.now, version=form.version, force=force)
