"""リッチメニュー: the list, the editor, one menu, and its pictures."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import folders, mentions, rich_menus, segments, studio
from lstep_lite.engine.rich_menus import designs, geometry, listing, modes, progress, showing
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.showing import defaults
from lstep_lite.engine.rich_menus.thumbnails import FOLDER, Thumbnails
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.rich_menus import RichMenuForm
from lstep_lite.models import Folder, RichMenu
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("rich_menus", __name__, url_prefix="/rich-menus")

A_DAY = 24 * 60 * 60
SMALL, LARGE = 400, 1000
"""Widths of pictures, in pixels."""


@bp.get("")
@allow(Permission.RICH_MENUS_EDIT)
def index() -> Response:
    shelf = folders.overview(g.read, rich_menus.FEATURE, request.args.get("folder", type=number))
    text = request.args.get("q", "").strip()[:100]
    page = listing.page(g.read, folder_id=shelf.folder_id, text=text, number=request.args.get("page", 1, type=number))
    return render("rich_menus/index.html", "menu_list", shelf=shelf, page=page, text=text, **_people())


@bp.get("/editor")
@allow(Permission.RICH_MENUS_EDIT)
def new() -> Response:
    """The editor of a menu that is not kept yet."""
    word, folder_id = request.args.get("begin", ""), request.args.get("folder", 0, type=number)
    return _editor(RichMenuForm.beginning(designs.beginning(word), name=designs.name(word), folder_id=folder_id))


@bp.post("")
@allow(Permission.RICH_MENUS_EDIT)
def create() -> Response:
    form = _posted()
    menu = form.keep(lambda: rich_menus.create(g.session, form.draft(), now=g.now))
    if not menu:
        return _editor(form, status=422)
    flash(f"リッチメニュー「{menu.name}」を下書きとして保存しました。", "success")
    return go(_after(menu, url_for(".edit", menu_id=menu.id)))


@bp.get("/<int:menu_id>")
@allow(Permission.RICH_MENUS_EDIT)
def show(menu_id: int) -> Response:
    menu = rich_menus.get(g.read, menu_id)
    return render("rich_menus/show.html", menu=menu, **_page_of(menu))


@bp.get("/<int:menu_id>/edit")
@allow(Permission.RICH_MENUS_EDIT)
def edit(menu_id: int) -> Response:
    menu = rich_menus.get(g.read, menu_id)
    return _editor(_stored(menu), menu)


@bp.post("/<int:menu_id>")
@allow(Permission.RICH_MENUS_EDIT)
def update(menu_id: int) -> Response:
    menu, form = rich_menus.get(g.session, menu_id), _posted()
    if not form.keep_edit(lambda: rich_menus.update(g.session, menu, form.draft(), now=g.now), stored=_stored(menu)):
        return _editor(form, menu, status=422)
    if _wants_to_publish():
        return go(_after(menu, ""))
    flash("下書きを保存しました。「公開する」を押すまで、お客様の画面は変わりません。", "success")
    return _editor(_stored(menu), menu, then=url_for(".edit", menu_id=menu.id))


@bp.post("/<int:menu_id>/copy")
@allow(Permission.RICH_MENUS_EDIT)
def copy_create(menu_id: int) -> Response:
    twin = rich_menus.copy(g.session, rich_menus.get(g.session, menu_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだだれにも表示されません。", "success")
    return go(url_for(".edit", menu_id=twin.id))


@bp.post("/<int:menu_id>/delete")
@allow(Permission.RICH_MENUS_EDIT)
def destroy(menu_id: int) -> Response:
    menu = rich_menus.get(g.session, menu_id)
    rich_menus.delete(g.session, menu, now=g.now)
    flash(f"リッチメニュー「{menu.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.get("/<int:menu_id>/tabs/<code>/picture")
@allow(Permission.RICH_MENUS_EDIT)
def picture_show(menu_id: int, code: str) -> Response:
    """One tab; the address names its revision, so that browsers may keep it."""
    menu = rich_menus.get(g.read, menu_id)
    document = menu.live_document if request.args.get("of") == "live" else menu.document
    tab = next((tab for tab in document["tabs"] if tab["id"] == code), None) if document else None
    if document is None or tab is None:
        raise NotFound
    width = LARGE if request.args.get("size") == "large" else SMALL
    thumbnails = Thumbnails(runtime().media, runtime().settings.data_dir / FOLDER)
    drawn = thumbnails.picture(g.read, document, tab, width=width)
    answer = current_app.response_class(drawn.data, mimetype=drawn.content_type)
    answer.cache_control.private, answer.cache_control.max_age = True, A_DAY
    return answer


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _people() -> dict[str, Any]:
    """Who sees which menu."""
    default_id = defaults.current_id(g.read, g.now)
    return {
        "counts": showing.counts(g.read, g.now),
        "default_id": default_id,
        "needs_default": default_id is None and bool(rich_menus.live_menus(g.read)),
        "shown_to": _shown_to,
        "settings": modes.settings(g.read),
    }


def _shown_to(menu: RichMenu) -> str:
    """The list of friends who see *menu*."""
    tree = segments.whoever("rich_menu", {"menu_id": menu.id, "how": "shown"})
    return url_for("friends.index", **segments.query(tree))


def _page_of(menu: RichMenu) -> dict[str, Any]:
    places = mentions.places(g.read, rich_menus.FEATURE, menu.id)
    return {
        "progress": progress.of(g.read, menu),
        "versions": listing.versions(g.read, menu),
        "canvas_of": geometry.canvas_of,
        "history": listing.history(g.read, menu),
        "is_broken": bool(rich_menus.broken_ids(g.read, [menu])),
        "places": places,
        "next_menu": g.read.get(RichMenu, menu.next_menu_id) if menu.next_menu_id else None,
        **_people(),
    }


def _posted() -> RichMenuForm:
    return RichMenuForm(request.form).offer(_folders())


def _stored(menu: RichMenu) -> RichMenuForm:
    return RichMenuForm.of(menu).offer(_folders())


def _folders() -> Sequence[Folder]:
    return folders.of_feature(g.read, rich_menus.FEATURE)


def _wants_to_publish() -> bool:
    return request.form.get("then") == "publish"


def _after(menu: RichMenu, otherwise: str) -> str:
    """Where saving leads."""
    return url_for("rich_menu_publications.new", menu_id=menu.id) if _wants_to_publish() else otherwise


def _editor(form: RichMenuForm, menu: RichMenu | None = None, status: int = 200, then: str = "") -> Response:
    form.offer(_folders())
    sentences = _sentences(form)
    return render(
        "rich_menus/edit.html", "menu_form", status=status, then=then, form=form, menu=menu, sentences=sentences
    )


def _sentences(form: RichMenuForm) -> list[tuple[str, str]]:
    """What is wrong inside the document: where, and what."""
    return [
        (studio.place_in_words(INPUTS, form.document.data, problem.path), problem.message)
        for problem in dict.fromkeys(form.problems)
    ]
