"""表示する期間 of a rich menu."""

from collections.abc import Sequence

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import rich_menus
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.rich_menus import PeriodForm
from lstep_lite.models import RichMenu
from lstep_lite.web import go, render

bp = Blueprint("rich_menu_periods", __name__, url_prefix="/rich-menus/<int:menu_id>/period")


@bp.get("")
@allow(Permission.RICH_MENUS_EDIT)
def edit(menu_id: int) -> Response:
    menu = rich_menus.get(g.read, menu_id)
    return _page(_stored(menu), menu)


@bp.post("")
@allow(Permission.RICH_MENUS_EDIT)
def update(menu_id: int) -> Response:
    menu = rich_menus.get(g.session, menu_id)
    form = PeriodForm(request.form).offer(_others(menu))
    if not form.keep_edit(
        lambda: rich_menus.set_period(g.session, menu, form.period(g.zone), now=g.now), stored=_stored(menu)
    ):
        return _page(form, menu, status=422)
    flash("表示する期間を保存しました", "success")
    return go(url_for("rich_menus.show", menu_id=menu.id))


def _stored(menu: RichMenu) -> PeriodForm:
    return PeriodForm.of(menu, g.zone).offer(_others(menu))


def _others(menu: RichMenu) -> Sequence[RichMenu]:
    return [other for other in rich_menus.in_order(g.read) if other.id != menu.id]


def _page(form: PeriodForm, menu: RichMenu, status: int = 200) -> Response:
    return render("rich_menus/period.html", "period_form", status=status, form=form, menu=menu)
