"""対応マーク: the list, the editor, and the mark of one friend."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import friends, marks, mentions, segments
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.marks import MarkForm
from lstep_lite.models import ChangedBy, Friend, Mark
from lstep_lite.web import go, number, render, wants_fragment

bp = Blueprint("marks", __name__, url_prefix="/marks")


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    return render(
        "marks/index.html",
        marks=marks.in_order(g.read),
        counts=marks.friend_counts(g.read),
        samples=marks.SAMPLES,
        friends_url=_friends_url,
    )


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    return _editor(MarkForm())


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = MarkForm(request.form)
    mark = form.keep(lambda: marks.create(g.session, form.draft(), now=g.now))
    if not mark:
        return _editor(form, status=422)
    flash(f"対応マーク「{mark.name}」を作りました", "success")
    return go(url_for(".index"))


@bp.get("/<int:mark_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(mark_id: int) -> Response:
    mark = marks.get(g.read, mark_id)
    return _editor(MarkForm.of(mark), mark)


@bp.post("/<int:mark_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(mark_id: int) -> Response:
    mark, form = marks.get(g.session, mark_id), MarkForm(request.form)
    if not form.keep_edit(lambda: marks.update(g.session, mark, form.draft(), now=g.now), stored=MarkForm.of(mark)):
        return _editor(form, mark, status=422)
    flash(f"対応マーク「{mark.name}」を保存しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:mark_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(mark_id: int) -> Response:
    mark = marks.get(g.session, mark_id)
    marks.delete(g.session, mark)
    flash(f"対応マーク「{mark.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/samples")
@allow(Permission.AUTOMATION_EDIT)
def samples_create() -> Response:
    made = marks.create_samples(g.session, now=g.now)
    flash(f"見本の対応マークを{made}個作りました。お店に合わせて名前を変えてください。", "success")
    return go(url_for(".index"))


# One friend's mark ---------------------------------------------------------------------------------------------------


@bp.get("/friends/<int:friend_id>/edit")
@allow(Permission.FRIENDS_EDIT)
def friend_edit(friend_id: int) -> Response:
    """A cell of the list of friends, ready for choosing; without htmx the friend's page offers the same."""
    friend = friends.get(g.read, friend_id)
    if not wants_fragment():
        return go(_beside_friend(friend))
    return render("marks/_cell_form.html", "mark_cell_form", friend=friend, **friend_panel(friend))


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_update(friend_id: int) -> Response:
    friend, mark_id = friends.get(g.session, friend_id), request.form.get("mark_id", 0, type=number)
    mark = marks.get(g.session, mark_id) if mark_id else None
    if marks.put(g.session, friend, mark, changed_by=ChangedBy.STAFF, now=g.now, staff_id=g.staff.id):
        flash(f"対応マークを「{mark.name}」にしました" if mark else "対応マークを外しました", "success")
    region = ("marks/_cell.html", "mark_cell") if "in_list" in request.form else ("marks/_friend.html", "friend_mark")
    return render(*region, then=_beside_friend(friend), friend=friend, **friend_panel(friend))


@panels.panel("marks/_friend.html", order=10, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    found = marks.in_order(g.read)
    return {"marks": found, "current": next((mark for mark in found if mark.id == friend.mark_id), None)}


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _friends_url(mark: Mark) -> str:
    return url_for("friends.index", **segments.query(marks.carriers(mark)))


def _beside_friend(friend: Friend) -> str:
    return url_for("friends.show", friend_id=friend.id, _anchor="friend-mark")


def _editor(form: MarkForm, mark: Mark | None = None, status: int = 200) -> Response:
    return render(
        "marks/edit.html",
        "mark_form",
        status=status,
        form=form,
        mark=mark,
        places=mentions.places(g.read, marks.FEATURE, mark.id) if mark else [],
        friend_count=marks.friend_counts(g.read).get(mark.id, 0) if mark else 0,
        friends_url=_friends_url,
    )
