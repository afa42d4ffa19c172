"""シナリオの友だち: who is in a scenario and where they stand, and starting and stopping by hand."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import friends, scenarios, sending_rules
from lstep_lite.engine.friends import Filters
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.scenarios import StartForm
from lstep_lite.models import EnrolmentState, Friend, Scenario
from lstep_lite.web import fragment, number, own_args, render

bp = Blueprint("enrolments", __name__, url_prefix="/scenarios")

STATES = {
    EnrolmentState.ACTIVE: "配信中",
    EnrolmentState.FINISHED: "最後まで進んだ",
    EnrolmentState.STOPPED: "途中で止まった",
}
CANDIDATES = 8
BY_HAND = "スタッフが止めたため"


@bp.get("/<int:scenario_id>/friends")
@allow(Permission.AUTOMATION_EDIT)
def index(scenario_id: int) -> Response:
    scenario = scenarios.get(g.read, scenario_id)
    return _people(scenario, StartForm().offer_steps(_entries(scenario)))


@bp.post("/<int:scenario_id>/friends")
@allow(Permission.AUTOMATION_EDIT)
def create(scenario_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    form = StartForm(request.form).offer_steps(_entries(scenario))
    friend = friends.get(g.session, form.friend_id.data or 0)
    if not form.keep(lambda: _start(scenario, friend, form)):
        return _people(scenario, form, status=422)
    return _people(scenario, form)


@bp.post("/<int:scenario_id>/friends/<int:friend_id>/stop")
@allow(Permission.AUTOMATION_EDIT)
def destroy(scenario_id: int, friend_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    _stop(scenario, friends.get(g.session, friend_id))
    return _people(scenario, StartForm().offer_steps(_entries(scenario)))


# Beside one friend ---------------------------------------------------------------------------------------------------


@bp.get("/friends/steps")
@allow(Permission.FRIENDS_EDIT)
def choice_show() -> Response:
    """Where the chosen scenario can be begun, for the form beside a friend."""
    scenario = scenarios.get(g.read, request.args.get("scenario_id", 0, type=number))
    form = StartForm().offer_steps(_entries(scenario))
    return fragment("scenarios/_friend.html", "start_steps", start_form=form)


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_create(friend_id: int) -> Response:
    friend, form = friends.get(g.session, friend_id), StartForm(request.form)
    scenario = scenarios.get(g.session, form.scenario_id.data or 0)
    form.offer(_startable()).offer_steps(_entries(scenario))
    status = 200 if form.keep(lambda: _start(scenario, friend, form)) else 422
    return _beside(friend, form, status=status)


@bp.post("/friends/<int:friend_id>/<int:scenario_id>/stop")
@allow(Permission.FRIENDS_EDIT)
def friend_destroy(friend_id: int, scenario_id: int) -> Response:
    friend = friends.get(g.session, friend_id)
    _stop(scenarios.get(g.session, scenario_id), friend)
    return _beside(friend, StartForm().offer(_startable()))


@panels.panel("scenarios/_friend.html", order=25, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    return _of(friend, StartForm().offer(_startable()))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _start(scenario: Scenario, friend: Friend, form: StartForm) -> None:
    started = scenarios.start(
        g.session, scenario, friend, staff_id=g.staff.id, at_code=form.at_code.data or None, now=g.now
    )
    flash(started.text, "success" if started.enrolment else "warning")


def _stop(scenario: Scenario, friend: Friend) -> None:
    stopped = scenarios.stop(g.session, friend, scenario=scenario, reason=BY_HAND, now=g.now)
    words = "止めました。続きは届きません。" if stopped else "は、もう止まっています。"
    flash(f"{friend.name}さんの「{scenario.name}」{'を' if stopped else ''}{words}", "success" if stopped else "info")


def _entries(scenario: Scenario) -> dict[str, str]:
    """The steps it can be begun with, by code, in words."""
    return dict(scenarios.entries(g.read, [scenario])[scenario.id])


def _startable() -> dict[int, str]:
    """The scenarios that are published and on."""
    return {each.id: each.name for each in scenarios.in_order(g.read) if each.is_on and each.live_version_id}


def _people(scenario: Scenario, form: StartForm, *, status: int = 200) -> Response:
    state = request.args.get("state", EnrolmentState.ACTIVE, type=EnrolmentState)
    text = request.args.get("q", "").strip()[:100]
    page = scenarios.people(g.read, scenario, state, number=request.args.get("page", 1, type=number))
    draft = scenarios.edited(g.read, scenario)
    counts = scenarios.counts(g.read, scenario)
    return render(
        "scenarios/people.html",
        "people",
        status=status,
        then=url_for(".index", scenario_id=scenario.id, **own_args("state", "q", "page"))
        if request.method == "POST"
        else "",
        scenario=scenario,
        draft=draft,
        has_draft=draft is not None,
        people_count=counts[EnrolmentState.ACTIVE],
        counts=counts,
        states=STATES,
        shown_state=state,
        page=page,
        next_steps=scenarios.next_steps(g.read, [enrolment for enrolment, _ in page.rows]),
        offset_in_words=scenarios.offset_in_words,
        text=text,
        candidates=friends.search(g.read, Filters(text=text), size=CANDIDATES).friends if text else [],
        start_form=form,
        is_parallel=sending_rules.rules(g.read).parallel_scenarios,
    )


def _beside(friend: Friend, form: StartForm, *, status: int = 200) -> Response:
    then = url_for("friends.show", friend_id=friend.id)
    return render(
        "scenarios/_friend.html", "friend_scenarios", status=status, then=then, friend=friend, **_of(friend, form)
    )


def _of(friend: Friend, form: StartForm) -> dict[str, Any]:
    active, ended = scenarios.of_friend(g.read, friend)
    return {
        "active": active,
        "ended": ended,
        "next_steps": scenarios.next_steps(g.read, active),
        "start_form": form,
        "is_parallel": sending_rules.rules(g.read).parallel_scenarios,
    }
