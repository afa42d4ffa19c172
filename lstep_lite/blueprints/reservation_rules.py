"""予約のリマインダ: which reminders run by bookings, and for which."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import reminders
from lstep_lite.engine.reservations.effects import rules
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reservations.messages import NewRuleForm, RuleForm
from lstep_lite.models import BookingRule
from lstep_lite.web import go, render

bp = Blueprint("reservation_rules", __name__, url_prefix="/reservations/rules")
bp.before_request(reservation_gate.begun)


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def index() -> Response:
    names, found = rules.targets(g.read), rules.every(g.read)
    words = {rule.reminder_id: rules.in_words(rule, names) for rule in found}
    steps = rules.steps_in_words(found)
    return render("reservation_rules/index.html", rules=found, words=words, steps=steps, goals=rules.GOALS)


@bp.get("/new")
@allow(Permission.RESERVATIONS_SETUP)
def new() -> Response:
    return _new_page(_offered(NewRuleForm()))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def create() -> Response:
    form = _offered(NewRuleForm(request.form))
    rule = form.keep(lambda: _keep(form, form.reminder_id.data))
    if not rule:
        return _new_page(form, status=422)
    flash(f"リマインダ「{rule.reminder.name}」を、予約に合わせて送ります。", "success")
    return go(url_for(".index"))


@bp.post("/ready")
@allow(Permission.RESERVATIONS_SETUP)
def ready_create() -> Response:
    rules.make_ready(g.session, now=g.now)
    flash("前日・2時間前・お礼・次のご来店のリマインダを作りました。今からの予約に使います。", "success")
    return go(url_for(".index"))


@bp.get("/<int:reminder_id>")
@allow(Permission.RESERVATIONS_SETUP)
def edit(reminder_id: int) -> Response:
    rule = rules.get(g.read, reminder_id)
    return _edit_page(rule, _stored(rule))


@bp.post("/<int:reminder_id>")
@allow(Permission.RESERVATIONS_SETUP)
def update(reminder_id: int) -> Response:
    rule = rules.get(g.session, reminder_id)
    form = RuleForm(request.form).offer(rules.targets(g.read))
    if not form.keep_edit(lambda: _update(form, reminder_id), stored=_stored(rule)):
        return _edit_page(rule, form, status=422)
    flash(f"リマインダ「{rule.reminder.name}」の設定を保存しました。", "success")
    return go(url_for(".index"))


@bp.post("/<int:reminder_id>/delete")
@allow(Permission.RESERVATIONS_SETUP)
def destroy(reminder_id: int) -> Response:
    rule = rules.get(g.session, reminder_id)
    rules.drop(g.session, rule)
    flash("予約に合わせて送るのをやめました。リマインダそのものは残っています。", "success")
    return go(url_for(".index"))


def _keep(form: RuleForm, reminder_id: int) -> BookingRule:
    return rules.keep(g.session, reminders.get(g.session, reminder_id), form.draft(), now=g.now)


def _update(form: RuleForm, reminder_id: int) -> None:
    _keep(form, reminder_id)


def _stored(rule: BookingRule) -> RuleForm:
    return RuleForm.of(rule, rules.targets(g.read))


def _offered(form: NewRuleForm) -> NewRuleForm:
    form.offer(rules.targets(g.read))
    return form.offer_reminders(rules.free(g.read))


def _new_page(form: NewRuleForm, status: int = 200) -> Response:
    return render("reservation_rules/new.html", "rule_form", status=status, form=form)


def _edit_page(rule: BookingRule, form: RuleForm, status: int = 200) -> Response:
    return render("reservation_rules/edit.html", "rule_form", status=status, form=form, rule=rule)
