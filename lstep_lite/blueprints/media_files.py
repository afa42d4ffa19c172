"""Files under their own addresses, as LINE and our pages fetch them."""

from flask import Blueprint, g, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response

from lstep_lite import auth
from lstep_lite.auth import allow, public
from lstep_lite.engine import media
from lstep_lite.engine.media import sizes
from lstep_lite.engine.staff import Permission
from lstep_lite.errors import NotFound
from lstep_lite.models import Media, MediaState
from lstep_lite.web import runtime

bp = Blueprint("media_files", __name__, url_prefix="/media")

A_YEAR = 365 * 24 * 60 * 60
FIVE_MINUTES = 5 * 60
SHOWN_TYPES = ("image/", "video/", "audio/")


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


@bp.get("/<code>/imagemap/<int:width>")
@public
def size_show(code: str, width: int) -> Response:
    """One of the sizes of a rich message's picture, which LINE asks for without an extension."""
    row = sizes.find(g.read, code, width)
    return _cached(row, _size(sizes.ensure(runtime().media, row, width)))


@bp.get("/thumbnails/<int:media_id>")
@allow(Permission.CHAT)
def thumbnail_show(media_id: int) -> Response:
    """The preview of a file that an editor's block names by its id."""
    row = g.read.get(Media, media_id)
    if row is None or row.preview_code is None or row.state is not MediaState.STORED:
        raise NotFound
    shown = row if row.preview_code == row.code else row.preview_media
    response = _answer(shown, shown.preview_path)
    response.headers["Cache-Control"] = f"private, max-age={FIVE_MINUTES}"  # another may be chosen
    return response


def _visible(row: Media) -> Media:
    """What customers sent is for staff who may chat; to anybody else it does not exist."""
    if row.friend_id is not None and not (g.staff and auth.may(Permission.CHAT)):
        raise NotFound
    return row


def _answer(row: Media, path: str | None) -> Response:
    if path is None:
        raise NotFound
    try:
        response = _file(row, path)
    except RequestedRangeNotSatisfiable as error:
        return error.get_response()  # it says how long the file is
    except FileNotFoundError as error:
        raise NotFound from error  # a backup without its files was restored
    return _cached(row, response)


def _size(path: str) -> Response:
    file = runtime().media.path_of(path)
    with file.open("rb") as opened:
        return send_file(file, mimetype=sizes.content_type(opened.read(8)))


def _cached(row: Media, response: Response) -> Response:
    cache = response.cache_control
    cache.no_cache = None
    if row.friend_id is None:
        cache.public, cache.immutable, cache.max_age = True, True, A_YEAR
    else:
        cache.private, cache.max_age = True, FIVE_MINUTES  # it must go when the customer takes it back
    return response


def _file(row: Media, path: str) -> Response:
    """A part of it, or nothing, if that is what the request asks for (ranges, ETag)."""
    content_type = row.content_type if path == row.path else None  # a preview's name tells its type
    is_shown = (content_type or "image/").startswith(SHOWN_TYPES)
    return send_file(
        runtime().media.path_of(path),
        mimetype=content_type,
        as_attachment=not is_shown,
        download_name=row.file_name if not is_shown else None,
    )
