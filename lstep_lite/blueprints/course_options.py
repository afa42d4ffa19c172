"""オプション: what customers can add to a course, in groups."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine.reservations.keeping import courses, options, pools
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.courses import GroupForm, OptionForm
from lstep_lite.models import CourseOption, OptionGroup
from lstep_lite.web import go, number, render

bp = Blueprint("course_options", __name__, url_prefix="/reservations/options")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    names = {each.id: each.name for each in courses.in_order(g.read)}
    by_group = options.by_group(g.read)
    return render("course_options/index.html", groups=options.groups(g.read), by_group=by_group, names=names)


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _editor(OptionForm(data={"group_id": request.args.get("group", type=number)}))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = _offered(OptionForm(request.form))
    option = form.keep(lambda: options.create(g.session, form.draft(), now=g.now))
    if not option:
        return _editor(form, status=422)
    flash(f"オプション「{option.name}」を追加しました。", "success")
    return go(url_for(".index"))


@bp.get("/<int:option_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def edit(option_id: int) -> Response:
    option = options.get(g.read, option_id)
    return _editor(_offered(OptionForm.of(option)), option)


@bp.post("/<int:option_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(option_id: int) -> Response:
    option, form = options.get(g.session, option_id), _offered(OptionForm(request.form))
    stored = _offered(OptionForm.of(option))
    if not form.keep_edit(lambda: options.update(g.session, option, form.draft(), now=g.now), stored=stored):
        return _editor(form, option, status=422)
    flash(f"オプション「{option.name}」を保存しました。", "success")
    return go(url_for(".index"))


@bp.post("/<int:option_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(option_id: int) -> Response:
    option = options.get(g.session, option_id)
    name, is_gone = option.name, options.remove(g.session, option, now=g.now)
    kept = "予約の記録に使われているため、お客様に見せない形で残しました。"
    flash(f"オプション「{name}」を削除しました。" if is_gone else f"「{name}」は、{kept}", "success")
    return go(url_for(".index"))


# Groups --------------------------------------------------------------------------------------------------------------


@bp.get("/groups/new")
@allow(Permission.RESERVATIONS_SETUP)
def group_new() -> Response:
    return _group_editor(GroupForm())


@bp.post("/groups")
@allow(Permission.RESERVATIONS_SETUP)
def group_create() -> Response:
    form = _for_courses(GroupForm(request.form))
    group = form.keep(lambda: options.create_group(g.session, form.draft(), now=g.now))
    if not group:
        return _group_editor(form, status=422)
    flash(f"グループ「{group.name}」を追加しました。", "success")
    return go(url_for(".index"))


@bp.get("/groups/<int:group_id>/edit")
@allow(Permission.RESERVATIONS_SETUP)
def group_edit(group_id: int) -> Response:
    group = options.get_group(g.read, group_id)
    return _group_editor(_for_courses(GroupForm.of(group)), group)


@bp.post("/groups/<int:group_id>")
@allow(Permission.RESERVATIONS_SETUP)
def group_update(group_id: int) -> Response:
    group, form = options.get_group(g.session, group_id), _for_courses(GroupForm(request.form))
    stored = _for_courses(GroupForm.of(group))
    if not form.keep_edit(lambda: options.update_group(g.session, group, form.draft(), now=g.now), stored=stored):
        return _group_editor(form, group, status=422)
    flash(f"グループ「{group.name}」を保存しました。", "success")
    return go(url_for(".index"))


@bp.post("/groups/<int:group_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def group_destroy(group_id: int) -> Response:
    group = options.get_group(g.session, group_id)
    options.remove_group(g.session, group, now=g.now)
    flash(f"グループ「{group.name}」を削除しました。", "success")
    return go(url_for(".index"))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _offered(form: OptionForm) -> OptionForm:
    return form.offer(options.groups(g.read), pools.in_order(g.read))


def _editor(form: OptionForm, option: CourseOption | None = None, status: int = 200) -> Response:
    return render("course_options/edit.html", "option_form", status=status, form=_offered(form), option=option)


def _for_courses(form: GroupForm) -> GroupForm:
    return form.offer(courses.in_order(g.read))


def _group_editor(form: GroupForm, group: OptionGroup | None = None, status: int = 200) -> Response:
    shown = _for_courses(form)
    return render("course_options/group_edit.html", "group_form", status=status, form=shown, group=group)
