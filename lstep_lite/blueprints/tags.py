"""タグ: the list, the editor, and the tags of one friend."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow, may
from lstep_lite.engine import actions, folders, friends, mentions, segments, tags, timeline
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.tags import samples
from lstep_lite.forms.tags import HandTagForm, TagForm
from lstep_lite.models import ChangedBy, Friend, Tag
from lstep_lite.web import error_response, go, number, own_args, render, wants_fragment

bp = Blueprint("tags", __name__, url_prefix="/tags")

ORIGINS = {
    ChangedBy.STAFF: "スタッフが手で",
    ChangedBy.AUTOMATION: "自動で",
    ChangedBy.IMPORT: "CSVの取り込みで",
    ChangedBy.CUSTOMER: "お客様の操作で",
}
MOST_SUGGESTED = 500


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    form = TagForm(data={"folder_id": request.args.get("folder", 0, type=number)})
    return _editor(form)


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = TagForm(request.form).offer(folders.of_feature(g.read, tags.FEATURE))
    tag = form.keep(lambda: _create(form))
    if not tag:
        return _editor(form, status=422)
    flash(f"タグ「{tag.name}」を作りました", "success")
    return go(url_for(".index", folder=tag.folder_id))


@bp.get("/<int:tag_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(tag_id: int) -> Response:
    tag = tags.get(g.read, tag_id)
    return _editor(_stored(tag), tag)


@bp.post("/<int:tag_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(tag_id: int) -> Response:
    tag = tags.get(g.session, tag_id)
    form = TagForm(request.form).offer(folders.of_feature(g.read, tags.FEATURE))
    if not form.keep_edit(lambda: _update(tag, form), stored=_stored(tag)):
        return _editor(form, tag, status=422)
    flash(f"タグ「{tag.name}」を保存しました", "success")
    return go(url_for(".index", folder=tag.folder_id))


@bp.post("/<int:tag_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(tag_id: int) -> Response:
    tag = tags.get(g.session, tag_id)
    tags.delete(g.session, tag)
    flash(f"タグ「{tag.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:tag_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(tag_id: int) -> Response:
    tag = tags.copy(g.session, tags.get(g.session, tag_id), now=g.now)
    flash(f"「{tag.name}」を作りました", "success")
    return go(url_for(".edit", tag_id=tag.id))


@bp.post("/<int:tag_id>/favourite")
@allow(Permission.AUTOMATION_EDIT)
def favourite_update(tag_id: int) -> Response:
    tag = tags.get(g.session, tag_id)
    tags.favour(tag, is_favourite=request.form.get("is_favourite") == "yes", now=g.now)
    return _list()


@bp.post("/samples")
@allow(Permission.AUTOMATION_EDIT)
def samples_create() -> Response:
    flash(
        f"見本のタグを{samples.create(g.session, now=g.now)}個作りました。要らないものは削除してください。", "success"
    )
    return go(url_for(".index"))


# One friend's tags ---------------------------------------------------------------------------------------------------


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_create(friend_id: int) -> Response:
    form, friend = HandTagForm(request.form), friends.get(g.session, friend_id)
    kept = form.keep(lambda: _attach(form, friend))
    if not kept:
        return _refused(form, friend)
    tag, is_new = kept
    flash(f"タグ「{tag.name}」{'を付けました' if is_new else 'はもう付いています'}", "success" if is_new else "info")
    return _beside(friend)


@bp.post("/friends/<int:friend_id>/<int:tag_id>/detach")
@allow(Permission.FRIENDS_EDIT)
def friend_destroy(friend_id: int, tag_id: int) -> Response:
    friend, tag = friends.get(g.session, friend_id), tags.get(g.session, tag_id)
    tags.detach(g.session, tag, friend, now=g.now, staff_id=g.staff.id)
    flash(f"タグ「{tag.name}」を外しました", "success")
    return _beside(friend)


@panels.panel("tags/_friend.html", order=20, in_chat=True)
def friend_panel(friend: Friend) -> dict[str, Any]:
    carried, every = tags.of(g.read, friend), tags.in_order(g.read)
    held = {each.tag.id for each in carried}
    others = [tag for tag in every if tag.id not in held]
    return {
        "carried": carried,
        "favourites": [tag for tag in others if tag.is_favourite],
        "suggested": others[:MOST_SUGGESTED],
        "tag_form": HandTagForm(),
        "origins": ORIGINS,
        "cause_label": timeline.label,
    }


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    shelf = folders.overview(g.read, tags.FEATURE, request.args.get("folder", type=number))
    text = request.args.get("q", "").strip()[:100]
    page = tags.page(g.read, folder_id=shelf.folder_id, text=text, number=request.args.get("page", 1, type=number))
    return render(
        "tags/index.html",
        "tag_list",
        then=url_for(".index", **own_args("folder", "q", "page")) if request.method == "POST" else "",
        shelf=shelf,
        page=page,
        text=text,
        samples=samples.SAMPLES,
        friends_url=_friends_url,
        kept=own_args("folder", "q", "page"),
    )


def _friends_url(tag: Tag) -> str:
    return url_for("friends.index", **segments.query(tags.carriers(tag)))


def _stored(tag: Tag) -> TagForm:
    attached, full = (actions.draft(actions.at(g.read, place, tag.id), place) for place in (tags.ATTACHED, tags.FULL))
    return TagForm.of(tag, attached, full, folders.of_feature(g.read, tags.FEATURE))


def _editor(form: TagForm, tag: Tag | None = None, status: int = 200) -> Response:
    form.offer(folders.of_feature(g.read, tags.FEATURE))
    return render(
        "tags/edit.html",
        "tag_form",
        status=status,
        form=form,
        tag=tag,
        places=mentions.places(g.read, tags.FEATURE, tag.id) if tag else [],
        friend_count=tags.friend_counts(g.read, [tag.id]).get(tag.id, 0) if tag else 0,
        friends_url=_friends_url,
    )


def _create(form: TagForm) -> Tag:
    tag = tags.create(g.session, form.draft(), now=g.now)
    _keep_actions(tag, form)
    return tag


def _update(tag: Tag, form: TagForm) -> None:
    tags.update(g.session, tag, form.draft(), now=g.now)
    _keep_actions(tag, form)


def _keep_actions(tag: Tag, form: TagForm) -> None:
    attached, full = form.attached.draft(g.session), form.full.draft(g.session)
    tags.keep_actions(g.session, tag, attached=attached, full=full, now=g.now)


def _attach(form: HandTagForm, friend: Friend) -> tuple[Tag, bool]:
    may_create = form.create.data == "yes" and may(Permission.AUTOMATION_EDIT)
    name = form.name.data or ""
    return tags.attach_named(g.session, name, friend, may_create=may_create, staff_id=g.staff.id, now=g.now)


def _beside(friend: Friend, **over: Any) -> Response:
    status = over.pop("status", 200)
    return render(
        "tags/_friend.html",
        "friend_tags",
        status=status,
        then=url_for("friends.show", friend_id=friend.id),
        friend=friend,
        **friend_panel(friend) | over,
    )


def _refused(form: HandTagForm, friend: Friend) -> Response:
    """The panel with what is wrong; without htmx there is no page it would be on."""
    if not wants_fragment():
        return error_response(422, " ".join([*form.name.errors, *form.create.errors]))
    return _beside(friend, tag_form=form, status=422)
