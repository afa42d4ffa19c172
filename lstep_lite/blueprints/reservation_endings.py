"""Bookings that do not take place, and those that do after all."""

from functools import partial

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import booking_desk
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Transition
from lstep_lite.engine.reservations.transitions import ending, refusals, visiting
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.acts import CancelForm, RestoreForm
from lstep_lite.models import Reservation, ReservationState

bp = Blueprint("reservation_endings", __name__, url_prefix="/reservations")


@bp.post("/<int:reservation_id>/cancellation")
@allow(Permission.RESERVATIONS_EDIT)
def create(reservation_id: int) -> Response:
    """By the shop, or as the customer asked on the phone."""
    form = CancelForm(request.form)
    is_theirs = bool(form.for_customer.data)
    transition = Transition.CANCELLED if is_theirs else Transition.CANCELLED_BY_SHOP
    do = partial(_cancel, form=form, is_theirs=is_theirs)
    return booking_desk.act(reservation_id, form, transition, do, "キャンセルしました。", tells=transition.value)


def _cancel(row: Reservation, form: CancelForm, is_theirs: bool) -> None:
    ending.cancel_by_staff(
        g.session,
        row,
        by=booking_desk.by(form),
        now=g.now,
        version=form.version,
        reason=form.reason_text,
        for_customer=is_theirs,
    )


@bp.post("/<int:reservation_id>/restoration")
@allow(Permission.RESERVATIONS_EDIT)
def restoration_create(reservation_id: int) -> Response:
    """A cancelled booking takes place after all."""
    form = RestoreForm(request.form)
    do = partial(_restore, form=form)
    return booking_desk.act(reservation_id, form, Transition.RESTORED, do, "予約を元に戻しました。", tells="restored")


def _restore(row: Reservation, form: RestoreForm) -> None:
    by, force = booking_desk.by(form), form.is_forced
    if row.state is not ReservationState.CANCELLED:
        raise refusals.version_conflict("この予約はキャンセルされていません。最新の内容をご確認ください。")
    visiting.correct(g.session, row, ReservationState.CONFIRMED, by=by, now=g.now, version=form.version, force=force)
