"""Answers to what customers ask for: requests, and changes of bookings."""

from functools import partial

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import booking_desk
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import Transition
from lstep_lite.engine.reservations.desk import times
from lstep_lite.engine.reservations.transitions import changing, ending, refusals
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.acts import ApprovalForm, ChangeApprovalForm, ChangeRefusalForm, RefusalForm
from lstep_lite.models import ChangeRequest, ChangeState, Reservation

bp = Blueprint("reservation_approvals", __name__, url_prefix="/reservations")

ANSWERED = "この変更のお申し込みには、すでに回答済みです。最新の内容をご確認ください。"


@bp.post("/<int:reservation_id>/approval")
@allow(Permission.RESERVATIONS_EDIT)
def create(reservation_id: int) -> Response:
    form = ApprovalForm(request.form)
    do = partial(_approve, form=form)
    return booking_desk.act(reservation_id, form, Transition.APPROVED, do, "承認しました。", tells="approved")


def _approve(row: Reservation, form: ApprovalForm) -> None:
    ending.approve(
        g.session,
        row,
        by=booking_desk.by(form),
        now=g.now,
        version=form.version,
        provider_id=form.provider_id.data or None,
        force=form.is_forced,
    )


@bp.post("/<int:reservation_id>/refusal")
@allow(Permission.RESERVATIONS_EDIT)
def refusal_create(reservation_id: int) -> Response:
    form = RefusalForm(request.form)
    do = partial(_decline, form=form)
    return booking_desk.act(reservation_id, form, Transition.DECLINED, do, "お断りしました。", tells="declined")


def _decline(row: Reservation, form: RefusalForm) -> None:
    proposed = form.times(times.proposals(g.session, row, now=g.now)) if form.proposed.data else []
    by, reason = booking_desk.by(form), form.reason_text
    ending.decline(g.session, row, by=by, now=g.now, version=form.version, reason=reason, proposed=proposed)


# Changes that were asked for -----------------------------------------------------------------------------------------


@bp.post("/<int:reservation_id>/change-approval")
@allow(Permission.RESERVATIONS_EDIT)
def change_create(reservation_id: int) -> Response:
    form = ChangeApprovalForm(request.form)
    do = partial(_approve_change, form=form)
    return booking_desk.act(reservation_id, form, Transition.CHANGED, do, "変更を承認しました。", tells="changed")


def _approve_change(row: Reservation, form: ChangeApprovalForm) -> None:
    by, asked = booking_desk.by(form), _open(row, form.request_id)
    changing.approve_change(g.session, asked, by=by, now=g.now, force=form.is_forced)


@bp.post("/<int:reservation_id>/change-refusal")
@allow(Permission.RESERVATIONS_EDIT)
def change_refusal_create(reservation_id: int) -> Response:
    form = ChangeRefusalForm(request.form)
    do = partial(_decline_change, form=form)
    words = "変更の申し込みをお断りしました。"
    return booking_desk.act(reservation_id, form, Transition.CHANGE_DECLINED, do, words, tells="change_declined")


def _decline_change(row: Reservation, form: ChangeRefusalForm) -> None:
    by, reason = booking_desk.by(form), form.reason_text
    asked = _open(row, form.request_id)
    changing.end_change(g.session, asked, ChangeState.DECLINED, by=by, now=g.now, reason=reason)


def _open(row: Reservation, request_id: int) -> ChangeRequest:
    """Raises Refused when it was answered, or another was asked for, since the page was drawn."""
    found = changing.open_request(g.session, row)
    if found is None or found.id != request_id:
        raise refusals.version_conflict(ANSWERED)
    return found
