"""The folders and the order of every list that has them; whoever may edit a list may arrange it."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow, may
from lstep_lite.engine import folders
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotAllowed
from lstep_lite.web import go, notice, number, own_args

bp = Blueprint("folders", __name__, url_prefix="/folders")

STEPS = {"up": -1, "down": 1}


@bp.post("/<name>")
@allow(Permission.USE)
def create(name: str) -> Response:
    folder = folders.create(g.session, _arranged(name), name=request.form.get("name", ""))
    flash(f"フォルダ「{folder.name}」を作りました", "success")
    return go(url_for(f"{name}.index", folder=folder.id))


@bp.post("/<name>/order")
@allow(Permission.USE)
def order_update(name: str) -> Response:
    folders.reorder(g.session, _arranged(name), request.form.getlist("id", type=number))
    return _arranged_list(name)


@bp.post("/<name>/<int:folder_id>")
@allow(Permission.USE)
def update(name: str, folder_id: int) -> Response:
    folder = folders.get(g.session, _arranged(name), folder_id)
    folders.rename(g.session, folder, name=request.form.get("name", ""))
    flash("フォルダの名前を変えました", "success")
    return go(url_for(f"{name}.index", folder=folder.id))


@bp.post("/<name>/<int:folder_id>/delete")
@allow(Permission.USE)
def destroy(name: str, folder_id: int) -> Response:
    folders.delete(g.session, folders.get(g.session, _arranged(name), folder_id))
    flash("フォルダを削除しました。中にあったものは残っています。", "success")
    return go(url_for(f"{name}.index"))


@bp.post("/<name>/rows/order")
@allow(Permission.USE)
def row_order_update(name: str) -> Response:
    folders.reorder_rows(g.session, _arranged(name), request.form.getlist("id", type=number))
    return _arranged_list(name)


@bp.post("/<name>/rows/<int:row_id>/step")
@allow(Permission.USE)
def row_step_create(name: str, row_id: int) -> Response:
    by, folder_id = STEPS.get(request.form.get("to", ""), 0), request.args.get("folder", type=number)
    folders.step_row(g.session, _arranged(name), row_id, by=by, folder_id=folder_id)
    return go(_list_url(name))


@bp.post("/<name>/rows/<int:row_id>/move")
@allow(Permission.USE)
def row_move_create(name: str, row_id: int) -> Response:
    folder_id = request.form.get("folder_id", 0, type=number) or None
    folders.move_row(g.session, _arranged(name), row_id, folder_id=folder_id)
    flash("フォルダを移しました", "success")
    return go(_list_url(name))


def _arranged(name: str) -> str:
    """The feature *name*, if this person may arrange its list."""
    if not may(folders.shelf_of(name).permission):
        raise NotAllowed
    return name


def _arranged_list(name: str) -> Response:
    flash("並び順を変えました", "success")
    return notice(_list_url(name))


def _list_url(name: str) -> str:
    return url_for(f"{name}.index", **own_args("folder", "q", "page"))
