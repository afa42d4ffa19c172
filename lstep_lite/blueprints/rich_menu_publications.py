"""公開: what will change, asking for it, and how far it is."""

from flask import Blueprint, flash, g, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import rich_menus, studio
from lstep_lite.engine.rich_menus import contrast, geometry, listing, progress, publishing
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.listing import Standing
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Problem
from lstep_lite.models import RichMenu
from lstep_lite.web import go, live, render

bp = Blueprint("rich_menu_publications", __name__, url_prefix="/rich-menus/<int:menu_id>")


@bp.get("/publications/new")
@allow(Permission.RICH_MENUS_EDIT)
def new(menu_id: int) -> Response:
    menu = rich_menus.get(g.read, menu_id)
    examined = rich_menus.examine(g.read, menu.document)
    return render(
        "rich_menus/publish.html",
        menu=menu,
        canvas_of=geometry.canvas_of,
        versions=listing.versions(g.read, menu),
        changes=publishing.changes(g.read, menu),
        prospects=publishing.prospects(g.read, menu, now=g.now, wall=g.wall),
        problems=[_told(menu, problem) for problem in examined.problems],
        warnings=[_told(menu, problem) for problem in (*examined.warnings, *contrast.warnings(examined.document))],
    )


@bp.post("/publications")
@allow(Permission.RICH_MENUS_EDIT)
def create(menu_id: int) -> Response:
    menu = rich_menus.get(g.session, menu_id)
    publishing.request(g.session, menu, staff_id=g.staff.id, now=g.now)
    flash("公開を始めました。終わると、お客様の画面が切り替わります。", "success")
    return go(url_for("rich_menus.show", menu_id=menu.id))


@bp.get("/publication")
@allow(Permission.RICH_MENUS_EDIT)
def show(menu_id: int) -> Response:
    """How far it is; once it is over, the whole page is told anew."""
    menu = rich_menus.get(g.read, menu_id)
    come = progress.of(g.read, menu)
    if come.standing is not Standing.COMING:
        return go(url_for("rich_menus.show", menu_id=menu.id))
    return live("rich_menus/show.html", "menu_publication", menu=menu, progress=come)


@bp.post("/publications/cancel")
@allow(Permission.RICH_MENUS_EDIT)
def destroy(menu_id: int) -> Response:
    menu = rich_menus.get(g.session, menu_id)
    if (publication := publishing.current(g.session, menu)) is not None:
        publishing.cancel(g.session, publication, now=g.now)
        flash("公開を取りやめました。お客様の画面は変わっていません。", "success")
    return go(url_for("rich_menus.show", menu_id=menu.id))


def _told(menu: RichMenu, problem: Problem) -> tuple[str, str]:
    """Where something is wrong, and what."""
    return studio.place_in_words(INPUTS, menu.document, problem.path), problem.message
