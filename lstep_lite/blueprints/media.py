"""Pictures staff upload, which LINE's servers fetch from here, and files customers sent, which only staff see."""

from flask import Blueprint, Response, g, jsonify, request, send_file, url_for

from lstep_lite import auth
from lstep_lite.auth import allow, public
from lstep_lite.engine import media
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Media
from lstep_lite.web import runtime

bp = Blueprint("media", __name__, url_prefix="/media")

A_YEAR = 365 * 24 * 60 * 60
FIVE_MINUTES = 5 * 60
SHOWN_KINDS = ("image/", "video/", "audio/")


@bp.post("")
@allow(Permission.CHAT)
def create() -> tuple[Response, int]:
    """Keep one picture; the answer is JSON, for the editor. Re-encoding comes before the unit of work."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return jsonify(message="画像を選んでください。"), 422
    try:
        image = runtime().media.store_image(upload.stream.read(media.UPLOAD_BYTES + 1))
    except DomainError as error:
        return jsonify(message=error.message), 422
    row = media.add_image(g.session, image, file_name=upload.filename[:200], now=g.now)
    return jsonify(id=row.id, code=row.code, preview_url=url_for(".preview_show", code=row.code)), 201


@bp.get("/<code>")
@public
def show(code: str) -> Response:
    row = _visible(media.find(g.read, code))
    return _answer(row, row.path)


@bp.get("/<code>/preview")
@public
def preview_show(code: str) -> Response:
    row = _visible(media.find(g.read, code))
    return _answer(row, row.preview_path)


@bp.get("/thumbnails/<int:media_id>")
@allow(Permission.CHAT)
def thumbnail_show(media_id: int) -> Response:
    """The preview of a picture that an editor's block names by its id."""
    row = g.read.get(Media, media_id)
    return _answer(row, row.preview_path if row else None)


def _visible(row: Media) -> Media:
    """What customers sent is for staff who may chat; to anybody else it does not exist."""
    if row.friend_id is not None and not (g.staff and auth.may(Permission.CHAT)):
        raise NotFound
    return row


def _answer(row: Media | None, path: str | None) -> Response:
    if row is None or path is None:
        raise NotFound
    content_type = row.content_type if path == row.path else None  # a preview's name tells its type
    is_shown = (content_type or "image/").startswith(SHOWN_KINDS)
    response = send_file(
        runtime().media.path_of(path),
        mimetype=content_type,
        as_attachment=not is_shown,
        download_name=row.file_name if not is_shown else None,
    )
    cache = response.cache_control
    cache.no_cache = None
    if row.friend_id is None:
        cache.public, cache.immutable, cache.max_age = True, True, A_YEAR
    else:
        cache.private, cache.max_age = True, FIVE_MINUTES  # it must go when the customer takes it back
    return response
