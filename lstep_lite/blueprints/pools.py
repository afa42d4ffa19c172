"""席・部屋・設備: of what there are only so many."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import pools
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.pools import KINDS, PoolForm
from lstep_lite.models import Pool
from lstep_lite.web import go, render

bp = Blueprint("pools", __name__, url_prefix="/reservations/pools")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    return render("pools/index.html", pools=pools.in_order(g.read), users=pools.courses_with(g.read), kinds=KINDS)


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _editor(PoolForm())


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = PoolForm(request.form)
    pool = form.keep(lambda: pools.create(g.session, form.draft(), now=g.now))
    if not pool:
        return _editor(form, status=422)
    flash(f"「{pool.name}」を追加しました。使うメニューの編集画面で選んでください。", "success")
    return go(url_for(".index"))


@bp.get("/<int:pool_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(pool_id: int) -> Response:
    pool = pools.get(g.read, pool_id)
    return _editor(PoolForm.of(pool), pool)


@bp.post("/<int:pool_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(pool_id: int) -> Response:
    pool, form = pools.get(g.session, pool_id), PoolForm(request.form)
    if not form.keep_edit(lambda: _update(pool, form), stored=PoolForm.of(pool)):
        return _editor(form, pool, status=422)
    flash(f"「{pool.name}」を保存しました。", "success")
    return go(url_for(".index"))


@bp.post("/<int:pool_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(pool_id: int) -> Response:
    pool = pools.get(g.session, pool_id)
    pools.remove(g.session, pool, now=g.now)
    flash(f"「{pool.name}」を削除しました。", "success")
    return go(url_for(".index"))


def _update(pool: Pool, form: PoolForm) -> None:
    pools.update(g.session, pool, form.draft(), by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _editor(form: PoolForm, pool: Pool | None = None, status: int = 200) -> Response:
    users = pools.courses_with(g.read).get(pool.id, []) if pool else []
    return render("pools/edit.html", "pool_form", status=status, form=form, pool=pool, users=users)
