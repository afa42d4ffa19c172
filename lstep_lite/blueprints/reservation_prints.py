"""予約の印刷: a day on A4 paper."""

from datetime import timedelta

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import WORDS
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.desk import looks, sheets
from lstep_lite.engine.reservations.keeping import pages
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.prints import PrintForm
from lstep_lite.web import own_args, render

bp = Blueprint("reservation_prints", __name__, url_prefix="/reservations/prints")
bp.before_request(reservation_gate.begun)

A_DAY = timedelta(days=1)


@bp.get("")
@allow(Permission.RESERVATIONS_VIEW)
def show() -> Response:
    form = PrintForm(request.args)
    day = days.parse_day(request.args.get("date", "")) or looks.day_now(g.read, now=g.now)
    return render(
        "reservation_prints/show.html",
        sheet=sheets.sheet(g.read, day, form.look(), initials=form.initials.data),
        form=form.offer(looks.providers(g.read), pages.in_order(g.read)),
        filters=own_args("provider", "calendar", "cancelled", "order", "initials", "notes"),
        before=day - A_DAY,
        after=day + A_DAY,
        words=WORDS,
    )
