"""予約の設定: the conditions of bookings, and the way to everything else there is to set up."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations.keeping import settings
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.settings import ReservationSettingsForm
from lstep_lite.web import render

bp = Blueprint("reservation_settings", __name__, url_prefix="/reservations/settings")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def edit() -> Response:
    return _page(_stored())


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def update() -> Response:
    form = ReservationSettingsForm(request.form)
    if not form.keep_edit(lambda: settings.update(g.session, form.draft(), now=g.now), stored=_stored()):
        return _page(form, status=422)
    flash("受付の決まりを保存しました。これからの予約に使います。", "success")
    return _page(_stored())


def _stored() -> ReservationSettingsForm:
    return ReservationSettingsForm.of(book.settings(g.read))


def _page(form: ReservationSettingsForm, status: int = 200) -> Response:
    then = url_for(".edit") if request.method == "POST" else ""
    regions = ("settings_form",) if then else ()
    return render("reservation_settings/edit.html", *regions, status=status, then=then, form=form)
