"""一括処理: one thing done to many friends: what it would do, how far it is, and what became of whom."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow, may
from lstep_lite.engine import batches
from lstep_lite.engine.batches import Kind
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotAllowed
from lstep_lite.forms.batches import BatchForm, audience, carried
from lstep_lite.models import Batch, BatchState, MemberState
from lstep_lite.web import go, live, number, render

bp = Blueprint("batches", __name__, url_prefix="/batches")

STATE_LABELS = {
    BatchState.GATHERING: "準備中",
    BatchState.RUNNING: "実行中",
    BatchState.DONE: "完了",
    BatchState.CANCELLED: "中止",
}
RESULT_LABELS = {
    MemberState.DONE: "できた",
    MemberState.SKIPPED: "飛ばした",
    MemberState.FAILED: "できなかった",
    MemberState.WAITING: "していない",
}


@bp.get("")
@allow(Permission.FRIENDS_VIEW)
def index() -> Response:
    page = batches.page(g.read, number=request.args.get("page", 1, type=number))
    return render("batches/index.html", page=page, labels=STATE_LABELS)


@bp.route("/new", methods=["GET", "POST"])
@allow(Permission.FRIENDS_EDIT)
def new() -> Response:
    kind = _kind()
    return _plan(kind, BatchForm(request.values, kind, g.read))


@bp.post("")
@allow(Permission.FRIENDS_EDIT)
def create() -> Response:
    kind = _kind()
    form = BatchForm(request.form, kind, g.read)
    if not (form.validate() and form.is_planned):
        return _plan(kind, form, status=422)
    batch = batches.start(
        g.session,
        kind.name,
        label=form.label,
        params=form.params,
        audience=audience(g.read, request.form),
        dedupe_key=f"hand:{g.staff.id}:{form.token.data}",
        staff_id=g.staff.id,
        now=g.now,
    )
    return go(url_for(".show", batch_id=batch.id))


@bp.get("/<int:batch_id>")
@allow(Permission.FRIENDS_VIEW)
def show(batch_id: int) -> Response:
    return render("batches/show.html", "batch_report", **_report(batches.get(g.read, batch_id)))


@bp.get("/<int:batch_id>/progress")
@allow(Permission.FRIENDS_VIEW)
def progress_show(batch_id: int) -> Response:
    return live("batches/show.html", "batch_report", **_report(batches.get(g.read, batch_id)))


@bp.post("/<int:batch_id>/cancel")
@allow(Permission.FRIENDS_EDIT)
def cancel_create(batch_id: int) -> Response:
    batch = batches.get(g.session, batch_id)
    if not may(batches.permission_for(batch)):
        raise NotAllowed
    batches.cancel(g.session, batch, now=g.now)
    flash("中止しました。すでに終わった分はそのまま残っています。", "success")
    return render("batches/show.html", "batch_report", then=url_for(".show", batch_id=batch.id), **_report(batch))


def _kind() -> Kind:
    kind = batches.get_kind(request.values.get("kind", ""))
    if kind.permission is None or not may(kind.permission):
        raise NotAllowed
    return kind


def _plan(kind: Kind, form: BatchForm, *, status: int = 200) -> Response:
    reached = batches.reached(g.read, audience(g.read, request.values), now=g.now)
    return render(
        "batches/new.html",
        "batch_plan",
        status=status,
        kind=kind,
        form=form,
        reached=reached,
        carried=carried(request.values),
        sentences=kind.explain(g.read, form.params, reached.count) if form.is_chosen else (),
    )


def _report(batch: Batch) -> dict[str, Any]:
    wanted = request.args.get("state")
    state = MemberState(wanted) if wanted in set(MemberState) else None
    return {
        "batch": batch,
        "labels": STATE_LABELS,
        "result_labels": RESULT_LABELS,
        "progress": batches.progress(batch, now=g.now),
        "may_cancel": batch.is_open and may(batches.permission_for(batch)),
        "state": state,
        "tabs": _tabs(batch),
        "page": batches.members(g.read, batch, state=state, number=request.args.get("page", 1, type=number)),
        "reasons": batches.reasons(g.read, batch),
    }


def _tabs(batch: Batch) -> list[tuple[str, str, str, int]]:
    """「すべて」, and each result that somebody had."""
    counts = {
        MemberState.DONE: batch.done,
        MemberState.SKIPPED: batch.skipped,
        MemberState.FAILED: batch.failed,
        MemberState.WAITING: batch.total - batch.done - batch.skipped - batch.failed,
    }
    found = [
        (key.value, RESULT_LABELS[key], url_for(".show", batch_id=batch.id, state=key.value), count)
        for key, count in counts.items()
        if count > 0
    ]
    return [("all", "すべて", url_for(".show", batch_id=batch.id), batch.total), *found]
