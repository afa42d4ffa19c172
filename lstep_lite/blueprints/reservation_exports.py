"""予約の書き出し: bookings of a range of days as CSV or a workbook."""

from calendar import monthrange

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.desk import files, looks
from lstep_lite.engine.reservations.keeping import pages
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.transfers import workbooks
from lstep_lite.forms.reservations.exports import USUAL, ExportForm
from lstep_lite.web import download, render, runtime

bp = Blueprint("reservation_exports", __name__, url_prefix="/reservations/exports")
bp.before_request(reservation_gate.begun)


@bp.get("/new")
@allow(Permission.FRIENDS_EXPORT)
def new() -> Response:
    """This month, or around the day of the address."""
    on = days.parse_day(request.args.get("date", "")) or looks.day_now(g.read, now=g.now)
    last = on.replace(day=monthrange(on.year, on.month)[1])
    return _page(ExportForm(data={"first": on.replace(day=1), "last": last, "states": USUAL, "kind": "xlsx"}))


@bp.post("")
@allow(Permission.FRIENDS_EXPORT)
def create() -> Response:
    form = ExportForm(request.form)
    if not form.keep(lambda: _begin(form)):
        return _page(form, status=422)
    taken, database = form.taken(g.zone), runtime().database
    name = f"予約_{taken.first:%Y%m%d}-{taken.last:%Y%m%d}"
    if form.kind.data == "xlsx":
        return download(files.workbook(database, taken), f"{name}.xlsx", workbooks.MIMETYPE)
    return download(files.lines(database, taken, form.encoding), f"{name}.csv")


def _begin(form: ExportForm) -> None:
    files.begin(g.session, form.taken(g.zone), staff_id=g.staff.id, now=g.now, encoding=form.encoding)


def _page(form: ExportForm, status: int = 200) -> Response:
    form.offer(looks.providers(g.read), pages.in_order(g.read))
    return render("reservation_exports/new.html", status=status, form=form)
