"""共通情報: the list, and the editor with its history."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import folders, media, shared_values
from lstep_lite.engine.media import StoredImage, Upload
from lstep_lite.engine.shared_values import Origin
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms.shared_values import HINTS, ICONS, LABELS, NewSharedValueForm, SharedValueForm
from lstep_lite.models import ChangedBy, Folder, Media, SharedValue, SharedValueType
from lstep_lite.web import go, number, render, runtime

bp = Blueprint("shared_values", __name__, url_prefix="/shared-values")

HISTORY_SHOWN = 50


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    shelf = folders.overview(g.read, shared_values.FEATURE, request.args.get("folder", type=number))
    found = shared_values.in_order(g.read, folder_id=shelf.folder_id)
    pictures = shared_values.pictures(g.read, found)
    return render("shared_values/index.html", shelf=shelf, values=found, pictures=pictures, **_words())


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    return _editor(NewSharedValueForm(data={"folder_id": request.args.get("folder", 0, type=number)}))


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = NewSharedValueForm(request.form).offer(_folders())
    stored = _picture(form) if form.validate() else None
    value = form.keep(lambda: _create(form, stored)) if not form.errors else None
    if not value:
        return _editor(form, status=422)
    words = shared_values.insertion(value.word)
    flash(f"「{value.name}」を作りました。メッセージでは {words} と書くと差し込めます。", "success")
    return go(url_for(".edit", value_id=value.id))


@bp.get("/<int:value_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(value_id: int) -> Response:
    value = shared_values.get(g.read, value_id)
    return _editor(_stored(value), value)


@bp.post("/<int:value_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(value_id: int) -> Response:
    form = SharedValueForm(request.form).offer(_folders())
    stored = _picture(form) if form.validate() else None
    value = shared_values.get(g.session, value_id)
    if form.errors or not form.keep_edit(lambda: _update(value, form, stored), stored=_stored(value)):
        return _editor(form, value, status=422)
    flash(f"「{value.name}」を保存しました。これから送るメッセージは、新しい内容になります。", "success")
    return _editor(_stored(value), value)


@bp.post("/<int:value_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(value_id: int) -> Response:
    value = shared_values.get(g.session, value_id)
    shared_values.delete(g.session, value)
    flash(f"「{value.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:value_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(value_id: int) -> Response:
    value = shared_values.copy(g.session, shared_values.get(g.session, value_id), _by_hand())
    flash(f"「{value.name}」を作りました", "success")
    return go(url_for(".edit", value_id=value.id))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _words() -> dict[str, Any]:
    return {
        "labels": LABELS,
        "hints": HINTS,
        "icons": ICONS,
        "insertion": shared_values.insertion,
        "show": lambda value: shared_values.show(g.read, value),
    }


def _editor(form: SharedValueForm, value: SharedValue | None = None, status: int = 200) -> Response:
    return render(
        "shared_values/edit.html",
        "value_form",
        status=status,
        then=url_for(".edit", value_id=value.id) if value and request.method == "POST" else "",
        form=form.offer(_folders()),
        value=value,
        changes=shared_values.changes(g.read, value, limit=HISTORY_SHOWN) if value else [],
        places=shared_values.places(g.read, value) if value else [],
        picture=g.read.get(Media, value.media_id) if value and value.media_id else None,
        **_words(),
    )


def _stored(value: SharedValue) -> SharedValueForm:
    return SharedValueForm.of(value, shared_values.typed(g.read, value), _folders())


def _folders() -> Sequence[Folder]:
    return folders.of_feature(g.read, shared_values.FEATURE)


def _picture(form: SharedValueForm) -> StoredImage | None:
    """The picture that came along, kept by the store already."""
    file = request.files.get("picture")
    if file is None or not file.filename:
        return None
    try:
        return runtime().media.store_image(file.stream.read(media.UPLOAD_BYTES + 1))
    except DomainError as error:
        form.refuse(DomainError(error.message, "picture"))
        return None


def _create(form: NewSharedValueForm, stored: StoredImage | None) -> SharedValue:
    value = shared_values.create(g.session, form.draft(), form.value_type, now=g.now)
    _hold(value, form, stored)
    return value


def _update(value: SharedValue, form: SharedValueForm, stored: StoredImage | None) -> None:
    shared_values.update(g.session, value, form.draft(), now=g.now)
    _hold(value, form, stored)


def _hold(value: SharedValue, form: SharedValueForm, stored: StoredImage | None) -> None:
    if value.type is not SharedValueType.IMAGE:
        shared_values.set_text(g.session, value, form.text.data or "", _by_hand())
    elif stored is not None:
        name = request.files["picture"].filename or "画像"
        picture = media.add(g.session, stored, Upload(name, g.staff.id), now=g.now)
        shared_values.set_picture(g.session, value, picture, _by_hand())
    elif "picture.remove" in request.form:
        shared_values.clear(g.session, value, _by_hand())


def _by_hand() -> Origin:
    return Origin(g.now, ChangedBy.STAFF, g.staff.id)
