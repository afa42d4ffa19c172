"""LINEに残っているメニュー: what stands at LINE that is none of ours."""

from flask import Blueprint, flash, g, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.rich_menus import modes
from lstep_lite.engine.rich_menus.publishing import strays
from lstep_lite.engine.staff import Permission
from lstep_lite.web import go, live, render

bp = Blueprint("rich_menu_strays", __name__, url_prefix="/rich-menus/at-line")


@bp.get("")
@allow(Permission.SETTINGS_EDIT)
def index() -> Response:
    return render("rich_menus/strays.html", strays=strays.listed(g.read), settings=modes.settings(g.read))


@bp.get("/list")
@allow(Permission.SETTINGS_EDIT)
def show() -> Response:
    """The list, asked for again while LINE is being asked."""
    found, settings = strays.listed(g.read), modes.settings(g.read)
    return live("rich_menus/strays.html", "stray_list", strays=found, settings=settings)


@bp.post("/looks")
@allow(Permission.SETTINGS_EDIT)
def create() -> Response:
    strays.look_again(g.session)
    return go(url_for(".index"))


@bp.post("/<code>/delete")
@allow(Permission.SETTINGS_EDIT)
def destroy(code: str) -> Response:
    strays.delete(g.session, strays.get(g.session, code))
    flash("LINEから削除します。終わると一覧から消えます。", "success")
    return go(url_for(".index"))
