"""シナリオ: the list, the flow of one, its results and settings, and publishing what was edited."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import actions, folders, mentions, scenarios, sequences
from lstep_lite.engine.scenarios import arrows, changes, results, samples
from lstep_lite.engine.sequences import moments
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.scenarios import NewScenarioForm, ScenarioForm
from lstep_lite.models import EnrolmentState, Scenario
from lstep_lite.web import go, number, render

bp = Blueprint("scenarios", __name__, url_prefix="/scenarios")


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    form = NewScenarioForm(data={"folder_id": request.args.get("folder", 0, type=number)}).offer(_folders())
    return render("scenarios/new.html", form=form)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = NewScenarioForm(request.form).offer(_folders())
    scenario = form.keep(lambda: scenarios.create(g.session, form.draft(), now=g.now))
    if not scenario:
        return render("scenarios/new.html", "scenario_form", status=422, form=form)
    flash("下書きを作りました。最初のステップを足しましょう。", "success")
    return go(url_for(".show", scenario_id=scenario.id))


@bp.post("/samples/<name>")
@allow(Permission.AUTOMATION_EDIT)
def sample_create(name: str) -> Response:
    scenario = samples.create(g.session, name, now=g.now)
    flash("見本から下書きを作りました。「○」のところをお店に合わせて書きかえてから、公開してください。", "success")
    return go(url_for(".show", scenario_id=scenario.id))


@bp.get("/<int:scenario_id>")
@allow(Permission.AUTOMATION_EDIT)
def show(scenario_id: int) -> Response:
    scenario = scenarios.get(g.read, scenario_id)
    return render("scenarios/show.html", **_flow(scenario), **_head(scenario))


@bp.get("/<int:scenario_id>/results")
@allow(Permission.AUTOMATION_EDIT)
def result_show(scenario_id: int) -> Response:
    scenario = scenarios.get(g.read, scenario_id)
    return render("scenarios/result_show.html", **_results(scenario), **_head(scenario))


@bp.get("/<int:scenario_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(scenario_id: int) -> Response:
    scenario = scenarios.get(g.read, scenario_id)
    return _settings(scenario, _stored(scenario))


@bp.post("/<int:scenario_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(scenario_id: int) -> Response:
    scenario, form = scenarios.get(g.session, scenario_id), ScenarioForm(request.form)
    form.offer(_folders(), _others(scenario))
    if not form.keep_edit(lambda: _update(scenario, form), stored=_stored(scenario)):
        return _settings(scenario, form, status=422)
    flash("設定を保存しました。すぐに効きます。" if scenario.live_version_id else "設定を保存しました", "success")
    return _settings(scenario, _stored(scenario))


@bp.post("/<int:scenario_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(scenario_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    scenarios.delete(g.session, scenario, now=g.now)
    flash(f"「{scenario.name}」を削除しました。途中の方には、もう届きません。", "success")
    return go(url_for(".index"))


@bp.post("/<int:scenario_id>/switch")
@allow(Permission.AUTOMATION_EDIT)
def switch_create(scenario_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    scenarios.switch(g.session, scenario, is_on=request.form.get("is_on") == "yes", now=g.now)
    flash(_what_happens_next(scenario), "success")
    return _list() if "beside_name" not in request.form else go(url_for(".show", scenario_id=scenario.id))


@bp.post("/<int:scenario_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(scenario_id: int) -> Response:
    twin = scenarios.copy(g.session, scenarios.get(g.session, scenario_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだ下書きです。", "success")
    return go(url_for(".show", scenario_id=twin.id))


# Publishing ----------------------------------------------------------------------------------------------------------


@bp.get("/<int:scenario_id>/publish")
@allow(Permission.AUTOMATION_EDIT)
def version_new(scenario_id: int) -> Response:
    return _publishing(scenarios.get(g.read, scenario_id))


@bp.post("/<int:scenario_id>/publish")
@allow(Permission.AUTOMATION_EDIT)
def version_create(scenario_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    if not _is_as_read(scenario):
        return _publishing(scenario, status=422, has_changed=True)
    try:
        _publish(scenario)
    except DomainError:
        return _publishing(scenario, status=422)
    flash(f"公開しました。{_what_happens_next(scenario)}", "success")
    return go(url_for(".show", scenario_id=scenario.id))


@bp.post("/<int:scenario_id>/draft/delete")
@allow(Permission.AUTOMATION_EDIT)
def draft_destroy(scenario_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    scenarios.discard(g.session, scenario, now=g.now)
    flash("編集中の内容を捨てました。今お客様に届いている内容に戻っています。", "success")
    return go(url_for(".show", scenario_id=scenario.id))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    shelf = folders.overview(g.read, scenarios.FEATURE, request.args.get("folder", type=number))
    found = scenarios.in_order(g.read, folder_id=shelf.folder_id)
    return render(
        "scenarios/index.html",
        "scenario_list",
        then=url_for(".index", folder=shelf.folder_id) if request.method == "POST" else "",
        shelf=shelf,
        scenarios=found,
        lines=scenarios.lines(g.read, found, zone=g.zone, now=g.now),
        samples=samples.SAMPLES,
    )


def _head(scenario: Scenario) -> dict[str, Any]:
    """What the head of each page of a scenario shows."""
    draft = scenarios.edited(g.read, scenario)
    return {
        "scenario": scenario,
        "draft": draft,
        "has_draft": draft is not None,
        "people_count": scenarios.counts(g.read, scenario)[EnrolmentState.ACTIVE],
    }


def _flow(scenario: Scenario) -> dict[str, Any]:
    steps = scenarios.steps.in_version(g.read, scenarios.shown(g.read, scenario))
    draft = scenarios.draft(g.read, scenario)
    nodes = scenarios.arranged(scenario.mode, steps)
    funnel = scenarios.funnel(g.read, scenario) if scenario.live_version_id else {}
    rows = results.rows(g.read, scenario, nodes, funnel) if funnel else []
    return {
        "nodes": nodes,
        "cards": sequences.cards(g.read, steps, scenarios.WHERE),
        "doings": arrows.doings(g.read, steps),
        "rows": {row.node.step.code: row for row in rows},
        "window": moments.in_words(draft.window),
        "finished": actions.sentences(g.read, draft.actions.steps),
        "following": _others(scenario).get(scenario.next_scenario_id or 0),
    }


def _results(scenario: Scenario) -> dict[str, Any]:
    funnel = scenarios.funnel(g.read, scenario)
    nodes = scenarios.flow(g.read, scenario, scenarios.shown(g.read, scenario))
    return {
        "funnel": funnel,
        "rows": results.rows(g.read, scenario, nodes, funnel),
        "counts": scenarios.counts(g.read, scenario),
    }


def _settings(scenario: Scenario, form: ScenarioForm, *, status: int = 200) -> Response:
    return render(
        "scenarios/edit.html",
        "scenario_form",
        status=status,
        then=url_for(".edit", scenario_id=scenario.id) if request.method == "POST" else "",
        form=form,
        places=mentions.places(g.read, scenarios.FEATURE, scenario.id),
        **_head(scenario),
    )


def _stored(scenario: Scenario) -> ScenarioForm:
    return ScenarioForm.of(scenarios.draft(g.read, scenario)).offer(_folders(), _others(scenario))


def _update(scenario: Scenario, form: ScenarioForm) -> None:
    scenarios.update(g.session, scenario, form.draft(g.session, scenario.mode), now=g.now)


def _is_as_read(scenario: Scenario) -> bool:
    """Whether nobody has changed the draft since the page was drawn."""
    return request.form.get("read") in (None, _fingerprint(scenario))


def _fingerprint(scenario: Scenario) -> str:
    return changes.fingerprint(g.read, scenarios.shown(g.read, scenario).steps)


def _publishing(scenario: Scenario, *, status: int = 200, has_changed: bool = False) -> Response:
    return render(
        "scenarios/version_new.html",
        "publishing",
        status=status,
        scenario=scenario,
        affected=scenarios.affected(g.read, scenario),
        problems=scenarios.problems(g.read, scenario),
        read=_fingerprint(scenario),
        has_changed=has_changed,
        offset_in_words=scenarios.offset_in_words,
    )


def _publish(scenario: Scenario) -> None:
    moves_friends = request.form.get("moves_friends") == "yes"
    scenarios.publish(g.session, scenario, moves_friends=moves_friends, staff_id=g.staff.id, now=g.now)
    if "is_on" in request.form:
        scenarios.switch(g.session, scenario, is_on=True, now=g.now)


def _others(scenario: Scenario) -> dict[int, str]:
    """The scenarios that can follow."""
    return {each.id: each.name for each in scenarios.in_order(g.read) if each.id != scenario.id}


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, scenarios.FEATURE)


def _what_happens_next(scenario: Scenario) -> str:
    if scenario.is_on:
        return f"「{scenario.name}」はオンです。これから始まる方に、順番に送ります。"
    return f"「{scenario.name}」は今オフです。オンにするまで始まらず、途中の方にも送りません。"
