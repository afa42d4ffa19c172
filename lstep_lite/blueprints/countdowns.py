"""リマインダのゴール: who has which goal and what comes next, and setting, moving and stopping them by hand."""

import secrets
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import friends, reminders
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.moments import on_clock
from lstep_lite.forms.reminders import GoalForm
from lstep_lite.models import Countdown, CountdownState, Friend, Reminder
from lstep_lite.web import go, number, own_args, render

bp = Blueprint("countdowns", __name__, url_prefix="/reminders")

STATES = {
    CountdownState.ACTIVE: "これから",
    CountdownState.FINISHED: "終わった",
    CountdownState.STOPPED: "止めた",
}
CANDIDATES = 8
LONGEST_SEARCH = 100
TOKEN_BYTES = 8
BY_HAND = "スタッフが止めました。"


@bp.get("/<int:reminder_id>/goals")
@allow(Permission.AUTOMATION_EDIT)
def index(reminder_id: int) -> Response:
    return _goals(reminders.get(g.read, reminder_id), _fresh())


@bp.post("/<int:reminder_id>/goals")
@allow(Permission.AUTOMATION_EDIT)
def create(reminder_id: int) -> Response:
    reminder, form = reminders.get(g.session, reminder_id), _posted()
    friend = friends.get(g.session, form.friend_id.data or 0)
    if not form.keep(lambda: _set(reminder, friend, form)):
        return _goals(reminder, form, status=422)
    return _goals(reminder, _fresh())


@bp.post("/<int:reminder_id>/goals/<int:countdown_id>/stop")
@allow(Permission.AUTOMATION_EDIT)
def destroy(reminder_id: int, countdown_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    _stop(reminders.countdown(g.session, countdown_id, reminder=reminder))
    return _goals(reminder, _fresh())


@bp.post("/<int:reminder_id>/goals/stop")
@allow(Permission.AUTOMATION_EDIT)
def all_destroy(reminder_id: int) -> Response:
    reminder = reminders.get(g.session, reminder_id)
    token = request.form.get("token", "")[:40]
    batch = reminders.stop_all(g.session, reminder, token=token, staff_id=g.staff.id, now=g.now)
    flash("止め始めました。画面を閉じても続きます。", "success")
    return go(url_for("batches.show", batch_id=batch.id))


# Beside one friend ---------------------------------------------------------------------------------------------------


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_create(friend_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), _posted()
    reminder = reminders.get(g.session, form.reminder_id.data or 0)
    if not form.keep(lambda: _set(reminder, friend, form)):
        return _beside(friend, form, status=422)
    return _beside(friend, _fresh())


@bp.post("/friends/<int:friend_id>/goals/<int:countdown_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_update(friend_id: int, countdown_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), _posted()
    countdown = reminders.countdown(g.session, countdown_id, friend=friend)
    if not form.keep(lambda: _move(countdown, form)):
        return _beside(friend, _fresh(), status=422, problem=(countdown.id, form))
    return _beside(friend, _fresh())


@bp.post("/friends/<int:friend_id>/goals/<int:countdown_id>/stop")
@allow(Permission.FRIENDS_EDIT)
def friend_destroy(friend_id: int, countdown_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    _stop(reminders.countdown(g.session, countdown_id, friend=friend))
    return _beside(friend, _fresh())


@panels.panel("reminders/_friend.html", order=27, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    return _of(friend, _fresh())


# What is done --------------------------------------------------------------------------------------------------------


def _set(reminder: Reminder, friend: Friend, form: GoalForm) -> None:
    staff_id, now = g.staff.id, g.now
    if (key := form.field_key) is not None:
        countdown = reminders.start_from_field(
            g.session, reminder, friend, key, is_yearly=form.is_yearly.data, staff_id=staff_id, now=now
        )
    else:
        countdown = reminders.set_by_hand(g.session, reminder, friend, form.moment(g.zone), staff_id=staff_id, now=now)
    _tell(countdown, f"{friend.name}さんに「{reminder.name}」のゴールを決めました。")


def _move(countdown: Countdown, form: GoalForm) -> None:
    reminders.move(g.session, countdown, form.moment(g.zone), staff_id=g.staff.id, now=g.now)
    _tell(countdown, "ゴールの日時を変えました。")


def _tell(countdown: Countdown, words: str) -> None:
    off = "" if countdown.reminder.is_on else "このリマインダは今オフなので、オンにするまで送りません。"
    flash(f"{words}{reminders.what_comes(g.session, countdown)}{off}", "success")


def _stop(countdown: Countdown) -> None:
    friend = friends.get(g.session, countdown.friend_id)
    stopped = reminders.stop(g.session, friend, countdown=countdown, reason=BY_HAND, staff_id=g.staff.id, now=g.now)
    if stopped:
        flash(
            f"{friend.name}さんの「{countdown.reminder.name}」を止めました。これからのお知らせは届きません。", "success"
        )
    else:
        flash("このゴールは、もう止まっています。", "info")


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _posted() -> GoalForm:
    return GoalForm(request.form).offer(_fields(), _startable())


def _fresh() -> GoalForm:
    return GoalForm().offer(_fields(), _startable())


def _fields() -> dict[str, str]:
    return {key: target.name for key, target in reminders.targets(g.read).items()}


def _startable() -> dict[int, str]:
    return {reminder.id: reminder.name for reminder in reminders.in_order(g.read)}


def _goals(reminder: Reminder, form: GoalForm, *, status: int = 200) -> Response:
    state = request.args.get("state", CountdownState.ACTIVE, type=CountdownState)
    text, sought = (request.args.get(name, "").strip()[:LONGEST_SEARCH] for name in ("q", "friend"))
    counts = reminders.counts(g.read, reminder)
    return render(
        "reminders/goals.html",
        "goals",
        status=status,
        then=url_for(".index", reminder_id=reminder.id, **_shown()) if request.method == "POST" else "",
        reminder=reminder,
        goal_count=counts[CountdownState.ACTIVE],
        counts=counts,
        states=STATES,
        shown_state=state,
        page=reminders.page(g.read, reminder, state=state, text=text, number=request.args.get("page", 1, type=number)),
        text=text,
        sought=sought,
        shown=_shown(),
        candidates=friends.search(g.read, Filters(text=sought), size=CANDIDATES).friends if sought else [],
        form=form,
        title=reminders.title,
        token=secrets.token_urlsafe(TOKEN_BYTES),
    )


def _shown() -> dict[str, Any]:
    return own_args("state", "q", "friend", "page")


def _beside(
    friend: Friend, form: GoalForm, *, status: int = 200, problem: tuple[int, GoalForm] | None = None
) -> Response:
    then = url_for("friends.show", friend_id=friend.id)
    shown = _of(friend, form, problem)
    return render("reminders/_friend.html", "friend_reminders", status=status, then=then, friend=friend, **shown)


def _of(friend: Friend, form: GoalForm, problem: tuple[int, GoalForm] | None = None) -> dict[str, Any]:
    active, ended = reminders.of_friend(g.read, friend)
    forms = {line.countdown.id: GoalForm(data={"goal_at": on_clock(line.countdown.goal_at, g.zone)}) for line in active}
    return {
        "active": active,
        "ended": ended,
        "form": form,
        "move_forms": forms | dict([problem] if problem else []),
        "startable": _startable(),
        "title": reminders.title,
        "states": STATES,
    }
