"""リマインダのステップ: their editor, copying them, and test sends."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import reminders, test_sends
from lstep_lite.engine.reminders import steps, testing
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.reminder_steps import ReminderStepForm
from lstep_lite.forms.test_sends import TestSendForm, new_token
from lstep_lite.models import Reminder, ReminderStep
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("reminder_steps", __name__, url_prefix="/reminders/<int:reminder_id>/steps")


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new(reminder_id: int) -> Response:
    """On which side of the goal it stands comes from the address."""
    reminder = reminders.get(g.read, reminder_id)
    return _editor(reminder, ReminderStepForm.fresh(request.args.get("side", ""), reminder.mode))


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create(reminder_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    form = ReminderStepForm(request.form).told(reminder.mode)
    step = form.keep(lambda: steps.add(g.session, reminder, form.draft(g.session, reminder.mode), now=g.now))
    if not step:
        return _editor(reminder, form, status=422)
    flash(_saved(reminder, step), "success")
    return _back(reminder, step)


@bp.get("/<int:step_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(reminder_id: int, step_id: int) -> Response:
    reminder = reminders.get(g.read, reminder_id)
    step = steps.get(g.read, reminder, step_id)
    return _editor(reminder, _stored(reminder, step), step)


@bp.post("/<int:step_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(reminder_id: int, step_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    step, form = steps.get(g.session, reminder, step_id), ReminderStepForm(request.form).told(reminder.mode)
    if not form.keep_edit(lambda: _update(reminder, step, form), stored=_stored(reminder, step)):
        return _editor(reminder, form, step, status=422)
    flash(_saved(reminder, step), "success")
    return _editor(reminder, _stored(reminder, step), step)


@bp.post("/<int:step_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(reminder_id: int, step_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    step = steps.get(g.session, reminder, step_id)
    steps.delete(g.session, reminder, step, now=g.now)
    flash(f"{reminders.in_words(reminder.mode, step)}のステップを削除しました", "success")
    return _back(reminder)


@bp.post("/<int:step_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(reminder_id: int, step_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    twin = steps.copy(g.session, reminder, steps.get(g.session, reminder, step_id), now=g.now)
    flash("コピーを作りました。時刻と内容を直してください。", "success")
    return go(url_for(".edit", reminder_id=reminder.id, step_id=twin.id))


# Test sends ----------------------------------------------------------------------------------------------------------


@bp.get("/tests/new")
@allow(Permission.AUTOMATION_EDIT)
def test_new(reminder_id: int) -> Response:
    return _test_page(reminders.get(g.read, reminder_id), request.args.get("step", 0, type=number))


@bp.post("/tests")
@allow(Permission.AUTOMATION_EDIT)
def test_create(reminder_id: int) -> Response:
    reminder, step_id = reminders.get(g.session, reminder_id), request.form.get("step", 0, type=number)
    try:
        count = _send_test(reminder, step_id, TestSendForm(request.form))
    except DomainError as error:
        return _test_page(reminder, step_id, status=422, problem=error.message)
    flash(f"{count}人にテスト送信しました。LINEの画面で確かめてください。", "success")
    return _test_page(reminder, step_id)


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _stored(reminder: Reminder, step: ReminderStep) -> ReminderStepForm:
    return ReminderStepForm.of(step, steps.content_of(g.read, step), reminder.mode)


def _update(reminder: Reminder, step: ReminderStep, form: ReminderStepForm) -> None:
    steps.update(g.session, reminder, step, form.draft(g.session, reminder.mode), now=g.now)


def _editor(
    reminder: Reminder, form: ReminderStepForm, step: ReminderStep | None = None, *, status: int = 200
) -> Response:
    action = url_for(".create", reminder_id=reminder.id)
    if step:
        action = url_for(".update", reminder_id=reminder.id, step_id=step.id)
    return render(
        "reminders/step_edit.html",
        "step_form",
        status=status,
        then=url_for(".edit", reminder_id=reminder.id, step_id=step.id) if step and request.method == "POST" else "",
        reminder=reminder,
        step=step,
        form=form,
        action=action,
    )


def _saved(reminder: Reminder, step: ReminderStep) -> str:
    words = f"{reminders.in_words(reminder.mode, step)}のステップを保存しました。"
    return words if reminder.is_on else f"{words}リマインダはまだオフです。"


def _back(reminder: Reminder, step: ReminderStep | None = None) -> Response:
    place = f"#step-{step.id}" if step else ""
    return go(url_for("reminders.show", reminder_id=reminder.id) + place)


def _send_test(reminder: Reminder, step_id: int | None, form: TestSendForm) -> int:
    found = testing.sendable(reminder)
    return testing.send(
        g.session,
        reminder,
        [step for step in found if step.id == step_id] if step_id else found,
        form.friend_ids.data or (),
        token=form.token.data or "",
        staff_id=g.staff.id,
        now=g.now,
    )


def _test_page(reminder: Reminder, step_id: int | None, *, status: int = 200, problem: str = "") -> Response:
    return render(
        "reminders/test_new.html",
        "test_send",
        status=status,
        then=url_for(".test_new", reminder_id=reminder.id, step=step_id or None) if request.method == "POST" else "",
        reminder=reminder,
        sendable=testing.sendable(reminder),
        step_id=step_id,
        problem=problem,
        desk=test_sends.desk(g.read, now=g.now),
        token=new_token(),
        is_demo=runtime().settings.is_demo,
        in_words=reminders.in_words,
    )
