"""Files that customers send with a form: taken before anything else, and shown to nobody but themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import g, request, send_file
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import pages, sessions
from lstep_lite.engine.media import UPLOAD_BYTES, StoredFile, StoredImage
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import files
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Survey
from lstep_lite.web import runtime

bp = pages.blueprint("liff_survey_files", __name__, "/liff/survey-files")


@dataclass(frozen=True)
class Stored:
    """A file on disk that no row holds yet."""

    file: StoredImage | StoredFile
    name: str


@dataclass(frozen=True)
class Received:
    """By the code of its question."""

    files: Sequence[tuple[str, Stored]] = ()
    errors: dict[str, str] = field(default_factory=dict)


@bp.get("/<code>")
@public
def show(code: str) -> Response:
    """The customer's own file: the preview of a picture, or the PDF to keep."""
    visitor = sessions.visitor()
    row = files.own(g.read, code, visitor.friend, visitor.name)
    try:
        file = runtime().media.path_of(row.preview_path or row.path)
        name = None if row.preview_path else row.file_name
        return send_file(file, mimetype="image/jpeg" if row.preview_path else row.content_type, download_name=name,
                         as_attachment=name is not None)  # fmt: skip
    except FileNotFoundError as error:
        raise NotFound from error


def receive(survey: Survey, page_code: str) -> Received:
    """Store what came along for the questions of a page. Before any unit: pictures are re-encoded."""
    asked = [(part, _chosen(part)) for part in files.asked_for(survey.document, page_code)]
    if not any(chosen for _, chosen in asked):
        return Received()
    sessions.count_submit(has_files=True)
    found: list[tuple[str, Stored]] = []
    errors: dict[str, str] = {}
    for part, chosen in asked:
        try:
            found += [(part["id"], stored) for stored in _store(part, chosen)]
        except DomainError as error:
            errors[part["id"]] = error.message
    return Received(found, errors)


def _chosen(part: Data) -> list[FileStorage]:
    return [file for file in request.files.getlist(f"{part['id']}.file") if file.filename]


def _store(part: Data, chosen: Sequence[FileStorage]) -> list[Stored]:
    """All of them or, with an error, none."""
    if len(chosen) + len(request.form.getlist(part["id"])) > part["most"]:
        raise DomainError(f"{part['most']}個までで選んでください。")
    data = [(file.stream.read(UPLOAD_BYTES + 1), file.filename or "") for file in chosen]
    for body, _ in data:
        files.check_kind(part, "application/pdf" if body.startswith(b"%PDF-") else "image/")
    return [Stored(runtime().media.store_upload(body), name) for body, name in data]
