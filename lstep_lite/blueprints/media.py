"""メディア: the library of files and its picker. The addresses of the files themselves stand in media_files.py."""

import json
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, g, jsonify, request, session, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import folders, media
from lstep_lite.engine.media import RawClip, StoredImage, Upload, cutting, library
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.forms.media import CropForm, MediaForm
from lstep_lite.models import Folder, Media, MediaKind, MediaState
from lstep_lite.web import fragment, go, live, number, render, runtime

bp = Blueprint("media", __name__)

LABELS = {MediaKind.IMAGE: "画像", MediaKind.VIDEO: "動画", MediaKind.AUDIO: "音声", MediaKind.FILE: "ファイル"}
ICONS = {MediaKind.IMAGE: "photo", MediaKind.VIDEO: "video", MediaKind.AUDIO: "music", MediaKind.FILE: "paperclip"}
MULTIPART_BYTES = 1_000_000
"""What a form with a file weighs besides the file."""
PICKER_SIZE = 24


@bp.url_value_preprocessor
def _take_large_uploads(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form, and only from somebody whose cookie we signed."""
    if endpoint == "media.create" and "staff_id" in session:
        request.max_content_length = media.RECEIVED_BYTES + MULTIPART_BYTES


# The library ---------------------------------------------------------------------------------------------------------


@bp.get("/media-library")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    return render("media/index.html", "media_list", **_library())


@bp.get("/media-library/files")
@allow(Permission.MESSAGES_EDIT)
def files_index() -> Response:
    """The list, asked for again and again while uploads are being prepared."""
    return live("media/index.html", "media_list", **_library())


@bp.post("/media-library")
@allow(Permission.MESSAGES_EDIT)
def create() -> Response:
    """Keep the files that came along; their work on disk comes before the unit. To a script the answer is JSON."""
    received = [_receive(file) for file in request.files.getlist("file") if file.filename]
    rows = [_keep(*each) for each in received if not isinstance(each, DomainError)]
    refused = [each.message for each in received if isinstance(each, DomainError)]
    if not received:
        refused = ["ファイルを選んでください。"]
    if _wants_json():
        return _described(rows[0], 201) if rows else _refused(refused[0])
    return _uploaded(rows, refused)


@bp.get("/media-library/<int:media_id>/edit")
@allow(Permission.MESSAGES_EDIT)
def edit(media_id: int) -> Response:
    row = media.get(g.read, media_id)
    return _detail(row, _stored(row))


@bp.post("/media-library/<int:media_id>")
@allow(Permission.MESSAGES_EDIT)
def update(media_id: int) -> Response:
    row = media.get(g.session, media_id)
    form = MediaForm(request.form).offer(_folders())
    if not form.keep_edit(lambda: _rename(row, form), stored=_stored(row)):
        return _detail(row, form, status=422)
    flash("保存しました", "success")
    return _detail(row, _stored(row))


@bp.post("/media-library/<int:media_id>/delete")
@allow(Permission.MESSAGES_EDIT)
def destroy(media_id: int) -> Response:
    row = media.get(g.session, media_id)
    flash(f"「{row.name or '切り抜いた画像'}」を削除しました", "success")
    media.delete(g.session, row)
    return go(url_for(".index"))


@bp.get("/media-library/<int:media_id>")
@allow(Permission.MESSAGES_EDIT)
def file_show(media_id: int) -> Response:
    """What a script wants to know of a file, also while it is being prepared."""
    return _described(media.get(g.read, media_id))


@bp.get("/media-library/<int:media_id>/stage")
@allow(Permission.MESSAGES_EDIT)
def stage_show(media_id: int) -> Response:
    """Asked for again and again while the file is being prepared; the page is drawn anew when it is ready."""
    row = media.get(g.read, media_id)
    if row.state is not MediaState.WAITING:
        return Response(headers={"HX-Refresh": "true"})
    return live("media/edit.html", "media_file", file=row, source=None, **_words())


@bp.post("/media-library/<int:media_id>/preview")
@allow(Permission.MESSAGES_EDIT)
def preview_update(media_id: int) -> Response:
    """Choose what is seen before a video plays: a picture of the library, cut to the video's shape."""
    video = media.get(g.read, media_id)
    picture = None if "own" in request.form else _cut_to_fit(video, _chosen_picture())
    media.choose_preview(g.session, media.get(g.session, media_id), picture)
    flash("プレビュー画像を変えました", "success")
    return go(url_for(".edit", media_id=media_id))


@bp.post("/media-library/moves")
@allow(Permission.MESSAGES_EDIT)
def folder_update() -> Response:
    """Put the ticked files into a folder."""
    folder_id = request.form.get("folder_id", 0, type=number) or None
    count = media.move(g.session, request.form.getlist("id", type=number), folder_id=folder_id)
    flash(f"{count}個のファイルを移しました" if count else "移すファイルを選んでください。", "success")
    return go(url_for(".index", folder=folder_id))


# Cutting -------------------------------------------------------------------------------------------------------------


@bp.get("/media-library/<int:media_id>/crops/new")
@allow(Permission.MESSAGES_EDIT)
def crop_new(media_id: int) -> Response:
    return _cutter(media.get(g.read, media_id), CropForm(), part="bare" in request.args)


@bp.post("/media-library/<int:media_id>/crops")
@allow(Permission.MESSAGES_EDIT)
def crop_create(media_id: int) -> Response:
    form, source = CropForm(request.form).offer(_ratios()), media.get(g.read, media_id)
    cut = form.keep(lambda: _cut(source, form.box or cutting.middle(source, form.shape)))
    if not cut:
        words = " ".join(message for field in form for message in field.errors)
        return _refused(words) if _wants_json() else _cutter(source, form, status=422)
    if _wants_json():
        return _described(cut, 201)
    cutting.name(cut, name=f"{(source.name or '画像')[:90]}（切り抜き）")
    flash("切り抜いた画像を、別のファイルとして保存しました。元の画像はそのままです。", "success")
    return go(url_for(".edit", media_id=cut.id))


# Picking and cleaning up ---------------------------------------------------------------------------------------------


@bp.get("/media-library/picker")
@allow(Permission.MESSAGES_EDIT)
def picker_show() -> Response:
    return fragment("media/picker_show.html", "media_picker", **_library(size=PICKER_SIZE))


@bp.get("/media-library/unused")
@allow(Permission.MESSAGES_EDIT)
def unused_index() -> Response:
    return render(
        "media/unused_index.html",
        "unused_list",
        page=media.unused(g.read, number=request.args.get("page", 1, type=number)),
        room=media.room(g.read),
        free_bytes=runtime().media.free_bytes(),
        **_words(),
    )


@bp.post("/media-library/unused")
@allow(Permission.MESSAGES_EDIT)
def unused_destroy() -> Response:
    count = media.delete_many(g.session, request.form.getlist("id", type=number))
    flash(f"{count}個のファイルを削除しました" if count else "削除するファイルに印を付けてください。", "success")
    return go(url_for(".unused_index"))


# What the pages are drawn from ---------------------------------------------------------------------------------------


def _library(size: int = library.PAGE_SIZE) -> dict[str, Any]:
    shelf = folders.overview(g.read, media.FEATURE, request.args.get("folder", type=number))
    kind, text = _kind(request.args.get("kind")), request.args.get("q", "").strip()[:100]
    number_ = request.args.get("page", 1, type=number)
    page = media.page(g.read, kind=kind, folder_id=shelf.folder_id, text=text, number=number_, size=size)
    return {
        "shelf": shelf,
        "page": page,
        "kind": kind,
        "text": text,
        "described": lambda row: json.dumps(_facts(row), ensure_ascii=False),
        "tab_items": _tab_items(shelf.folder_id, text),
        **_words(),
    }


def _tab_items(folder_id: int | None, text: str) -> list[tuple[str, str, str]]:
    return [
        (kind, LABELS[kind], url_for("media.index", kind=kind, folder=folder_id, q=text or None))
        for kind in media.KINDS
    ]


def _words() -> dict[str, Any]:
    return {"labels": LABELS, "icons": ICONS, "kinds": media.KINDS}


def _kind(word: str | None) -> MediaKind | None:
    return next((kind for kind in media.KINDS if kind == word), None)


def _folders() -> Sequence[Folder]:
    return folders.of_feature(g.read, media.FEATURE)


def _stored(row: Media) -> MediaForm:
    return MediaForm.of(row, _folders())


def _rename(row: Media, form: MediaForm) -> None:
    media.rename(g.session, row, name=form.name.data or "", folder_id=form.folder_id.folder_id)


def _detail(row: Media, form: MediaForm | None = None, status: int = 200) -> Response:
    return render(
        "media/edit.html",
        "media_form",
        status=status,
        then=url_for(".edit", media_id=row.id) if request.method == "POST" else "",
        form=form or _stored(row),
        file=row,
        source=g.read.get(Media, row.made_from_id) if row.made_from_id else None,
        cuts=cutting.made_from(g.read, row),
        places=media.places(g.read, row),
        pictures=media.page(g.read, kind=MediaKind.IMAGE).files if row.kind is MediaKind.VIDEO else [],
        address=f"{runtime().settings.public_url}{url_for('media_files.show', code=row.code)}",
        **_words(),
    )


# Uploads -------------------------------------------------------------------------------------------------------------


def _receive(file: FileStorage) -> tuple[str, StoredImage | RawClip] | DomainError:
    name = (file.filename or "")[:200]
    try:
        return name, media.receive(runtime().media, cast(BinaryIO, file.stream), only=_kind(request.form.get("kind")))
    except DomainError as error:
        return DomainError(f"{name}: {error.message}" if not _wants_json() else error.message)


def _keep(file_name: str, stored: StoredImage | RawClip) -> Media:
    folder_id = request.form.get("folder_id", 0, type=number) or None
    return media.add(g.session, stored, Upload(file_name, g.staff.id, folder_id), now=g.now)


def _uploaded(rows: list[Media], refused: list[str]) -> Response:
    if rows:
        flash(f"{len(rows)}個のファイルをアップロードしました", "success")
    for message in refused:
        flash(message, "danger")
    if not rows:
        return render("media/index.html", "media_list", status=422, **_library())
    return go(url_for(".index", folder=request.form.get("folder_id", 0, type=number) or None))


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _described(row: Media, status: int = 200) -> Response:
    response = jsonify(_facts(row))
    response.status_code = status
    return response


def _refused(message: str) -> Response:
    response = jsonify(message=message)
    response.status_code = 422
    return response


def _facts(row: Media) -> dict[str, Any]:
    """A file as static/media_picker.js hands it to whoever asked for one."""
    return {
        "id": row.id,
        "name": row.name or "",
        "kind": row.kind,
        "state": row.state,
        "message": row.reason or "",
        "preview_url": url_for("media_files.preview_show", code=row.preview_code) if row.preview_code else "",
        "url": url_for("media_files.show", code=row.code),
        "width": row.width or 0,
        "height": row.height or 0,
        "duration_ms": row.duration_ms or 0,
    }


# Cuts ----------------------------------------------------------------------------------------------------------------


def _cut(source: Media, box: media.Box) -> Media:
    """The cut, made now unless it was made before; the work comes before the unit."""
    wanted = cutting.plan(g.read, source.id, box)
    known = cutting.find(g.read, wanted)
    if known is not None:
        return media.get(g.session, known.id)
    made = cutting.make(runtime().media, wanted)
    return cutting.keep(g.session, wanted, made, now=g.now)


def _ratios() -> list[str]:
    return [ratio for ratio in request.values.get("ratios", "").split(",") if ratio]


def _cutter(source: Media, form: CropForm, *, part: bool = False, status: int = 200) -> Response:
    if source.kind is not MediaKind.IMAGE or source.state is not MediaState.STORED:
        raise NotFound
    context: dict[str, Any] = {
        "form": form.offer(_ratios()),
        "file": source,
        "ratios": ",".join(_ratios()),
        "is_part": part,
    }
    if part:
        return fragment("media/crop_new.html", "media_crop", **context)
    return render("media/crop_new.html", "media_crop", status=status, **context)


def _chosen_picture() -> Media:
    """What the picker put into the form; without a script, a list did."""
    chosen = request.form.get("media_id", type=number) or request.form.get("picture_id", 0, type=number)
    return media.get(g.read, chosen)


def _cut_to_fit(video: Media, picture: Media) -> Media:
    """LINE wants the preview in the shape of its video."""
    box = cutting.middle(picture, (video.width or 1) / (video.height or 1))
    return picture if box == cutting.whole(picture) else _cut(picture, box)
