"""データ（CSV）: lists of friends as files, both ways, and the record of what was taken out or erased."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from lstep_lite.auth import allow
from lstep_lite.engine import friends, transfers
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.friends import FriendSearchForm
from lstep_lite.forms.transfers import PASSED_OVER, ExportForm, PlanForm, UploadForm
from lstep_lite.models import Import, ImportState
from lstep_lite.web import download, go, live, number, render, runtime

bp = Blueprint("transfers", __name__, url_prefix="/transfers")

STATE_LABELS = {
    ImportState.UPLOADED: "列の確認待ち",
    ImportState.CHECKING: "確認中",
    ImportState.CHECKED: "取り込み待ち",
    ImportState.RUNNING: "取り込み中",
    ImportState.DONE: "完了",
    ImportState.CANCELLED: "中止",
}


@bp.get("")
@allow(Permission.FRIENDS_EXPORT)
def index() -> AnyResponse:
    return _index(UploadForm())


@bp.get("/exports/new")
@allow(Permission.FRIENDS_EXPORT)
def export_new() -> AnyResponse:
    return _export_page(ExportForm(None, transfers.columns(g.read)))


@bp.post("/exports")
@allow(Permission.FRIENDS_EXPORT)
def export_create() -> AnyResponse:
    """The file, read while it is being fetched. An ordinary form: browsers save such an answer."""
    form = ExportForm(request.form, transfers.columns(g.read))
    export = form.keep(lambda: transfers.begin(g.session, *form.draft(), staff_id=g.staff.id, now=g.now))
    if not export:
        return _export_page(form, status=422)
    audience = FriendSearchForm(request.form).audience(g.session)
    pieces = transfers.lines(runtime().database, export.id, audience, *form.draft(), now=g.now)
    return download(pieces, f"友だちリスト_{g.now.astimezone(g.zone):%Y%m%d_%H%M}.csv")


@bp.post("/imports")
@allow(Permission.FRIENDS_EXPORT)
def import_create() -> AnyResponse:
    """The file is stored in units of its own, before any other is opened."""
    form = UploadForm(request.form)
    try:
        import_id = _receive(request.files.get("file"))
    except DomainError as error:
        form.refuse(error)
        return _index(form, "upload", status=422)
    return go(url_for(".import_edit", import_id=import_id))


@bp.get("/imports/<int:import_id>/edit")
@allow(Permission.FRIENDS_EXPORT)
def import_edit(import_id: int) -> AnyResponse:
    job = transfers.get(g.read, import_id)
    return _plan_page(job, _plan_form(job, None))


@bp.post("/imports/<int:import_id>")
@allow(Permission.FRIENDS_EXPORT)
def import_update(import_id: int) -> AnyResponse:
    job = transfers.get(g.session, import_id)
    form = _plan_form(job, request.form)
    if not form.keep(lambda: transfers.check(g.session, job, form.mapping.data, form.draft())):
        return _plan_page(job, form, "plan", status=422)
    return go(url_for(".import_show", import_id=job.id))


@bp.get("/imports/<int:import_id>")
@allow(Permission.FRIENDS_EXPORT)
def import_show(import_id: int) -> AnyResponse:
    return render("transfers/import_show.html", "import_report", **_report(transfers.get(g.read, import_id)))


@bp.get("/imports/<int:import_id>/progress")
@allow(Permission.FRIENDS_EXPORT)
def progress_show(import_id: int) -> AnyResponse:
    return live("transfers/import_show.html", "import_report", **_report(transfers.get(g.read, import_id)))


@bp.post("/imports/<int:import_id>/run")
@allow(Permission.FRIENDS_EXPORT)
def run_create(import_id: int) -> AnyResponse:
    job = transfers.get(g.session, import_id)
    transfers.run(g.session, job)
    flash("取り込みを始めました。この画面を閉じても続きます。", "success")
    return _report_page(job)


@bp.post("/imports/<int:import_id>/cancel")
@allow(Permission.FRIENDS_EXPORT)
def cancel_create(import_id: int) -> AnyResponse:
    job = transfers.get(g.session, import_id)
    transfers.cancel(g.session, job, now=g.now)
    flash("中止しました。すでに取り込んだ分はそのまま残ります。", "success")
    return _report_page(job)


@bp.get("/imports/<int:import_id>/report")
@allow(Permission.FRIENDS_EXPORT)
def report_show(import_id: int) -> AnyResponse:
    job = transfers.get(g.read, import_id)
    name = job.file_name.rpartition(".")[0] or job.file_name
    return download(transfers.report(runtime().database, job.id), f"{name}_取り込めなかった行.csv")


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _receive(upload: FileStorage | None) -> int:
    if upload is None or not upload.filename:
        raise DomainError("CSVファイルを選んでください。", "file")
    return transfers.receive(runtime().database, upload.stream, upload.filename, staff_id=g.staff.id, now=g.now)


def _index(form: UploadForm, *regions: str, status: int = 200) -> AnyResponse:
    return render(
        "transfers/index.html",
        *regions,
        status=status,
        form=form,
        exports=transfers.exports(g.read),
        imports=transfers.imports(g.read),
        erasures=friends.erasures(g.read),
        labels=STATE_LABELS,
    )


def _export_page(form: ExportForm, status: int = 200) -> AnyResponse:
    audience = FriendSearchForm(request.values).audience(g.read)
    return render(
        "transfers/export_new.html",
        status=status,
        form=form,
        count=audience.count(g.read, now=g.now),
        carried=form.carried(request.values),
    )


def _plan_form(job: Import, sent: Any) -> PlanForm:
    offered = transfers.columns(g.read)
    return PlanForm(sent, job, offered, transfers.guess(job.headings, offered))


def _plan_page(job: Import, form: PlanForm, *regions: str, status: int = 200) -> AnyResponse:
    return render(
        "transfers/import_edit.html",
        *regions,
        status=status,
        job=job,
        form=form,
        rows=transfers.preview(g.read, job),
        passed_over=PASSED_OVER,
    )


def _report_page(job: Import) -> AnyResponse:
    then = url_for(".import_show", import_id=job.id)
    return render("transfers/import_show.html", "import_report", then=then, **_report(job))


def _report(job: Import) -> dict[str, Any]:
    after = request.args.get("after", 0, type=number)
    problems = transfers.problems(g.read, job, after=after)
    return {"job": job, "problems": problems, "after": after, "labels": STATE_LABELS}
