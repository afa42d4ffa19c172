"""営業日・祝日: the weekly rest, and the days of a year that are holidays or that the shop treats in its own way."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lstep_lite import filters
from lstep_lite.auth import allow
from lstep_lite.engine import business_days, settings
from lstep_lite.engine.business_days import YEARS
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import hours
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.business_days import DayForm, WeekForm
from lstep_lite.models import DayKind, Shop
from lstep_lite.web import number, render

bp = Blueprint("business_days", __name__, url_prefix="/business-days")

LABELS = {DayKind.HOLIDAY: "祝日", DayKind.CLOSED: "お休み", DayKind.OPEN: "営業する日"}


@bp.get("")
@allow(Permission.SETTINGS_EDIT)
def index() -> Response:
    return _page(request.args.get("year", _today().year, type=number))


@bp.post("/week")
@allow(Permission.SETTINGS_EDIT)
def week_update() -> Response:
    form, shop = WeekForm(request.form), _shop(g.session)
    year = request.args.get("year", _today().year, type=number)
    stored = WeekForm(obj=shop)
    if not form.keep_edit(lambda: _keep(lambda: business_days.update_week(shop, form.draft())), stored=stored):
        return _page(year, "week_form", status=422, week_form=form)
    flash("定休日を保存しました", "success")
    return _page(year, "week_form", "day_list")


@bp.post("")
@allow(Permission.SETTINGS_EDIT)
def create() -> Response:
    form = DayForm(request.form)
    if not form.keep(lambda: _keep(lambda: business_days.put(g.session, form.draft()))):
        return _page(_today().year, "day_form", status=422, day_form=form)
    flash(f"{filters.day(form.day.data)}を「{LABELS[DayKind(form.kind.data)]}」にしました", "success")
    return _page(form.day.data.year, "day_form", "day_list", "week_form")


@bp.post("/<int:year>/<int:month>/<int:day>/delete")
@allow(Permission.SETTINGS_EDIT)
def destroy(year: int, month: int, day: int) -> Response:
    found = _day(year, month, day)
    _keep(lambda: business_days.remove(g.session, found))
    flash(f"{filters.day(found)}を元に戻しました", "success")
    return _page(year, "day_list", "week_form")


def _keep(change: Callable[[], None]) -> None:
    """Bookings on days that are no business days any more are marked."""
    hours.around(g.session, change, by=by_staff(g.staff.id), now=g.now)


# What the page is drawn from -----------------------------------------------------------------------------------------


def _page(
    year: int, *regions: str, status: int = 200, week_form: WeekForm | None = None, day_form: DayForm | None = None
) -> Response:
    if year not in YEARS:
        raise NotFound
    calendar = business_days.calendar(g.read)
    return render(
        "business_days/index.html",
        *regions,
        status=status,
        then=url_for(".index", year=year) if request.method == "POST" else "",
        week_form=week_form or WeekForm(obj=_shop(g.read)),
        day_form=day_form or DayForm(formdata=None),
        year=year,
        years=YEARS,
        days=business_days.listed(g.read, year),
        week_in_words=business_days.week_in_words(calendar),
        **_today_in_words(calendar),
    )


def _today_in_words(calendar: business_days.Calendar) -> dict[str, Any]:
    today = _today()
    return {
        "is_open_today": calendar.is_business_day(today),
        "today_name": calendar.name(today),
        "next_day": calendar.next_business_day(today),
    }


def _today() -> date:
    return g.now.astimezone(g.zone).date()


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotFound from None


def _shop(session: Session) -> Shop:
    shop = settings.shop(session)
    if shop is None:
        raise NotFound
    return shop
