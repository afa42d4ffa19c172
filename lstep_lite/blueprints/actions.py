"""アクション管理, running an action by hand, and the editor of action sets that every page embeds."""

import re
import secrets
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import actions, folders, friends, mentions, timeline
from lstep_lite.engine.actions import saved
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms import rows
from lstep_lite.forms.actions import ActionForm, ActionsField
from lstep_lite.forms.base import Form
from lstep_lite.models import Action, ActionRun, Friend
from lstep_lite.web import go, number, render, wants_fragment

bp = Blueprint("actions", __name__, url_prefix="/actions")

PATH = re.compile(r"[a-z0-9_.-]{1,100}", re.IGNORECASE)
CANDIDATES = 8


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    shelf = folders.overview(g.read, saved.FEATURE, request.args.get("folder", type=number))
    return render("actions/index.html", shelf=shelf, rows=saved.listed(g.read, folder_id=shelf.folder_id))


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    return _edit_page(ActionForm.of(None, None, _folders()), None)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = ActionForm.posted(request.form, _folders())
    action = form.keep(lambda: saved.create(g.session, form.draft(g.session), now=g.now))
    if not action:
        return _edit_page(form, None, "action_form", status=422)
    flash(f"アクション「{action.name}」を作りました", "success")
    return go(url_for(".edit", action_id=action.id))


@bp.get("/<int:action_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(action_id: int) -> Response:
    action = saved.get(g.read, action_id)
    return _edit_page(_stored_form(action), action)


@bp.post("/<int:action_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(action_id: int) -> Response:
    action, form = saved.get(g.session, action_id), ActionForm.posted(request.form, _folders())
    stored = _stored_form(action)
    if not form.keep_edit(lambda: saved.update(g.session, action, form.draft(g.session), now=g.now), stored=stored):
        return _edit_page(form, action, "action_form", status=422)
    flash("保存しました。これから実行される分に使われます。", "success")
    return _edit_page(_stored_form(action), action, "action_form", then=url_for(".edit", action_id=action.id))


@bp.post("/<int:action_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(action_id: int) -> Response:
    twin = saved.copy(g.session, saved.get(g.session, action_id), now=g.now)
    flash(f"「{twin.name}」を作りました", "success")
    return go(url_for(".edit", action_id=twin.id))


@bp.post("/<int:action_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(action_id: int) -> Response:
    action = saved.get(g.session, action_id)
    saved.delete(g.session, action)
    flash(f"アクション「{action.name}」を削除しました", "success")
    return go(url_for(".index"))


# By hand, for one friend ---------------------------------------------------------------------------------------------


@panels.panel("actions/_friend.html", order=60, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    """The action to run, if one was chosen, and what ran so far."""
    action_id = request.args.get("action_id", type=number)
    chosen = g.read.get(Action, action_id) if action_id and request.method == "GET" else None
    hung = saved.set_of(g.read, chosen) if chosen else None
    return {
        "actions": saved.in_order(g.read),
        "chosen": chosen,
        "chosen_steps": actions.sentences(g.read, hung.steps) if hung else [],
        "token": secrets.token_urlsafe(8),
        "past_runs": actions.of_friend(g.read, friend),
    }


@bp.get("/run")
@allow(Permission.FRIENDS_EDIT)
def run_new() -> Response:
    """What the chosen action will do, and the button that does it."""
    friend = friends.get(g.read, request.args.get("friend_id", 0, type=number))
    return render("actions/run_new.html", "friend_actions", friend=friend, **friend_panel(friend))


@bp.post("/<int:action_id>/run")
@allow(Permission.FRIENDS_EDIT)
def run_create(action_id: int) -> Response:
    friend, token = friends.get(g.session, _friend_id()), request.form.get("token", "")
    run = saved.run_by_hand(
        g.session, saved.get(g.session, action_id), friend, token=token, staff_id=g.staff.id, now=g.now
    )
    flash(*_what_ran(run))
    return _panel(friend)


@bp.post("/runs/<int:run_id>/reset")
@allow(Permission.FRIENDS_EDIT)
def reset_create(run_id: int) -> Response:
    friend = friends.get(g.session, _friend_id())
    run = actions.past_run(g.session, run_id, friend)
    actions.reset(g.session, run, staff_id=g.staff.id, now=g.now)
    flash("もう一度実行できるようにしました。これまでに実行した内容は取り消されません。", "success")
    return _panel(friend)


@bp.get("/why/<int:entry_id>")
@allow(Permission.FRIENDS_VIEW)
def why_show(entry_id: int) -> Response:
    """How one entry of a timeline came about, and what followed from it."""
    story = timeline.story(g.read, entry_id)
    friend = friends.get(g.read, story.entry.friend_id)
    return render("actions/why_show.html", "why", story=story, friend=friend, is_whole=not wants_fragment())


# The editor, wherever it stands --------------------------------------------------------------------------------------


@bp.post("/editor")
@allow(Permission.AUTOMATION_EDIT)
def editor_create() -> str:
    """The rows of an editor after the pressed button; nothing is kept."""
    return render_template("actions/_editor.html", field=_posted_field())


@bp.post("/trial")
@allow(Permission.AUTOMATION_EDIT)
def trial_create() -> str:
    """What the posted editor would do to a friend, or friends to choose from; nothing is kept."""
    field, friend_id = _posted_field(), request.form.get("trial_friend", type=number)
    if friend_id is None:
        found = friends.search(g.read, Filters(text=request.form.get("trial_text", "").strip()[:100]), size=CANDIDATES)
        return render_template("actions/_trial.html", field=field, candidates=found.friends)
    friend = friends.get(g.session, friend_id)
    try:
        trial = actions.try_out(g.session, field.place, field.draft(g.session), friend, now=g.now)
    except DomainError:
        return render_template("actions/_trial.html", field=field, problems=field.problems())
    return render_template("actions/_trial.html", field=field, friend=friend, trial=trial)


def _posted_field() -> ActionsField:
    """The editor that the address names, as the form around it was posted."""
    name, place = request.args.get("name", ""), request.args.get("place", "")
    if place not in actions.places or not PATH.fullmatch(name):
        raise NotFound
    field = ActionsField("アクション", place=place, _form=Form(), name=name)
    after = rows.changed(request.form)
    field.process(request.form if after is None else after)
    return field


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _edit_page(form: ActionForm, action: Action | None, *regions: str, status: int = 200, then: str = "") -> Response:
    places = mentions.places(g.read, saved.FEATURE, action.id) if action else []
    return render("actions/edit.html", *regions, status=status, then=then, form=form, action=action, places=places)


def _stored_form(action: Action) -> ActionForm:
    return ActionForm.of(action, saved.set_of(g.read, action), _folders())


def _folders() -> Any:
    return folders.of_feature(g.read, saved.FEATURE)


def _friend_id() -> int:
    return request.form.get("friend_id", 0, type=number)


def _panel(friend: Friend) -> Response:
    then = url_for("friends.show", friend_id=friend.id)
    return render("actions/_friend.html", "friend_actions", then=then, friend=friend, **friend_panel(friend))


def _what_ran(run: ActionRun | None) -> tuple[str, str]:
    """Words and colour of the notice after a run by hand."""
    if run is None:
        return (
            "このお客様には、すでに実行しています。もう一度するには、「実行の記録」から選んでください。",
            "info",
        )
    failed = [outcome["text"] for outcome in run.results if outcome["state"] != "done"]
    if not failed:
        return "実行しました", "success"
    return "実行しました。" + " ".join(failed), "warning"
