"""アクションスケジュール: the list, the editor with its next runs, the history, and a run by hand."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import actions, batches, folders, schedules, segments
from lstep_lite.engine.schedules import Plan
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.schedules import RunForm, ScheduleForm
from lstep_lite.models import Pattern, Schedule
from lstep_lite.web import fragment, go, number, render

bp = Blueprint("schedules", __name__, url_prefix="/schedules")

PREVIEWED = 5
TOKEN_BYTES = 16


@dataclass(frozen=True)
class Preview:
    """What a plan will do: the next runs, with how many friends each would be for as things are now."""

    sentence: str
    runs: Sequence[tuple[datetime, int | None]]
    """The numbers differ only where each friend has a day of their own; else none stand here."""
    count: int
    href: str
    """The list of those friends."""


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    return _edit_page(_form(None), None)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = _posted()
    schedule = form.keep(lambda: schedules.create(g.session, form.draft(g.session), now=g.now))
    if not schedule:
        return _edit_page(form, None, status=422)
    flash(_what_happens_next(schedule), "success")
    return go(url_for(".show", schedule_id=schedule.id))


@bp.post("/preview")
@allow(Permission.AUTOMATION_EDIT)
def preview_create() -> Response:
    """The next runs of what stands in the editor; nothing is kept."""
    return fragment("schedules/edit.html", "schedule_preview", preview=_preview(_posted()))


@bp.get("/<int:schedule_id>")
@allow(Permission.AUTOMATION_EDIT)
def show(schedule_id: int) -> Response:
    return _show_page(schedules.get(g.read, schedule_id))


@bp.get("/<int:schedule_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(schedule_id: int) -> Response:
    schedule = schedules.get(g.read, schedule_id)
    return _edit_page(_form(schedule), schedule)


@bp.post("/<int:schedule_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(schedule_id: int) -> Response:
    schedule, form = schedules.get(g.session, schedule_id), _posted()
    if not form.keep_edit(
        lambda: schedules.update(g.session, schedule, form.draft(g.session), now=g.now), stored=_form(schedule)
    ):
        return _edit_page(form, schedule, status=422)
    flash(_what_happens_next(schedule), "success")
    return _edit_page(_form(schedule), schedule)


@bp.post("/<int:schedule_id>/switch")
@allow(Permission.AUTOMATION_EDIT)
def switch_create(schedule_id: int) -> Response:
    schedule = schedules.get(g.session, schedule_id)
    schedules.switch(g.session, schedule, is_on=request.form.get("is_on") == "yes", now=g.now)
    flash(_what_happens_next(schedule), "success")
    return _list()


@bp.post("/<int:schedule_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(schedule_id: int) -> Response:
    twin = schedules.copy(g.session, schedules.get(g.session, schedule_id), now=g.now)
    flash(f"「{twin.name}」を作りました。まだオフです。", "success")
    return go(url_for(".edit", schedule_id=twin.id))


@bp.post("/<int:schedule_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(schedule_id: int) -> Response:
    schedule = schedules.get(g.session, schedule_id)
    schedules.delete(g.session, schedule)
    flash(f"スケジュール「{schedule.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.get("/<int:schedule_id>/runs/new")
@allow(Permission.AUTOMATION_EDIT)
def run_new(schedule_id: int) -> Response:
    schedule = schedules.get(g.read, schedule_id)
    audience = schedules.audience(g.read, schedules.plan_of(schedule), schedule.tree, g.now)
    return render(
        "schedules/run_new.html",
        schedule=schedule,
        reached=batches.reached(g.read, audience, now=g.now),
        steps=_steps(schedule),
        form=RunForm(data={"token": secrets.token_urlsafe(TOKEN_BYTES)}),
    )


@bp.post("/<int:schedule_id>/runs")
@allow(Permission.AUTOMATION_EDIT)
def run_create(schedule_id: int) -> Response:
    schedule, form = schedules.get(g.session, schedule_id), RunForm(request.form)
    if not form.validate():
        return go(url_for(".run_new", schedule_id=schedule.id))
    batch = schedules.run_now(g.session, schedule, token=form.token.data or "", staff_id=g.staff.id, now=g.now)
    flash("実行を始めました。画面を閉じても続きます。", "success")
    return go(url_for("batches.show", batch_id=batch.id))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    shelf = folders.overview(g.read, schedules.FEATURE, request.args.get("folder", type=number))
    found = schedules.in_order(g.read, folder_id=shelf.folder_id)
    return render(
        "schedules/index.html",
        "schedule_list",
        then=url_for(".index", folder=shelf.folder_id) if request.method == "POST" else "",
        shelf=shelf,
        schedules=found,
        sentences=schedules.sentences(g.read, found),
        broken=schedules.broken_ids(g.read, found),
        over=schedules.over_ids(g.read, found, now=g.now),
        last_runs=schedules.last_runs(g.read),
    )


def _edit_page(form: ScheduleForm, schedule: Schedule | None, *, status: int = 200) -> Response:
    return render(
        "schedules/edit.html",
        "schedule_form",
        status=status,
        then=url_for(".edit", schedule_id=schedule.id) if schedule and request.method == "POST" else "",
        form=form,
        schedule=schedule,
        is_fresh=True,
    )


def _show_page(schedule: Schedule) -> Response:
    plan = schedules.plan_of(schedule)
    return render(
        "schedules/show.html",
        schedule=schedule,
        sentence=schedules.sentence(g.read, schedule),
        condition=segments.sentence(g.read, schedule.tree),
        is_broken=schedules.is_broken(g.read, schedule),
        is_over=bool(schedules.over_ids(g.read, [schedule], now=g.now)),
        steps=_steps(schedule),
        preview=_previewed(plan, schedule.tree),
        history=schedules.history(g.read, schedule),
    )


def _steps(schedule: Schedule) -> list[str]:
    action_set = actions.at(g.read, schedules.PLACE, schedule.id)
    return actions.sentences(g.read, action_set.steps) if action_set else []


def _preview(form: ScheduleForm) -> Preview | None:
    """None while something is not filled in yet."""
    if not form.has_plan():
        return None
    try:
        plan = form.plan()
        schedules.check_plan(g.read, plan)
        return _previewed(plan, form.segment.draft(g.read))
    except DomainError:
        return None


def _previewed(plan: Plan, tree: Tree) -> Preview:
    runs = schedules.next_runs(plan, g.now, g.zone, count=PREVIEWED)
    first = runs[0] if runs else g.now
    differ = plan.pattern is Pattern.DATE_FIELD
    return Preview(
        sentence=_sentence(plan, tree),
        runs=[(run, _count(plan, tree, run) if differ else None) for run in runs],
        count=_count(plan, tree, first),
        href=url_for("friends.index", **segments.query(schedules.audience_tree(g.read, plan, tree, first))),
    )


def _sentence(plan: Plan, tree: Tree) -> str:
    whom = "すべての友だち"
    if not segments.is_empty(tree):
        whom = f"「{segments.sentence(g.read, tree)}」に当てはまる友だち"
    return f"{schedules.plan_sentence(g.read, plan)}に、{whom}へ実行します。"


def _count(plan: Plan, tree: Tree, at: datetime) -> int:
    return schedules.audience(g.read, plan, tree, at).count(g.read, now=g.now)


def _form(schedule: Schedule | None) -> ScheduleForm:
    kept = actions.at(g.read, schedules.PLACE, schedule.id) if schedule else None
    return ScheduleForm.of(schedule, actions.draft(kept, schedules.PLACE), _folders(), schedules.targets(g.read))


def _posted() -> ScheduleForm:
    return ScheduleForm.posted(request.form, _folders(), schedules.targets(g.read))


def _folders() -> Sequence[Any]:
    return folders.of_feature(g.read, schedules.FEATURE)


def _what_happens_next(schedule: Schedule) -> str:
    if schedule.due_at is None:
        return f"「{schedule.name}」は今オフです。オンにするまで実行しません。"
    local = schedule.due_at.astimezone(g.zone)
    return f"「{schedule.name}」はオンです。次は{local.month}月{local.day}日 {local:%H:%M}に実行します。"
