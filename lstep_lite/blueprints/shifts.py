"""シフト: a month of everybody, and of one person to change; copying a month, and files."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.keeping import providers, shift_files, shifts, tables
from lstep_lite.engine.reservations.keeping.shifts import Month
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.shifts import CopyForm, MonthForm, ShiftFileForm
from lstep_lite.models import Provider
from lstep_lite.web import download, go, render

bp = Blueprint("shifts", __name__, url_prefix="/reservations/shifts")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def index() -> Response:
    return _board(_first(request.args.get("month", "")))


@bp.get("/<int:provider_id>/<month>")
@allow(Permission.RESERVATIONS_SETUP)
def edit(provider_id: int, month: str) -> Response:
    provider, shown = providers.get(g.read, provider_id), _month(_first(month), provider_id)
    return _sheet(provider, shown, _stored(shown))


@bp.post("/<int:provider_id>/<month>")
@allow(Permission.RESERVATIONS_SETUP)
def update(provider_id: int, month: str) -> Response:
    provider, first = providers.get(g.session, provider_id), _first(month)
    shown = _month(first, provider_id)
    form, stored = _stored(shown, request.form), _stored(shown)
    if not form.keep_edit(lambda: _put(provider, first, form), stored=stored):
        return _sheet(provider, shown, form, status=422)
    flash(f"{provider.name}さんの{first.month}月のシフトを保存しました。", "success")
    return go(url_for(".index", month=month))


@bp.post("/<month>/copy")
@allow(Permission.RESERVATIONS_SETUP)
def copy_create(month: str) -> Response:
    first, form = _first(month), CopyForm(request.form)
    count = form.keep(lambda: _copy(first, form))
    if not count:
        return _board(first, status=422, copy_form=form)
    flash(f"前の月のシフトを、{count}件コピーしました。もう決めてあった日は、そのままです。", "success")
    return go(url_for(".index", month=month))


@bp.post("/<month>/files")
@allow(Permission.RESERVATIONS_SETUP)
def file_create(month: str) -> Response:
    """Read one: all of it, or nothing."""
    first, form = _first(month), ShiftFileForm(request.form)
    content = uploaded.read(tables.LARGEST + 1) if (uploaded := request.files.get("file")) else b""
    count = form.keep(lambda: _take(content, form))
    if not count:
        return _board(first, status=422, file_form=form)
    flash(f"シフトを{count}件読み込みました。", "success")
    return go(url_for(".index", month=month))


@bp.post("/<month>/exports")
@allow(Permission.RESERVATIONS_SETUP)
def export_create(month: str) -> Response:
    first = _first(month)
    return download(list(shift_files.lines(_month(first))), f"シフト_{first:%Y-%m}.csv")


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _first(month: str) -> date:
    """The first day of 2026-03; of this month when nothing is said."""
    if not month:
        return g.now.astimezone(g.zone).date().replace(day=1)
    first = days.parse_day(f"{month}-01")
    if first is None:
        raise NotFound
    return first


def _month(first: date, provider_id: int | None = None) -> Month:
    return shifts.month(g.read, first, now=g.now, provider_id=provider_id)


def _put(provider: Provider, first: date, form: MonthForm) -> None:
    last = shifts.next_month(first)
    wanted = {(provider.id, day): hours for day, hours in form.days.data.items() if first <= day < last}
    shifts.put(g.session, wanted, by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _copy(first: date, form: CopyForm) -> int:
    return shifts.copy_month(g.session, first, by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _take(content: bytes, form: ShiftFileForm) -> int:
    return shift_files.take(g.session, content, by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _stored(month: Month, formdata: Any = None) -> MonthForm:
    return MonthForm.of(month.rows[0][1] if month.rows else (), formdata)


def _board(
    first: date, status: int = 200, copy_form: CopyForm | None = None, file_form: ShiftFileForm | None = None
) -> Response:
    return render(
        "shifts/index.html",
        status=status,
        month=_month(first),
        before=shifts.month_before(first),
        after=shifts.next_month(first),
        copy_form=copy_form or CopyForm(formdata=None),
        file_form=file_form or ShiftFileForm(formdata=None),
        text=shift_files.text,
    )


def _sheet(provider: Provider, month: Month, form: MonthForm, status: int = 200) -> Response:
    return render(
        "shifts/edit.html", "month_form", status=status, provider=provider, month=month, form=form, clock=days.clock
    )
