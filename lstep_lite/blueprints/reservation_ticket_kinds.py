"""回数券の種類: what the shop sells."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations.keeping import courses
from lstep_lite.engine.reservations.ticket_books import kinds
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.ticket_books import KindForm
from lstep_lite.models import TicketBookKind
from lstep_lite.web import go, render

bp = Blueprint("reservation_ticket_kinds", __name__, url_prefix="/reservations/ticket-kinds")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    rows, names = kinds.in_order(g.read), {each.id: each.name for each in courses.in_order(g.read, with_retired=True)}
    return render("reservation_ticket_kinds/index.html", kinds=rows, names=names, sold=kinds.sold_counts(g.read))


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _editor(KindForm())


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = _offered(KindForm(request.form))
    kind = form.keep(lambda: kinds.create(g.session, form.draft(), now=g.now))
    if not kind:
        return _editor(form, status=422)
    flash(f"回数券「{kind.name}」を追加しました", "success")
    return go(url_for(".index"))


@bp.get("/<int:kind_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(kind_id: int) -> Response:
    kind = kinds.get(g.read, kind_id)
    return _editor(KindForm.of(kind), kind)


@bp.post("/<int:kind_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(kind_id: int) -> Response:
    kind, form = kinds.get(g.session, kind_id), _offered(KindForm(request.form))
    stored = _offered(KindForm.of(kind))
    if not form.keep_edit(lambda: kinds.update(g.session, kind, form.draft()), stored=stored):
        return _editor(form, kind, status=422)
    flash(f"回数券「{kind.name}」を保存しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:kind_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(kind_id: int) -> Response:
    kind = kinds.get(g.session, kind_id)
    flash(f"回数券「{kind.name}」を削除しました。お客様がお持ちの回数券は、これからも使えます。", "success")
    kinds.remove(g.session, kind)
    return go(url_for(".index"))


def _offered(form: KindForm) -> KindForm:
    return form.offer({each.id: each.name for each in courses.in_order(g.read)})


def _editor(form: KindForm, kind: TicketBookKind | None = None, status: int = 200) -> Response:
    return render("reservation_ticket_kinds/edit.html", "kind_form", status=status, form=_offered(form), kind=kind)
