"""シナリオのステップ: their editor, moving and copying them, and test sends. Edits always go into the draft."""

import secrets
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import scenarios, test_sends
from lstep_lite.engine.scenarios import StepDraft, steps, testing
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.scenario_steps import BranchForm, StepForm
from lstep_lite.forms.test_sends import TestSendForm
from lstep_lite.models import Scenario, ScenarioStep, Side, StepKind
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("scenario_steps", __name__, url_prefix="/scenarios/<int:scenario_id>/steps")

TOKEN_BYTES = 8
AnyForm = StepForm | BranchForm


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new(scenario_id: int) -> Response:
    """Where it stands, what kind it is and its time as a suggestion come from the address."""
    scenario = scenarios.get(g.read, scenario_id)
    days, at_time = request.args.get("days", 0, type=number), request.args.get("at")
    suggested = StepDraft(days=days, at_time=at_time) if at_time else StepDraft(days=days, at_time="12:00")
    return _editor(scenario, _form_class().of(suggested))


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create(scenario_id: int) -> Response:
    scenario, form = scenarios.get(g.session, scenario_id), _form_class()(request.form)
    step = form.keep(lambda: _create(scenario, form))
    if not step:
        return _editor(scenario, form, status=422)
    flash(_saved(scenario, step), "success")
    return go(f"{url_for('scenarios.show', scenario_id=scenario.id)}#step-{step.code}")


@bp.get("/<code>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(scenario_id: int, code: str) -> Response:
    scenario = scenarios.get(g.read, scenario_id)
    step = steps.by_code(g.read, scenarios.shown(g.read, scenario), code)
    return _editor(scenario, _stored(step), step)


@bp.post("/<code>")
@allow(Permission.AUTOMATION_EDIT)
def update(scenario_id: int, code: str) -> Response:
    scenario, step = _drafted(scenario_id, code)
    form = _form_class(step)(request.form)
    if not form.keep_edit(lambda: _update(scenario, step, form), stored=_stored(step)):
        return _editor(scenario, form, step, status=422)
    flash(_saved(scenario, step), "success")
    return _editor(scenario, _stored(step), step)


@bp.post("/<code>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(scenario_id: int, code: str) -> Response:
    scenario, step = _drafted(scenario_id, code)
    words = scenarios.said(scenario.mode, step)
    count = steps.delete(g.session, step)
    flash(f"{words}を削除しました" + (f"（中のステップも含めて{count}個）" if count > 1 else ""), "success")
    return _back(scenario)


@bp.post("/<code>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(scenario_id: int, code: str) -> Response:
    scenario, step = _drafted(scenario_id, code)
    twin = steps.copy(g.session, step, now=g.now)
    flash("コピーを作りました。時刻と内容を直してください。", "success")
    return go(url_for(".edit", scenario_id=scenario.id, code=twin.code))


@bp.post("/<code>/order")
@allow(Permission.AUTOMATION_EDIT)
def order_update(scenario_id: int, code: str) -> Response:
    scenario, step = _drafted(scenario_id, code)
    steps.move(g.session, scenario, step, by=-1 if request.form.get("to") == "up" else 1)
    return _back(scenario, step)


# Test sends ----------------------------------------------------------------------------------------------------------


@bp.get("/tests/new")
@allow(Permission.AUTOMATION_EDIT)
def test_new(scenario_id: int) -> Response:
    return _test_page(scenarios.get(g.read, scenario_id), request.args.get("code", ""))


@bp.post("/tests")
@allow(Permission.AUTOMATION_EDIT)
def test_create(scenario_id: int) -> Response:
    scenario, code = scenarios.get(g.session, scenario_id), request.form.get("code", "")
    try:
        count = _send_test(scenario, code, TestSendForm(request.form))
    except DomainError as error:
        return _test_page(scenario, code, status=422, problem=error.message)
    flash(f"{count}人にテスト送信しました。LINEの画面で確かめてください。", "success")
    return _test_page(scenario, code)


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _drafted(scenario_id: int, code: str) -> tuple[Scenario, ScenarioStep]:
    """The step as it stands in the draft, which is begun if there is none."""
    scenario = scenarios.get(g.session, scenario_id)
    return scenario, steps.by_code(g.session, scenarios.draft_of(g.session, scenario, now=g.now), code)


def _form_class(step: ScenarioStep | None = None) -> type[AnyForm]:
    kind = step.kind if step else request.args.get("kind")
    return BranchForm if kind == StepKind.BRANCH else StepForm


def _stored(step: ScenarioStep) -> AnyForm:
    return _form_class(step).of(steps.draft_of(g.read, step))


def _lane() -> dict[str, Any]:
    """In which lane of which branch a new step is put."""
    within, side = request.args.get("within"), request.args.get("side")
    return {"within": within, "side": Side(side)} if within and side in list(Side) else {}


def _create(scenario: Scenario, form: AnyForm) -> ScenarioStep:
    version = scenarios.draft_of(g.session, scenario, now=g.now)
    draft = form.draft(g.session, scenario.mode, **_lane())
    return steps.add(g.session, scenario, version, draft, now=g.now)


def _update(scenario: Scenario, step: ScenarioStep, form: AnyForm) -> None:
    draft = form.draft(g.session, scenario.mode, within=step.within, side=step.side)
    steps.update(g.session, scenario, step, draft, now=g.now)


def _editor(scenario: Scenario, form: AnyForm, step: ScenarioStep | None = None, *, status: int = 200) -> Response:
    lane = {"within": step.within, "side": step.side} if step and step.within else _lane()
    here = url_for(".edit", scenario_id=scenario.id, code=step.code) if step and request.method == "POST" else ""
    return render(
        "scenarios/step_edit.html",
        "step_form",
        status=status,
        then=here,
        scenario=scenario,
        step=step,
        form=form.told(scenario.mode),
        is_branch=isinstance(form, BranchForm),
        has_draft=scenarios.edited(g.read, scenario) is not None,
        action=_action(scenario, step),
        lane=_lane_in_words(scenario, **lane) if lane else "",
    )


def _action(scenario: Scenario, step: ScenarioStep | None) -> str:
    if step:
        return url_for(".update", scenario_id=scenario.id, code=step.code)
    kind = request.args.get("kind")
    return url_for(".create", scenario_id=scenario.id, kind=kind, **_lane())


def _lane_in_words(scenario: Scenario, within: str, side: Side) -> str:
    branch = steps.by_code(g.read, scenarios.shown(g.read, scenario), within)
    return f"{scenarios.said(scenario.mode, branch)}の「{'はい' if side is Side.YES else 'いいえ'}」"


def _saved(scenario: Scenario, step: ScenarioStep) -> str:
    words = f"{scenarios.said(scenario.mode, step)}を保存しました"
    return f"{words}。公開するまで、お客様には使われません。" if scenario.live_version_id else words


def _back(scenario: Scenario, step: ScenarioStep | None = None) -> Response:
    place = f"#step-{step.code}" if step else ""
    return go(url_for("scenarios.show", scenario_id=scenario.id) + place)


def _send_test(scenario: Scenario, code: str, form: TestSendForm) -> int:
    found = _sendable(scenario)
    return testing.send(
        g.session,
        scenario,
        [step for step in found if step.code == code] if code else found,
        form.friend_ids.data or (),
        token=(form.token.data or "")[:40],
        staff_id=g.staff.id,
        now=g.now,
    )


def _sendable(scenario: Scenario) -> list[ScenarioStep]:
    return testing.sendable(steps.in_version(g.read, scenarios.shown(g.read, scenario)))


def _test_page(scenario: Scenario, code: str, *, status: int = 200, problem: str = "") -> Response:
    return render(
        "scenarios/test_new.html",
        "test_send",
        status=status,
        then=url_for(".test_new", scenario_id=scenario.id, code=code or None) if request.method == "POST" else "",
        scenario=scenario,
        sendable=_sendable(scenario),
        code=code,
        problem=problem,
        desk=test_sends.desk(g.read, now=g.now),
        token=secrets.token_urlsafe(TOKEN_BYTES),
        is_demo=runtime().settings.is_demo,
        offset_in_words=scenarios.offset_in_words,
    )
