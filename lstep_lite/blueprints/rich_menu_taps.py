"""反応: where customers tapped in a rich menu, how often, and who they are."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import rich_menus, segments
from lstep_lite.engine.rich_menus import statistics
from lstep_lite.engine.rich_menus.statistics import Report
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.rich_menu_taps import CHOICES, StretchForm
from lstep_lite.web import render

bp = Blueprint("rich_menu_taps", __name__, url_prefix="/rich-menus/<int:menu_id>/taps")


@bp.get("")
@allow(Permission.RICH_MENUS_EDIT)
def show(menu_id: int) -> Response:
    menu, form = rich_menus.get(g.read, menu_id), StretchForm(request.args)
    on = form.stretch(zone=g.zone, now=g.now)
    report = statistics.report(g.read, menu, on, tab_code=request.args.get("tab", ""))
    status = 422 if form.errors else 200
    return render("rich_menus/taps_show.html", status=status, form=form, report=report, **_links(report, form))


# What the page is drawn from -----------------------------------------------------------------------------------------


def _links(report: Report, form: StretchForm) -> dict[str, Any]:
    code = report.tab["id"] if report.tab else None
    own = {"first": report.on.first, "last": report.on.last}
    asked = own if form.is_own and not form.errors else {"days": report.on.days}
    return {
        "periods": [(days, words, _address(report, days=days, tab=code)) for days, words in CHOICES.items()],
        "tabs": [(tab["id"], tab["label"], _address(report, tab=tab["id"], **asked)) for tab in report.tabs],
        "is_own": form.is_own,
        "people": _people(report),
    }


def _address(report: Report, **asked: Any) -> str:
    return url_for(".show", menu_id=report.menu.id, **asked)


def _people(report: Report) -> Callable[[str], str] | None:
    """Where the friends who tapped something are listed; conditions know only days up to today."""
    days = (g.now.astimezone(g.zone).date() - report.on.first).days
    if report.on.last < g.now.astimezone(g.zone).date():
        return None

    def address(code: str = "") -> str:
        owner = {"owner": rich_menus.OWNER, "owner_id": report.menu.id, "code": code}
        return url_for(
            "friends.index", **segments.query(segments.whoever("tap", owner | {"how": "taken", "days": days}))
        )

    return address
