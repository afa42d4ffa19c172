"""カスタム検索: the list and the editor; and the picker of conditions that many pages hold."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import folders, mentions, segments
from lstep_lite.engine.segments import EVERYBODY, Reach, Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.segments import Conditions, SegmentForm
from lstep_lite.models import Segment
from lstep_lite.web import fragment, go, number, render

bp = Blueprint("segments", __name__, url_prefix="/segments")

FEATURE = "segments"


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    shelf = folders.overview(g.read, FEATURE, request.args.get("folder", type=number))
    found = segments.in_order(g.read, folder_id=shelf.folder_id)
    sentences = {segment.id: segments.sentence(g.read, segment.tree) for segment in found}
    broken = {segment.id for segment in found if segments.broken(g.read, segment.tree)}
    uses = mentions.counts(g.read, FEATURE)
    return render("segments/index.html", shelf=shelf, segments=found, sentences=sentences, broken=broken, uses=uses)


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    return _editor(SegmentForm.of(None, _folders(), _asked()))


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = SegmentForm.posted(request.form, _folders())
    segment = form.keep(lambda: segments.create(g.session, form.draft(g.session), now=g.now))
    if not segment:
        return _editor(form, status=422)
    flash(f"「{segment.name}」を保存しました。友だちリストの「くわしく絞り込む」から選べます。", "success")
    return go(url_for(".edit", segment_id=segment.id))


@bp.get("/<int:segment_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(segment_id: int) -> Response:
    segment = segments.get(g.read, segment_id)
    return _editor(SegmentForm.of(segment, _folders()), segment)


@bp.post("/<int:segment_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(segment_id: int) -> Response:
    segment, form = segments.get(g.session, segment_id), SegmentForm.posted(request.form, _folders())
    stored = SegmentForm.of(segment, _folders())
    if not form.keep_edit(lambda: segments.update(g.session, segment, form.draft(g.session), now=g.now), stored=stored):
        return _editor(form, segment, status=422)
    flash(f"「{segment.name}」を保存しました", "success")
    return _editor(SegmentForm.of(segment, _folders()), segment, then=url_for(".edit", segment_id=segment.id))


@bp.post("/<int:segment_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(segment_id: int) -> Response:
    segment = segments.copy(g.session, segments.get(g.session, segment_id), now=g.now)
    flash(f"「{segment.name}」を作りました", "success")
    return go(url_for(".edit", segment_id=segment.id))


@bp.post("/<int:segment_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(segment_id: int) -> Response:
    segment = segments.get(g.session, segment_id)
    segments.delete(g.session, segment)
    flash(f"「{segment.name}」を削除しました", "success")
    return go(url_for(".index"))


# The picker, wherever it stands --------------------------------------------------------------------------------------


@bp.post("/editor")
@allow(Permission.FRIENDS_VIEW)
def editor_create() -> Response:
    """The picker after the pressed button (`op`); nothing is changed but what the browser shows."""
    conditions = _picked(rows.changed(request.form) or request.form)
    is_live = bool(request.args.get("live"))
    return fragment("segments/_editor.html", "segment_editor", conditions=conditions, is_live=is_live)


@bp.post("/count")
@allow(Permission.FRIENDS_VIEW)
def count_show() -> Response:
    """How many friends are meant by what is picked, and the conditions read back as a sentence."""
    conditions = _picked(request.form)
    try:
        tree = conditions.draft(g.read)
    except DomainError:
        return fragment("segments/_editor.html", "segment_count", conditions=conditions, count=None)
    return fragment(
        "segments/_editor.html",
        "segment_count",
        conditions=conditions,
        count=segments.count(g.read, tree, now=g.now, reach=conditions.reach),
        sentence=segments.sentence(g.read, tree),
        href=url_for("friends.index", **segments.query(tree)),
    )


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _picked(posted: rows.Posted) -> Conditions:
    reach = request.args.get("reach", "")
    return Conditions.read(posted, request.args.get("path", ""), Reach(reach) if reach in set(Reach) else Reach.LIST)


def _asked() -> Tree:
    """The conditions in the address: a filter of the friend list that is to be kept."""
    try:
        return Conditions.read(request.args, segments.PATH).draft(g.read)
    except DomainError:
        return EVERYBODY


def _editor(form: SegmentForm, segment: Segment | None = None, *, status: int = 200, then: str = "") -> Response:
    places = mentions.places(g.read, FEATURE, segment.id) if segment else []
    return render(
        "segments/edit.html", "segment_form", status=status, then=then, form=form, segment=segment, places=places
    )


def _folders() -> Any:
    return folders.of_feature(g.read, FEATURE)
