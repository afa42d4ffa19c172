"""シナリオのステップ: their editor, moving and copying them, and test sends. Edits always go into the draft."""

from datetime import time
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import scenarios, test_sends
from lstep_lite.engine.scenarios import StepDraft, steps, testing
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.scenario_steps import AT_ONCE, BranchForm, StepForm
from lstep_lite.forms.test_sends import TestSendForm, new_token
from lstep_lite.models import Scenario, ScenarioStep, Side, StepKind
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("scenario_steps", __name__, url_prefix="/scenarios/<int:scenario_id>/steps")

USUAL_TIME = "12:00"
AnyForm = StepForm | BranchForm


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new(scenario_id: int) -> Response:
    """Where it stands, what kind it is and its time as a suggestion come from the address."""
    scenario = scenarios.get(g.read, scenario_id)
    days, minutes = (request.args.get(name, 0, type=number) for name in ("days", "minutes"))
    at_time = request.args.get("at", USUAL_TIME, type=_clock_time)
    form = _form_class().of(StepDraft(days=days, at_time=at_time, minutes=minutes, **_lane()))
    form.offer(scenario.mode, _lanes(scenario, None))
    return _editor(scenario, form)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create(scenario_id: int) -> Response:
    scenario = scenarios.get(g.session, scenario_id)
    form = _posted(scenario, None)
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
    return _editor(scenario, _stored(scenario, step), step)


@bp.post("/<code>")
@allow(Permission.AUTOMATION_EDIT)
def update(scenario_id: int, code: str) -> Response:
    scenario, step = _drafted(scenario_id, code)
    form = _posted(scenario, step)
    if not form.keep_edit(lambda: _update(scenario, step, form), stored=_stored(scenario, step)):
        return _editor(scenario, form, step, status=422)
    flash(_saved(scenario, step), "success")
    return _editor(scenario, _stored(scenario, step), step)


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


def _posted(scenario: Scenario, step: ScenarioStep | None) -> AnyForm:
    form = _form_class(step)(request.form)
    form.offer(scenario.mode, _lanes(scenario, step))
    return form


def _stored(scenario: Scenario, step: ScenarioStep) -> AnyForm:
    form = _form_class(step).of(steps.draft_of(g.read, step))
    form.offer(scenario.mode, _lanes(scenario, step))
    return form


def _lanes(scenario: Scenario, step: ScenarioStep | None) -> dict[str, str]:
    """Where a step can stand besides the main way."""
    found = steps.in_version(g.read, scenarios.shown(g.read, scenario))
    own = {step.code, *(inner.code for inner in steps.inside(g.read, step))} if step else set()
    branches = [each for each in found if each.kind is StepKind.BRANCH and each.code not in own]
    words = {Side.YES: "はい", Side.NO: "いいえ"}
    return {
        f"{branch.code}:{side}": f"{scenarios.said(scenario.mode, branch)}の「{words[side]}」"
        for branch in branches
        for side in Side
    }


def _clock_time(text: str) -> str | None:
    """None for right after the start. Raises ValueError."""
    return None if text == AT_ONCE else time.fromisoformat(text).strftime("%H:%M")


def _lane() -> dict[str, Any]:
    """In which lane of which branch a new step is put."""
    within, side = request.args.get("within"), request.args.get("side")
    return {"within": within, "side": Side(side)} if within and side in list(Side) else {}


def _create(scenario: Scenario, form: AnyForm) -> ScenarioStep:
    version = scenarios.draft_of(g.session, scenario, now=g.now)
    return steps.add(g.session, scenario, version, form.draft(g.session, scenario.mode), now=g.now)


def _update(scenario: Scenario, step: ScenarioStep, form: AnyForm) -> None:
    steps.update(g.session, scenario, step, form.draft(g.session, scenario.mode), now=g.now)


def _editor(scenario: Scenario, form: AnyForm, step: ScenarioStep | None = None, *, status: int = 200) -> Response:
    here = url_for(".edit", scenario_id=scenario.id, code=step.code) if step and request.method == "POST" else ""
    return render(
        "scenarios/step_edit.html",
        "step_form",
        status=status,
        then=here,
        scenario=scenario,
        step=step,
        form=form,
        is_branch=isinstance(form, BranchForm),
        has_draft=scenarios.edited(g.read, scenario) is not None,
        action=_action(scenario, step),
    )


def _action(scenario: Scenario, step: ScenarioStep | None) -> str:
    if step:
        return url_for(".update", scenario_id=scenario.id, code=step.code)
    return url_for(".create", scenario_id=scenario.id, kind=request.args.get("kind"))


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
        token=form.token.data or "",
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
        token=new_token(),
        is_demo=runtime().settings.is_demo,
        offset_in_words=scenarios.offset_in_words,
    )
