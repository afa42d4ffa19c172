"""予約の週と月: a week with its bookings and free times, a month with how full its days are."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import WORDS
from lstep_lite.engine.reservations.availability import days
from lstep_lite.engine.reservations.desk import looks, overviews
from lstep_lite.engine.reservations.keeping import pages
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.looks import LookForm
from lstep_lite.web import own_args, render

bp = Blueprint("reservation_overviews", __name__, url_prefix="/reservations")
bp.before_request(reservation_gate.begun)

A_WEEK = timedelta(days=7)


@bp.get("/week")
@allow(Permission.RESERVATIONS_VIEW)
def week_show() -> Response:
    on = days.parse_day(request.args.get("date", "")) or _today()
    first, form = on - timedelta(days=on.weekday()), LookForm(request.args)
    found = overviews.week(g.read, first, form.look(), now=g.now)
    around: dict[str, Any] = {"before": first - A_WEEK, "after": first + A_WEEK}
    return render("reservation_overviews/week_show.html", on=on, first=first, week=found, **around, **_names(form))


@bp.get("/month")
@allow(Permission.RESERVATIONS_VIEW)
def month_show() -> Response:
    first = days.parse_day(f"{request.args.get('month', '')}-01") or _today().replace(day=1)
    form = LookForm(request.args)
    found = overviews.month(g.read, first, form.look(), now=g.now)
    around: dict[str, Any] = {
        "before": _month_of(first - timedelta(days=1)),
        "after": _month_of(first + timedelta(days=31)),
    }
    return render("reservation_overviews/month_show.html", first=first, month=found, **around, **_names(form))


def _today() -> date:
    return looks.day_now(g.read, now=g.now)


def _month_of(day: date) -> date:
    return day.replace(day=1)


def _names(form: LookForm) -> dict[str, Any]:
    return {
        "form": form.offer(looks.providers(g.read), pages.in_order(g.read)),
        "filters": own_args("provider", "calendar", "cancelled"),
        "today": _today(),
        "words": WORDS,
        "clock": days.clock,
    }
