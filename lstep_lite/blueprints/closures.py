"""予約を受けない時間: of the shop, somebody, or seats and rooms."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import closures, pools, providers
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.closures import KINDS, SHOP, ClosureForm
from lstep_lite.models import Closure
from lstep_lite.web import render

bp = Blueprint("closures", __name__, url_prefix="/reservations/closures")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_EDIT)
def index() -> Response:
    return _page()


@bp.post("")
@allow(Permission.RESERVATIONS_EDIT)
def create() -> Response:
    form = _offered(ClosureForm(request.form))
    if not form.keep(lambda: _create(form)):
        return _page("closure_form", status=422, form=form)
    flash("新しい予約を受けない時間を決めました。入っている予約は、そのまま残ります。", "success")
    return _page("closure_form", "closure_list")


@bp.post("/<int:closure_id>/delete")
@allow(Permission.RESERVATIONS_EDIT)
def destroy(closure_id: int) -> Response:
    closure = closures.get(g.session, closure_id)
    closures.remove(g.session, closure, by=by_staff(g.staff.id), now=g.now)
    flash("予約を受けられるように戻しました。", "success")
    return _page("closure_list")


def _create(form: ClosureForm) -> Closure:
    return closures.create(g.session, form.draft(g.zone), by=by_staff(g.staff.id), now=g.now)


def _offered(form: ClosureForm) -> ClosureForm:
    return form.offer(providers.in_order(g.read), pools.in_order(g.read))


def _page(*regions: str, status: int = 200, form: ClosureForm | None = None) -> Response:
    shown = form or _offered(ClosureForm(formdata=None))
    return render(
        "closures/index.html",
        *regions,
        status=status,
        then=url_for(".index") if request.method == "POST" else "",
        form=shown,
        closures=closures.ahead(g.read, now=g.now),
        whose=shown.subjects,
        shop=SHOP,
        kinds=KINDS,
    )
