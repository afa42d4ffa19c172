"""だれに見せるか: the account's default, who decides, and the rules in their order."""

from collections.abc import Sequence

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import rich_menus
from lstep_lite.engine.rich_menus import modes, showing
from lstep_lite.engine.rich_menus.showing import defaults, rules
from lstep_lite.engine.rich_menus.showing.rulebook import rulebook
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.rich_menus import DefaultForm, ModeForm
from lstep_lite.models import MenuMode, RichMenu
from lstep_lite.web import go, number, render

bp = Blueprint("rich_menu_settings", __name__, url_prefix="/rich-menus/settings")


@bp.get("")
@allow(Permission.RICH_MENUS_EDIT)
def edit() -> Response:
    return _page(_default_form(), _mode_form())


@bp.post("/default")
@allow(Permission.RICH_MENUS_EDIT)
def default_update() -> Response:
    form = DefaultForm(request.form).offer(_menus())
    if not form.keep_edit(lambda: _set_default(form), stored=_default_form()):
        return _page(form, _mode_form(), status=422)
    flash("既定のメニューを変えました。お客様がトークを開き直したときに切り替わります。", "success")
    return go(url_for(".edit"))


@bp.post("/default/again")
@allow(Permission.RICH_MENUS_EDIT)
def default_create() -> Response:
    """Tell LINE once more."""
    defaults.tell_again(g.session)
    flash("もう一度LINEに伝えます。", "success")
    return go(url_for(".edit"))


@bp.post("/mode")
@allow(Permission.RICH_MENUS_EDIT)
def mode_update() -> Response:
    form = ModeForm(request.form)
    if not form.keep_edit(lambda: rules.set_mode(g.session, MenuMode(form.mode.data), now=g.now), stored=_mode_form()):
        return _page(_default_form(), form, status=422)
    flash("決め方を変えました。お客様の画面は、順に切り替わります。", "success")
    return go(url_for(".edit"))


@bp.post("/rules/order")
@allow(Permission.RICH_MENUS_EDIT)
def order_update() -> Response:
    """Rules were dragged into another order: each now catches others."""
    rules.arrange(g.session, request.form.getlist("id", type=number), now=g.now)
    flash("ルールの順番を変えました", "success")
    return _page(_default_form(), _mode_form(), then=url_for(".edit"))


def _set_default(form: DefaultForm) -> None:
    menu_id = form.menu_id.menu_id
    defaults.set_default(g.session, rich_menus.get(g.session, menu_id) if menu_id else None, now=g.now)


def _menus() -> Sequence[RichMenu]:
    """Those that can be the default, and the one that is."""
    settings = modes.settings(g.read)
    return [menu for menu in rich_menus.in_order(g.read) if menu.live_revision or menu.id == settings.default_menu_id]


def _default_form() -> DefaultForm:
    return DefaultForm.of(modes.settings(g.read)).offer(_menus())


def _mode_form() -> ModeForm:
    return ModeForm.of(modes.settings(g.read))


def _page(default_form: DefaultForm, mode_form: ModeForm, status: int = 200, then: str = "") -> Response:
    return render(
        "rich_menus/settings.html",
        "menu_settings",
        status=status,
        then=then,
        default_form=default_form,
        mode_form=mode_form,
        settings=modes.settings(g.read),
        menus={menu.id: menu for menu in rich_menus.in_order(g.read)},
        counts=showing.counts(g.read, g.now),
        default_id=defaults.current_id(g.read, g.now),
        book=rulebook(g.read, now=g.now),
    )
