"""予約をはじめる: the guided path from nothing to a working booking page. Each step is kept as it is done."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations import by_staff
from lstep_lite.engine.reservations.keeping import courses, hours, pages, pools, presets, providers, quick, settings
from lstep_lite.engine.reservations.transitions import book
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.hours import WeekForm
from lstep_lite.forms.reservations.setup import MenuForm, PersonForm, PlacesForm
from lstep_lite.models import CourseState
from lstep_lite.web import go, render

bp = Blueprint("reservation_setup", __name__, url_prefix="/reservations/setup")


@bp.before_request
def begun() -> Response | None:
    """Every step but the first needs the first."""
    return None if request.endpoint == "reservation_setup.show" else reservation_gate.begun()


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def show() -> Response:
    is_begun = settings.find(g.read) is not None and bool(courses.in_order(g.read, with_retired=True))
    return render("reservation_setup/show.html", presets=presets.PRESETS, is_begun=is_begun, **_path("preset"))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    preset = presets.get(request.form.get("preset", ""))
    presets.take(g.session, preset, now=g.now)
    flash(f"「{preset.label}」の見本のメニューと決まりを用意しました。次は営業時間です。", "success")
    return go(url_for(".hours_edit"))


@bp.get("/hours")
@allow(Permission.RESERVATIONS_SETUP)
def hours_edit() -> Response:
    return _hours(_stored_hours())


@bp.post("/hours")
@allow(Permission.RESERVATIONS_SETUP)
def hours_update() -> Response:
    form = WeekForm(request.form)
    if not form.keep_edit(lambda: _update_hours(form), stored=_stored_hours()):
        return _hours(form, status=422)
    return go(url_for(".people_edit"))


def _update_hours(form: WeekForm) -> None:
    hours.update_week(g.session, form.draft(), by=by_staff(g.staff.id), now=g.now, anyway=form.anyway.data)


def _stored_hours() -> WeekForm:
    return WeekForm.of(book.settings(g.read), hours.shop(g.read))


def _hours(form: WeekForm, status: int = 200) -> Response:
    return render("reservation_setup/hours.html", status=status, form=form, **_path("hours"))


@bp.get("/people")
@allow(Permission.RESERVATIONS_SETUP)
def people_edit() -> Response:
    return _people(PersonForm())


@bp.post("/people")
@allow(Permission.RESERVATIONS_SETUP)
def people_create() -> Response:
    form = PersonForm(request.form)
    person = form.keep(lambda: _add_person(form))
    if not person:
        return _people(form, status=422)
    flash(f"{person.name}さんを追加しました。", "success")
    return go(url_for(".people_edit"))


def _add_person(form: PersonForm) -> Any:
    day_off, breaks = form.day_off.data or [], form.breaks.data
    by = by_staff(g.staff.id)
    return quick.add_person(g.session, form.draft(), day_off=day_off, breaks=breaks, by=by, now=g.now)


def _people(form: PersonForm, status: int = 200) -> Response:
    people = providers.in_order(g.read)
    return render("reservation_setup/people.html", status=status, form=form, people=people, **_path("people"))


@bp.get("/menu")
@allow(Permission.RESERVATIONS_SETUP)
def menu_edit() -> Response:
    return _menu(MenuForm.of(courses.in_order(g.read)))


@bp.post("/menu")
@allow(Permission.RESERVATIONS_SETUP)
def menu_update() -> Response:
    form = MenuForm.of(courses.in_order(g.session), request.form)
    if not form.keep(lambda: quick.put_menu(g.session, form.rows.data, now=g.now)):
        return _menu(form, status=422)
    is_more = request.form.get("then") == "more"
    return go(url_for(".menu_edit" if is_more else ".places_edit"))


def _menu(form: MenuForm, status: int = 200) -> Response:
    return render("reservation_setup/menu.html", status=status, form=form, **_path("menu"))


@bp.get("/places")
@allow(Permission.RESERVATIONS_SETUP)
def places_edit() -> Response:
    return _places(PlacesForm.of(pools.in_order(g.read), book.settings(g.read)))


@bp.post("/places")
@allow(Permission.RESERVATIONS_SETUP)
def places_update() -> Response:
    form = PlacesForm.of(pools.in_order(g.session), book.settings(g.session), request.form)
    if not form.keep(lambda: _put_places(form)):
        return _places(form, status=422)
    return go(url_for(".check_show"))


def _put_places(form: PlacesForm) -> None:
    quick.put_places(g.session, form.rows.data, by=by_staff(g.staff.id), now=g.now)
    settings.put_contact(g.session, phone=form.phone.data or "", place=form.place.data or "", now=g.now)


def _places(form: PlacesForm, status: int = 200) -> Response:
    users = pools.courses_with(g.read)
    return render("reservation_setup/places.html", status=status, form=form, users=users, **_path("places"))


@bp.get("/check")
@allow(Permission.RESERVATIONS_SETUP)
def check_show() -> Response:
    today = g.now.astimezone(g.zone).date()
    return render(
        "reservation_setup/check.html",
        week=_stored_hours(),
        people=providers.in_order(g.read),
        menu=[each for each in courses.in_order(g.read) if each.state is CourseState.ACTIVE],
        minutes_of=quick.minutes_of,
        pools=pools.in_order(g.read),
        shop=book.settings(g.read),
        pages=pages.in_order(g.read),
        unmanned=hours.unmanned(g.read, today=today, now=g.now)[:3],
        **_path("check"),
    )


@bp.post("/check")
@allow(Permission.RESERVATIONS_SETUP)
def check_create() -> Response:
    page = quick.open_first(g.session, now=g.now)
    flash("予約ページを公開しました。下のURLやQRコードから、お客様が予約できます。", "success")
    return go(url_for("booking_pages.show", page_id=page.id))


def _path(current: str) -> dict[str, Any]:
    return {"steps": quick.steps(g.read), "current": current}
