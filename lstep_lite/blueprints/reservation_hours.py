"""営業時間: the hours of the week, holidays and rests, days that differ, and time without bookings."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import filters, reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability import opening
from lstep_lite.engine.reservations.keeping import hours
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.fields import ranges_in_words
from lstep_lite.forms.reservations.hours import SpecialDayForm, WeekForm
from lstep_lite.web import render

bp = Blueprint("reservation_hours", __name__, url_prefix="/reservations/hours")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def edit() -> Response:
    return _page()


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def update() -> Response:
    form = WeekForm(request.form)
    if not form.keep_edit(lambda: _update(form), stored=_stored()):
        return _page("hours_form", status=422, form=form)
    flash("営業時間を保存しました。", "success")
    return _page("hours_form", "special_days")


@bp.post("/days")
@allow(Permission.RESERVATIONS_SETUP)
def day_create() -> Response:
    form = SpecialDayForm(request.form)
    if not form.keep(lambda: _put_day(form)):
        return _page("day_form", status=422, day_form=form)
    flash(f"{filters.day(form.day.data)}の営業を決めました。", "success")
    return _page("day_form", "special_days")


@bp.post("/days/<int:year>/<int:month>/<int:day>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def day_destroy(year: int, month: int, day: int) -> Response:
    found = _day(year, month, day)
    hours.remove_day(g.session, found, by=by_staff(g.staff.id), now=g.now)
    flash(f"{filters.day(found)}を、ふだんの営業に戻しました。", "success")
    return _page("special_days")


def _update(form: WeekForm) -> None:
    hours.update_week(g.session, form.draft(), by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _put_day(form: SpecialDayForm) -> None:
    hours.put_day(g.session, form.draft(), by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _stored() -> WeekForm:
    return WeekForm.of(book.settings(g.read), hours.shop(g.read))


def _page(
    *regions: str, status: int = 200, form: WeekForm | None = None, day_form: SpecialDayForm | None = None
) -> Response:
    return render(
        "reservation_hours/edit.html",
        *regions,
        status=status,
        then=url_for(".edit") if request.method == "POST" else "",
        form=form or _stored(),
        day_form=day_form or SpecialDayForm(formdata=None),
        **_days(),
    )


def _days() -> dict[str, Any]:
    today = g.now.astimezone(g.zone).date()
    special = hours.special_days(g.read, since=today - timedelta(days=1))
    return {
        "special": [(each, ranges_in_words(opening.parse_ranges(each.ranges))) for each in special],
        "unmanned": hours.unmanned(g.read, today=today, now=g.now)[:3],
    }


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotFound from None
