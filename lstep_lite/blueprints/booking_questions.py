"""予約のときの質問: what a booking page asks first-time customers, and those who come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.assets import EDITOR_ICONS, icon, icons_in
from lstep_lite.auth import allow
from lstep_lite.engine import media, settings, studio
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.reservations.customer import details
from lstep_lite.engine.reservations.keeping import pages, questions
from lstep_lite.engine.reservations.keeping.questions import Which
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import drawing
from lstep_lite.errors import NotFound
from lstep_lite.forms.surveys import SurveyDocumentForm
from lstep_lite.models import BookingPage
from lstep_lite.web import go, posted_json, render

bp = Blueprint("booking_questions", __name__, url_prefix="/reservations/pages")
bp.before_request(reservation_gate.begun)

LARGEST_DOCUMENT = 1_000_000
"""Bytes."""
GROUND = "#FFFFFF"


@dataclass(frozen=True)
class Looks:
    """How the page of questions looks, for templates that draw forms."""

    title: str
    color: str
    lead: str = ""
    ground: str = GROUND
    header_media_id: int | None = None
    closes_at: None = None
    confirms: bool = True
    button_text: str = "次へ"


@bp.get("/questions/studio")
@allow(Permission.RESERVATIONS_SETUP)
def show() -> Response:
    """All that the builder is drawn from."""
    described = studio.describe(g.read, questions.INPUTS)
    return jsonify(
        description=described,
        icons={name: icon(name) for name in {*EDITOR_ICONS, *icons_in(described)}},
        words=placeholders.offered(g.read),
    )


@bp.get("/<int:page_id>/questions/<kind>")
@allow(Permission.RESERVATIONS_SETUP)
def edit(page_id: int, kind: str) -> Response:
    page, which = pages.get(g.read, page_id), _which(kind)
    return _editor(page, which, _stored(page, which))


@bp.post("/<int:page_id>/questions/<kind>")
@allow(Permission.RESERVATIONS_SETUP)
def update(page_id: int, kind: str) -> Response:
    page, which, form = pages.get(g.session, page_id), _which(kind), SurveyDocumentForm(request.form)
    if not form.keep_edit(lambda: _update(page, which, form), stored=_stored(page, which)):
        return _editor(page, which, form, status=422)
    flash("質問を保存しました。次に予約する方から、新しい質問になります。", "success")
    return go(url_for(".edit", page_id=page.id, kind=which.value))


@bp.post("/<int:page_id>/questions/copy")
@allow(Permission.RESERVATIONS_SETUP)
def copy_create(page_id: int) -> Response:
    questions.copy(g.session, pages.get(g.session, page_id), now=g.now)
    flash("「初めての方」の質問を、「2回目からの方」にも使うようにしました。", "success")
    return go(url_for(".edit", page_id=page_id, kind=Which.REPEAT.value))


@bp.post("/<int:page_id>/questions/preview")
@allow(Permission.RESERVATIONS_SETUP)
def preview_create(page_id: int) -> Response:
    """How the posted questions look so far, and what is wrong with them; nothing is kept."""
    page = pages.get(g.read, page_id)
    looked = questions.look(g.read, posted_json(LARGEST_DOCUMENT).get("document"))
    html = _customers_page(page, looked.document)
    return jsonify(html=html, problems=looked.problems, warnings=(), said={}, lost=())


def _which(kind: str) -> Which:
    try:
        return Which(kind)
    except ValueError:
        raise NotFound from None


def _update(page: BookingPage, which: Which, form: SurveyDocumentForm) -> None:
    questions.update(g.session, page, which, form.document.data, now=g.now)


def _stored(page: BookingPage, which: Which) -> SurveyDocumentForm:
    return SurveyDocumentForm(data={"document": questions.of_page(page, which)})


def _editor(page: BookingPage, which: Which, form: SurveyDocumentForm, status: int = 200) -> Response:
    return render(
        "booking_questions/edit.html",
        "question_form",
        status=status,
        page=page,
        which=which,
        form=form,
        can_copy=which is Which.REPEAT and bool(page.first_document) and not page.repeat_document,
        sentences=_sentences(form),
    )


def _sentences(form: SurveyDocumentForm) -> Sequence[tuple[str, Any]]:
    """What is wrong inside the document: where, and what."""
    return [
        (studio.place_in_words(questions.INPUTS, form.document.data, problem.path), problem.message)
        for problem in dict.fromkeys(form.problems)
    ]


def _customers_page(page: BookingPage, document: Data) -> str:
    """The whole page, with name and phone, for a frame of its own."""
    channel, whole = settings.channel(g.read), details.around(document)
    return render_template(
        "liff/surveys/preview.html",
        survey=Looks(page.title, page.color),
        shown=drawing.preview(whole, details.PAGE),
        account_name=(channel and channel.display_name) or (g.shop.name if g.shop else ""),
        pictures=media.public(g.read, _pictures(whole), ""),
        left={},
        full=(),
        files={},
        today=g.now.astimezone(g.zone).date(),
        lead="",
        ink=drawing.ink_on(page.color),
        ground_ink=drawing.ink_on(GROUND),
    )


def _pictures(document: Data) -> set[int]:
    parts = [part for each in document["pages"] for part in each["parts"]]
    ids = [each.get("media_id") for part in parts for each in (part, *(part.get("choices") or ()))]
    return {each for each in ids if each is not None}
