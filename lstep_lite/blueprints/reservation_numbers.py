"""集計: how busy the shop is, who comes again, what is earned, and how bookings come and go."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.reservations import numbers
from lstep_lite.engine.reservations.keeping import courses, pages, providers
from lstep_lite.engine.reservations.numbers import Scope, Table
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.transfers.cells import Writer, guarded
from lstep_lite.errors import NotFound
from lstep_lite.forms.reservations.numbers import MONTHS, SPANS, NumbersForm
from lstep_lite.models import Encoding
from lstep_lite.web import download, render

bp = Blueprint("reservation_numbers", __name__, url_prefix="/reservations/numbers")


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    form, today = _form(), g.now.astimezone(g.zone).date()
    scope = form.scope(today)
    return render(
        "reservation_numbers/index.html",
        form=form,
        scope=scope,
        report=numbers.of(g.read, scope, now=g.now),
        spans=_spans(form),
        beside=_beside(form, scope),
        narrowing=_narrowing(scope),
        asked=_asked(form),
        bookings=partial(url_for, "reservations.index"),
    )


@bp.get("/<key>.csv")
@allow(Permission.RESERVATIONS_SETUP)
def show(key: str) -> Response:
    """One table as a file."""
    scope = _form().scope(g.now.astimezone(g.zone).date())
    table = numbers.of(g.read, scope, now=g.now).tables.get(key)
    if table is None:
        raise NotFound
    encoding = Encoding.CP932 if request.args.get("kind") == "sjis" else Encoding.UTF8
    return download(_lines(table, encoding), f"{table.title}_{scope.first:%Y%m%d}-{scope.last:%Y%m%d}.csv")


def _lines(table: Table, encoding: Encoding) -> Iterator[bytes]:
    writer = Writer(encoding)
    rows = [[guarded(row.label), *("" if value is None else str(value) for value in row.values)] for row in table.rows]
    yield writer.start() + writer.lines([[guarded(heading) for heading in table.columns], *rows])


# What the page is drawn from -----------------------------------------------------------------------------------------


def _form() -> NumbersForm:
    form = NumbersForm(request.args)
    people, menu = providers.in_order(g.read, with_retired=True), courses.in_order(g.read, with_retired=True)
    return form.offer(people, menu, pages.in_order(g.read))


def _asked(form: NumbersForm, **over: Any) -> dict[str, Any]:
    """The address of the same numbers, with something else."""
    found = {name: value for name, value in request.args.items() if name in form._fields} | over
    return {name: value for name, value in found.items() if value not in (None, "", "0")}


def _spans(form: NumbersForm) -> list[tuple[str, str, str]]:
    return [(key, words, url_for(".index", **_asked(form, span=key))) for key, words in SPANS.items()]


def _beside(form: NumbersForm, scope: Scope) -> dict[str, str]:
    """The months before and after; none around days of one's own."""
    if form.span.data not in MONTHS:
        return {}
    days = {"before": scope.first - timedelta(days=1), "after": scope.last + timedelta(days=1)}
    return {name: url_for(".index", **_asked(form, month=f"{day:%Y-%m}")) for name, day in days.items()}


def _narrowing(scope: Scope) -> dict[str, Any]:
    """What the list of bookings is narrowed to, besides what a row says."""
    chosen: dict[str, int | date | None] = {
        "first": scope.first,
        "last": scope.last,
        "provider": scope.provider_id,
        "course": scope.course_id,
        "calendar": scope.page_id,
    }
    return {name: str(value) for name, value in chosen.items() if value is not None}
