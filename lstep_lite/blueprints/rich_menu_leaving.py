"""すべてのメニューを外す: asking once more, how far it is, and having menus again."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.rich_menus.publishing import leaving
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.rich_menus import LeavingForm
from lstep_lite.web import go, live, render

bp = Blueprint("rich_menu_leaving", __name__, url_prefix="/rich-menus/leaving")


@bp.get("")
@allow(Permission.SETTINGS_EDIT)
def show() -> Response:
    return _page(LeavingForm())


@bp.get("/progress")
@allow(Permission.SETTINGS_EDIT)
def progress_show() -> Response:
    return live("rich_menus/leaving.html", "leaving", form=LeavingForm(), **_parts())


@bp.post("")
@allow(Permission.SETTINGS_EDIT)
def create() -> Response:
    form = LeavingForm(request.form)
    if not form.keep(lambda: leaving.begin(g.session, now=g.now)):
        return _page(form, status=422)
    flash("メニューを外し始めました。この画面を閉じても続きます。", "success")
    return go(url_for(".show"))


@bp.post("/end")
@allow(Permission.SETTINGS_EDIT)
def destroy() -> Response:
    leaving.resume(g.session, now=g.now)
    flash("リッチメニューをまた使えるようになりました。見せたいメニューを公開してください。", "success")
    return go(url_for("rich_menus.index"))


def _page(form: LeavingForm, status: int = 200) -> Response:
    return render("rich_menus/leaving.html", "leaving", status=status, form=form, **_parts())


def _parts() -> dict[str, Any]:
    return {"progress": leaving.progress(g.read), "steps": list(leaving.STEPS.items())}
