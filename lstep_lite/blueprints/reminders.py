"""リマインダ: the list, the ladder of one around its goal, and its settings."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import folders, mentions, reminders, sequences
from lstep_lite.engine.reminders import samples
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.reminders import NewReminderForm, ReminderForm
from lstep_lite.models import CountdownState, Reminder
from lstep_lite.web import go, number, render

bp = Blueprint("reminders", __name__, url_prefix="/reminders")


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    form = NewReminderForm(data={"folder_id": request.args.get("folder", 0, type=number)}).offer(_folders())
    return render("reminders/new.html", form=form)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = NewReminderForm(request.form).offer(_folders())
    reminder = form.keep(lambda: reminders.create(g.session, form.draft(), now=g.now))
    if not reminder:
        return render("reminders/new.html", "reminder_form", status=422, form=form)
    flash("リマインダを作りました。最初のステップを足しましょう。まだオフです。", "success")
    return go(url_for(".show", reminder_id=reminder.id))


@bp.post("/samples/<name>")
@allow(Permission.AUTOMATION_EDIT)
def sample_create(name: str) -> Response:
    reminder = samples.create(g.session, name, now=g.now)
    flash("見本から作りました。「○」のところをお店に合わせて書きかえてから、オンにしてください。", "success")
    return go(url_for(".show", reminder_id=reminder.id))


@bp.get("/<int:reminder_id>")
@allow(Permission.AUTOMATION_EDIT)
def show(reminder_id: int) -> Response:
    reminder = reminders.get(g.read, reminder_id)
    return render("reminders/show.html", **_ladder(reminder), **_head(reminder))


@bp.get("/<int:reminder_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(reminder_id: int) -> Response:
    reminder = reminders.get(g.read, reminder_id)
    return _settings(reminder, ReminderForm.of(reminder, _folders()))


@bp.post("/<int:reminder_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(reminder_id: int) -> Response:
    reminder, form = reminders.get(g.session, reminder_id), ReminderForm(request.form).offer(_folders())
    stored = ReminderForm.of(reminder, _folders())
    if not form.keep_edit(lambda: reminders.update(g.session, reminder, form.draft(), now=g.now), stored=stored):
        return _settings(reminder, form, status=422)
    flash("設定を保存しました。すぐに効きます。", "success")
    return _settings(reminder, ReminderForm.of(reminder, _folders()))


@bp.post("/<int:reminder_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(reminder_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    reminders.delete(g.session, reminder, now=g.now)
    flash(f"「{reminder.name}」を削除しました。これからのお知らせは届きません。", "success")
    return go(url_for(".index"))


@bp.post("/<int:reminder_id>/switch")
@allow(Permission.AUTOMATION_EDIT)
def switch_create(reminder_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    reminders.switch(g.session, reminder, is_on=request.form.get("is_on") == "yes", now=g.now)
    flash(_what_happens_next(reminder), "success")
    return _list() if "beside_name" not in request.form else go(url_for(".show", reminder_id=reminder.id))


@bp.post("/<int:reminder_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(reminder_id: int) -> Response:
    twin = reminders.copy(g.session, reminders.get(g.session, reminder_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだオフです。", "success")
    return go(url_for(".show", reminder_id=twin.id))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    shelf = folders.overview(g.read, reminders.FEATURE, request.args.get("folder", type=number))
    found = reminders.in_order(g.read, folder_id=shelf.folder_id)
    return render(
        "reminders/index.html",
        "reminder_list",
        then=url_for(".index", folder=shelf.folder_id) if request.method == "POST" else "",
        shelf=shelf,
        reminders=found,
        step_counts=reminders.step_counts(g.read),
        waiting=reminders.waiting_counts(g.read),
        broken=reminders.broken_ids(g.read, found),
        samples=samples.SAMPLES,
    )


def _head(reminder: Reminder) -> dict[str, Any]:
    """What the head of each page of a reminder shows."""
    return {"reminder": reminder, "goal_count": reminders.counts(g.read, reminder)[CountdownState.ACTIVE]}


def _ladder(reminder: Reminder) -> dict[str, Any]:
    return {
        "rungs": reminders.ladder(reminder.mode, reminder.steps) if reminder.steps else [],
        "cards": sequences.cards(g.read, reminder.steps, reminders.WHERE),
        "numbers": reminders.statistics(g.read, reminder),
        "in_words": reminders.in_words,
        "window": moments.in_words(reminder.window),
    }


def _settings(reminder: Reminder, form: ReminderForm, *, status: int = 200) -> Response:
    return render(
        "reminders/edit.html",
        "reminder_form",
        status=status,
        then=url_for(".edit", reminder_id=reminder.id) if request.method == "POST" else "",
        form=form,
        places=mentions.places(g.read, reminders.FEATURE, reminder.id),
        **_head(reminder),
    )


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, reminders.FEATURE)


def _what_happens_next(reminder: Reminder) -> str:
    if reminder.is_on:
        return f"「{reminder.name}」はオンです。ゴールのある方に、決めた時刻に送ります。"
    return f"「{reminder.name}」は今オフです。オンにするまで送りません。オフの間に来たステップは飛ばします。"
