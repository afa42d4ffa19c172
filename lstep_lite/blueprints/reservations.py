"""予約: the list of bookings, and the page of one."""

from flask import Blueprint, flash, g, request
from werkzeug.wrappers import Response

from lstep_lite import booking_desk, reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import WORDS, get
from lstep_lite.engine.reservations.desk import leaving, listing, looks, wording
from lstep_lite.engine.reservations.keeping import pages
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.acts import NoteForm
from lstep_lite.forms.reservations.bookings import ListForm
from lstep_lite.web import number, render

bp = Blueprint("reservations", __name__, url_prefix="/reservations")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index() -> Response:
    form = ListForm(request.args).offer(looks.providers(g.read), listing.courses(g.read), pages.in_order(g.read))
    filters, at = form.filters(), request.args.get("page", 1, type=number)
    return render(
        "reservations/index.html",
        "reservation_list",
        form=form,
        filters=filters,
        page=listing.page(g.read, filters, now=g.now, number=at),
        counts=listing.counts(g.read, now=g.now),
        shows=listing.WORDS,
        words=WORDS,
        ways=wording.WAYS,
    )


@bp.get("/<int:reservation_id>")
@allow(Permission.RESERVATIONS_VIEW)
def show(reservation_id: int) -> Response:
    return booking_desk.show(reservation_id)


@bp.post("/<int:reservation_id>/note")
@allow(Permission.RESERVATIONS_EDIT)
def note_update(reservation_id: int) -> Response:
    form, row = NoteForm(request.form), get(g.session, reservation_id)
    note = form.staff_note.data or ""
    if not form.keep(lambda: leaving.annotate(g.session, row, note, now=g.now)):
        return booking_desk.show(reservation_id, note_form=form, status=422)
    flash("メモを保存しました。", "success")
    return booking_desk.answer(reservation_id)
