"""Rules that decide who sees which rich menu: making, changing, and putting them in order."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import rich_menus
from lstep_lite.engine.rich_menus import modes
from lstep_lite.engine.rich_menus.showing import rulebook, rules
from lstep_lite.engine.rich_menus.showing.rulebook import Preview
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.rich_menus import RuleForm
from lstep_lite.models import MenuRule, MenuSettings
from lstep_lite.web import fragment, go, number, render

bp = Blueprint("rich_menu_rules", __name__, url_prefix="/rich-menus/rules")


@bp.get("/new")
@allow(Permission.RICH_MENUS_EDIT)
def new() -> Response:
    return _page(_offered(RuleForm()), None)


@bp.post("")
@allow(Permission.RICH_MENUS_EDIT)
def create() -> Response:
    form = _offered(RuleForm(request.form))
    if not form.keep(lambda: rules.create(g.session, form.draft(g.session), now=g.now)):
        return _page(form, None, status=422)
    flash("ルールをいちばん下に加えました", "success")
    return go(_list())


@bp.post("/preview")
@allow(Permission.RICH_MENUS_EDIT)
def preview_create() -> Response:
    """What the rule that stands in the editor would come to; nothing is kept."""
    rule = g.read.get(MenuRule, request.args.get("rule", 0, type=number))
    return fragment("rich_menus/rule.html", "rule_preview", rule=rule, preview=_preview(rule), settings=_settings())


@bp.get("/<int:rule_id>")
@allow(Permission.RICH_MENUS_EDIT)
def edit(rule_id: int) -> Response:
    rule = rules.get(g.read, rule_id)
    return _page(_offered(RuleForm.of(rule)), rule)


@bp.post("/<int:rule_id>")
@allow(Permission.RICH_MENUS_EDIT)
def update(rule_id: int) -> Response:
    rule, form = rules.get(g.session, rule_id), _offered(RuleForm(request.form))
    stored = _offered(RuleForm.of(rule))
    if not form.keep_edit(lambda: rules.update(g.session, rule, form.draft(g.session), now=g.now), stored=stored):
        return _page(form, rule, status=422)
    flash("ルールを保存しました", "success")
    return go(_list())


@bp.post("/<int:rule_id>/delete")
@allow(Permission.RICH_MENUS_EDIT)
def destroy(rule_id: int) -> Response:
    rules.delete(g.session, rules.get(g.session, rule_id), now=g.now)
    flash("ルールを削除しました", "success")
    return go(_list())


@bp.post("/<int:rule_id>/step")
@allow(Permission.RICH_MENUS_EDIT)
def step_create(rule_id: int) -> Response:
    """One place up or down."""
    ids = [rule.id for rule in rules.in_order(g.session)]
    at = ids.index(rules.get(g.session, rule_id).id)
    to = max(0, min(len(ids) - 1, at + (-1 if request.form.get("to") == "up" else 1)))
    ids[at], ids[to] = ids[to], ids[at]
    rules.arrange(g.session, ids, now=g.now)
    return go(_list())


def _list() -> str:
    return url_for("rich_menu_settings.edit", _anchor="rules")


def _offered(form: RuleForm) -> RuleForm:
    return form.offer(rich_menus.in_order(g.read))


def _settings() -> MenuSettings:
    return modes.settings(g.read)


def _page(form: RuleForm, rule: MenuRule | None, status: int = 200) -> Response:
    return render(
        "rich_menus/rule.html",
        "rule_form",
        status=status,
        form=form,
        rule=rule,
        preview=None,
        is_fresh=True,
        settings=_settings(),
    )


def _preview(rule: MenuRule | None) -> Preview | None:
    """None while something is not filled in yet."""
    form = _offered(RuleForm(request.form))
    try:
        draft = form.draft(g.read)
    except DomainError:
        return None
    return rulebook.preview(g.read, draft, rule, now=g.now)
