"""友だち情報欄: the list, the editor, and what one friend has in them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import panels
from lstep_lite.auth import allow
from lstep_lite.engine import actions, fields, folders, friends, media, segments
from lstep_lite.engine.fields import Target, Upload
from lstep_lite.engine.fields.words import insertion
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError
from lstep_lite.forms import rows
from lstep_lite.forms.fields import FieldForm, NewFieldForm, ValuesForm, stored_id, typed_values, values_form
from lstep_lite.models import Field, FieldType, Folder, Friend
from lstep_lite.web import error_response, fragment, go, number, own_args, render, runtime, wants_fragment

bp = Blueprint("fields", __name__, url_prefix="/fields")

HISTORY_STEP = 50
HISTORY_MOST = 1000
NO_FOLDER = 0


@bp.get("")
@allow(Permission.AUTOMATION_EDIT)
def index() -> Response:
    return _list()


@bp.get("/new")
@allow(Permission.AUTOMATION_EDIT)
def new() -> Response:
    folder_id = request.args.get("folder", NO_FOLDER, type=number)
    return _editor(NewFieldForm(data={"type": FieldType.TEXT.value, "folder_id": folder_id}))


@bp.post("")
@allow(Permission.AUTOMATION_EDIT)
def create() -> Response:
    form = NewFieldForm(request.form).offer(_folders())
    field = form.keep(lambda: fields.create(g.session, _draft(form), form.field_type, now=g.now))
    if not field:
        return _editor(form, status=422)
    flash(f"「{field.name}」を作りました。メッセージでは {insertion(field.word)} と書くと差し込めます。", "success")
    return go(url_for(".edit", field_id=field.id))


@bp.post("/options")
@allow(Permission.AUTOMATION_EDIT)
def options_create() -> Response:
    """The rows of the answers after the pressed button; nothing is kept."""
    form = NewFieldForm(rows.changed(request.form) or request.form)
    field = fields.get(g.read, field_id) if (field_id := request.args.get("field", type=number)) else None
    return fragment("fields/edit.html", "field_options", form=form, **_options(form, field))


@bp.get("/<int:field_id>/edit")
@allow(Permission.AUTOMATION_EDIT)
def edit(field_id: int) -> Response:
    field = fields.get(g.read, field_id)
    return _editor(_stored(field), field)


@bp.post("/<int:field_id>")
@allow(Permission.AUTOMATION_EDIT)
def update(field_id: int) -> Response:
    field, form = fields.get(g.session, field_id), FieldForm(request.form).offer(_folders())
    if not form.keep_edit(lambda: _update(field, form), stored=_stored(field)):
        return _editor(form, field, status=422)
    flash(f"「{field.name}」を保存しました", "success")
    return _editor(_stored(field), field)


@bp.post("/<int:field_id>/delete")
@allow(Permission.AUTOMATION_EDIT)
def destroy(field_id: int) -> Response:
    field = fields.get(g.session, field_id)
    fields.delete(g.session, field)
    flash(f"「{field.name}」を削除しました", "success")
    return go(url_for(".index"))


@bp.post("/<int:field_id>/copy")
@allow(Permission.AUTOMATION_EDIT)
def copy_create(field_id: int) -> Response:
    field = fields.copy(g.session, fields.get(g.session, field_id), now=g.now)
    flash(f"「{field.name}」を作りました", "success")
    return go(url_for(".edit", field_id=field.id))


@bp.post("/<int:field_id>/favourite")
@allow(Permission.AUTOMATION_EDIT)
def favourite_update(field_id: int) -> Response:
    field = fields.get(g.session, field_id)
    fields.favour(field, is_favourite=request.form.get("is_favourite") == "yes", now=g.now)
    return _list()


# What one friend has -------------------------------------------------------------------------------------------------


@bp.post("/friends/<int:friend_id>")
@allow(Permission.FRIENDS_EDIT)
def friend_update(friend_id: int) -> Response:
    form = _posted_values()
    try:
        uploads = _uploads(form) if form.validate() else {}
    except DomainError as error:
        form.refuse(error)
    friend = friends.get(g.session, friend_id)
    if form.errors or not form.keep_edit(lambda: _write(friend, form, uploads), stored=_form_of(friend, form.targets)):
        return _refused(friend, form)
    flash("お客様の情報を保存しました", "success")
    return _beside(friend)


@bp.get("/friends/<int:friend_id>/history")
@allow(Permission.FRIENDS_VIEW)
def history_index(friend_id: int) -> Response:
    friend = friends.get(g.read, friend_id)
    shown = min(max(request.args.get("shown", HISTORY_STEP, type=number), 1), HISTORY_MOST)
    found = fields.changes(g.read, friend, limit=shown + 1)
    has_more = len(found) > shown and shown < HISTORY_MOST
    more = url_for(".history_index", friend_id=friend.id, shown=shown + HISTORY_STEP) if has_more else ""
    return render("fields/history_index.html", "history", friend=friend, changes=found[:shown], more=more)


@panels.panel("fields/_friend.html", order=30)
def friend_panel(friend: Friend) -> dict[str, Any]:
    return _panel(friend, None)


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _list() -> Response:
    shelf = folders.overview(g.read, fields.FEATURE, request.args.get("folder", type=number))
    found = fields.in_order(g.read, folder_id=shelf.folder_id)
    ids = [field.id for field in found]
    return render(
        "fields/index.html",
        "field_list",
        then=url_for(".index", **own_args("folder")) if request.method == "POST" else "",
        shelf=shelf,
        fields=found,
        counts=fields.holders(g.read, ids),
        broken=fields.broken(g.read, ids),
        types=fields.types,
        system=fields.SYSTEM,
        insertion=insertion,
        friends_url=_friends_url,
    )


def _friends_url(field: Field) -> str:
    target = fields.target(g.read, fields.key_of(field.id))
    data = {"target": target.key, "inputs": target.inputs, "how": "filled", "typed": {}}
    return url_for("friends.index", **segments.query(segments.whoever("field", data)))


def _stored(field: Field) -> FieldForm:
    hung = actions.draft(actions.at(g.read, fields.PLACE, field.id), fields.PLACE)
    return FieldForm.of(field, fields.options(g.read, field), hung, _folders())


def _folders() -> Sequence[Folder]:
    return folders.of_feature(g.read, fields.FEATURE)


def _update(field: Field, form: FieldForm) -> None:
    fields.update(g.session, field, _draft(form), now=g.now)


def _draft(form: FieldForm) -> fields.FieldDraft:
    return form.draft(form.actions.draft(g.session))


def _editor(form: FieldForm, field: Field | None = None, status: int = 200) -> Response:
    return render(
        "fields/edit.html",
        "field_form",
        status=status,
        then=url_for(".edit", field_id=field.id) if field and request.method == "POST" else "",
        form=form.offer(_folders()),
        types=fields.types,
        insertion=insertion,
        **_options(form, field),
        **_usage(field),
    )


def _options(form: FieldForm, field: Field | None) -> dict[str, Any]:
    """The answers: how many friends have each, and which of them go when the form is saved."""
    stored = fields.options(g.read, field) if field else []
    kept = {stored_id(row.key) for row in form.options.rows}
    counts = fields.picked(g.read, [option.id for option in stored])
    return {
        "field": field,
        "pick_counts": {f"o{option_id}": count for option_id, count in counts.items()},
        "going": [(option, counts.get(option.id, 0)) for option in stored if option.id not in kept],
        "target": "field-options",
        "options_url": url_for(".options_create", field=field.id if field else None),
    }


def _usage(field: Field | None) -> dict[str, Any]:
    if field is None:
        return {}
    return {
        "places": fields.places(g.read, field),
        "friend_count": fields.holders(g.read, [field.id])[field.id],
        "friends_url": _friends_url(field),
    }


def _own_targets() -> list[Target]:
    """The shop's fields; those used often first."""
    found = [target for target in fields.targets(g.read) if target.field_id is not None]
    return sorted(found, key=lambda target: not target.is_favourite)


def _panel(friend: Friend, refused: ValuesForm | None) -> dict[str, Any]:
    targets = _own_targets()
    values = fields.read_targets(g.read, [friend], targets)[friend.id]
    groups = [(heading, _form(found, values)) for heading, found in fields.by_heading(g.read, targets)]
    if refused is not None:
        groups = [(words, refused if form.key == refused.key else form) for words, form in groups]
    return {
        "groups": groups,
        "values": values,
        "shown": {target.key: target.show(values.get(target.key), g.zone) for target in targets},
        "refused": refused,
    }


def _form(targets: Sequence[Target], values: fields.Values) -> ValuesForm:
    key = targets[0].folder_id or NO_FOLDER if targets else NO_FOLDER
    return values_form(targets, g.zone, key)(data=typed_values(targets, values, g.zone))


def _form_of(friend: Friend, targets: Sequence[Target]) -> ValuesForm:
    return _form(targets, fields.read_targets(g.read, [friend], targets)[friend.id])


def _posted_values() -> ValuesForm:
    """The fields of one folder, as they were posted."""
    targets = [target for target in _own_targets() if (target.folder_id or NO_FOLDER) == _folder_id()]
    return values_form(targets, g.zone, _folder_id())(request.form)


def _folder_id() -> int:
    return request.args.get("folder", NO_FOLDER, type=number)


def _uploads(form: ValuesForm) -> dict[Target, Upload | None]:
    """The files that came along, kept by the store already; None where one is to be removed."""
    found: dict[Target, Upload | None] = {}
    for target in form.targets:
        if target.type is not FieldType.FILE:
            continue
        file = request.files.get(target.input_name)
        if file is not None and file.filename:
            try:
                stored = runtime().media.store_upload(file.stream.read(media.UPLOAD_BYTES + 1))
            except DomainError as error:
                raise DomainError(error.message, target.input_name) from error
            found[target] = Upload(stored, file.filename[:200])
        elif f"{target.input_name}.remove" in request.form:
            found[target] = None
    return found


def _write(friend: Friend, form: ValuesForm, uploads: dict[Target, Upload | None]) -> None:
    wanted = {**form.values(), **uploads}
    fields.write_by_hand(g.session, friend, wanted, staff_id=g.staff.id, now=g.now)


def _beside(friend: Friend, refused: ValuesForm | None = None) -> Response:
    return render(
        "fields/_friend.html",
        "friend_fields",
        status=422 if refused else 200,
        then=url_for("friends.show", friend_id=friend.id),
        friend=friend,
        **_panel(friend, refused),
    )


def _refused(friend: Friend, form: ValuesForm) -> Response:
    """The panel with what is wrong; without htmx there is no page it would be on."""
    if not wants_fragment():
        words = [f"{field.label.text}: {' '.join(field.errors)}" for field in form if field.errors]
        return error_response(422, " ".join(words) or "ほかの人が同時に変更したため、保存しませんでした。")
    return _beside(friend, form)
