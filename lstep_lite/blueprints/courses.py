"""メニュー: what can be booked, by category."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import media, mentions
from lstep_lite.engine.reservations.keeping import courses, pools, providers, quick
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.courses import CategoryForm, CourseForm
from lstep_lite.models import Course, CourseState, MediaKind
from lstep_lite.web import go, number, render

bp = Blueprint("courses", __name__, url_prefix="/reservations/courses")
bp.before_request(reservation_gate.begun)

MOST_PICTURES = 200
"""Without JavaScript one chooses among the newest of them."""


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    everybody = [each.id for each in providers.in_order(g.read)]
    category = request.args.get("category", 0, type=number)
    return _editor(CourseForm(data={"provider_ids": everybody, "category_id": category}))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = _offered(CourseForm(request.form))
    course = form.keep(lambda: _create(form))
    if not course:
        return _editor(form, status=422)
    flash(f"メニュー「{course.name}」を追加しました。", "success")
    return go(url_for(".index"))


@bp.get("/<int:course_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(course_id: int) -> Response:
    course = courses.get(g.read, course_id)
    return _editor(_stored(course), course)


@bp.post("/<int:course_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(course_id: int) -> Response:
    course, form = courses.get(g.session, course_id), _offered(CourseForm(request.form))
    if not form.keep_edit(lambda: _update(course, form), stored=_stored(course)):
        return _editor(form, course, status=422)
    flash(f"メニュー「{course.name}」を保存しました。入っている予約の時間と料金は変わりません。", "success")
    return go(url_for(".index"))


@bp.post("/<int:course_id>/move")
@allow(Permission.RESERVATIONS_SETUP)
def move_create(course_id: int) -> Response:
    course = courses.get(g.session, course_id)
    courses.move(g.session, course, by=_by(), now=g.now)
    return _list("course_list")


@bp.post("/<int:course_id>/state")
@allow(Permission.RESERVATIONS_SETUP)
def state_create(course_id: int) -> Response:
    """Shown to customers, or not."""
    course, shows = courses.get(g.session, course_id), request.form.get("is_on") == "yes"
    courses.set_state(g.session, course, CourseState.ACTIVE if shows else CourseState.HIDDEN, now=g.now)
    words = "お客様に見せます" if shows else "お客様に見せません。お店からの予約には使えます"
    flash(f"「{course.name}」を{words}。", "success")
    return _list("course_list")


@bp.post("/<int:course_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(course_id: int) -> Response:
    course = courses.get(g.session, course_id)
    name, is_gone = course.name, courses.remove(g.session, course, now=g.now)
    kept = "予約の記録に使われているため、「やめたメニュー」として残しました。"
    flash(
        f"メニュー「{name}」を削除しました。" if is_gone else f"「{name}」は、{kept}", "success" if is_gone else "info"
    )
    return go(url_for(".index"))


# Categories ----------------------------------------------------------------------------------------------------------


@bp.post("/categories")
@allow(Permission.RESERVATIONS_SETUP)
def category_create() -> Response:
    form = CategoryForm(request.form)
    category = form.keep(lambda: courses.create_category(g.session, form.name.data or "", now=g.now))
    if not category:
        return _list("course_list", status=422, category_form=form)
    flash(f"分類「{category.name}」を追加しました。", "success")
    return _list("course_list")


@bp.post("/categories/<int:category_id>")
@allow(Permission.RESERVATIONS_SETUP)
def category_update(category_id: int) -> Response:
    category = courses.get_category(g.session, category_id)
    courses.rename_category(g.session, category, request.form.get("name", ""), now=g.now)
    flash(f"分類の名前を「{category.name}」にしました。", "success")
    return go(url_for(".index"))


@bp.post("/categories/<int:category_id>/move")
@allow(Permission.RESERVATIONS_SETUP)
def category_move_create(category_id: int) -> Response:
    category = courses.get_category(g.session, category_id)
    courses.move_category(g.session, category, by=_by(), now=g.now)
    return _list("course_list")


@bp.post("/categories/<int:category_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def category_destroy(category_id: int) -> Response:
    category = courses.get_category(g.session, category_id)
    name = category.name
    courses.remove_category(g.session, category, now=g.now)
    flash(f"分類「{name}」を削除しました。メニューは「分類なし」に残っています。", "success")
    return go(url_for(".index"))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _by() -> int:
    return -1 if request.form.get("by") == "up" else 1


def _list(*regions: str, status: int = 200, category_form: CategoryForm | None = None) -> Response:
    return render(
        "courses/index.html",
        *regions,
        status=status,
        then=url_for(".index") if request.method == "POST" else "",
        shelves=courses.shelves(g.read),
        skilled=courses.skilled(g.read),
        minutes_of=quick.minutes_of,
        category_form=category_form or CategoryForm(formdata=None),
    )


def _create(form: CourseForm) -> Course:
    ids = form.provider_ids.data or []
    return courses.create(g.session, form.draft(g.session), provider_ids=ids, now=g.now)


def _update(course: Course, form: CourseForm) -> None:
    ids = form.provider_ids.data or []
    courses.update(g.session, course, form.draft(g.session), provider_ids=ids, now=g.now)


def _stored(course: Course) -> CourseForm:
    doing = courses.skilled(g.read).get(course.id, [])
    return _offered(CourseForm.of(course, [each.id for each in doing]))


def _offered(form: CourseForm) -> CourseForm:
    pictures = media.page(g.read, kind=MediaKind.IMAGE, size=MOST_PICTURES).files
    return form.offer(
        courses.categories(g.read),
        pools.in_order(g.read),
        providers.in_order(g.read),
        {row.id: row.name for row in pictures},
    )


def _editor(form: CourseForm, course: Course | None = None, status: int = 200) -> Response:
    places = mentions.places(g.read, courses.FEATURE, course.id) if course else []
    return render("courses/edit.html", "course_form", status=status, form=_offered(form), course=course, places=places)
