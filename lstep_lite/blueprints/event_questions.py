"""申し込みの質問: what an event asks besides name and phone, put together like the questions of booking pages."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from lstep_lite import reservation_gate
from lstep_lite.auth import allow
from lstep_lite.engine import media, settings, studio
from lstep_lite.engine.reservations import events
from lstep_lite.engine.reservations.customer import details
from lstep_lite.engine.reservations.events import asking
from lstep_lite.engine.reservations.keeping import questions
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import drawing
from lstep_lite.forms.surveys import SurveyDocumentForm
from lstep_lite.models import Event
from lstep_lite.web import go, posted_json, render

bp = Blueprint("event_questions", __name__, url_prefix="/reservations/events/<int:event_id>/questions")
bp.before_request(reservation_gate.begun)

LARGEST_DOCUMENT = 1_000_000
"""Bytes."""


@bp.get("")
@allow(Permission.RESERVATIONS_SETUP)
def edit(event_id: int) -> Response:
    event = events.get(g.read, event_id)
    return _editor(event, _stored(event))


@bp.post("")
@allow(Permission.RESERVATIONS_SETUP)
def update(event_id: int) -> Response:
    event, form = events.get(g.session, event_id), SurveyDocumentForm(request.form)
    if not form.keep_edit(lambda: _update(event, form), stored=_stored(event)):
        return _editor(event, form, status=422)
    flash("質問を保存しました。次に申し込む方から、新しい質問になります。", "success")
    return go(url_for(".edit", event_id=event.id))


@bp.post("/preview")
@allow(Permission.RESERVATIONS_SETUP)
def preview_create(event_id: int) -> Response:
    """How the posted questions look so far, and what is wrong with them; nothing is kept."""
    event = events.get(g.read, event_id)
    looked = questions.look(g.read, posted_json(LARGEST_DOCUMENT).get("document"))
    html = _customers_page(event, looked.document)
    return jsonify(html=html, problems=looked.problems, warnings=(), said={}, lost=())


def _update(event: Event, form: SurveyDocumentForm) -> None:
    asking.update(g.session, event, form.document.data, now=g.now)


def _stored(event: Event) -> SurveyDocumentForm:
    return SurveyDocumentForm(data={"document": asking.of_event(event)})


def _editor(event: Event, form: SurveyDocumentForm, status: int = 200) -> Response:
    sentences = _sentences(form)
    return render(
        "event_questions/edit.html", "question_form", status=status, event=event, form=form, sentences=sentences
    )


def _sentences(form: SurveyDocumentForm) -> Sequence[tuple[str, Any]]:
    """What is wrong inside the document: where, and what."""
    return [
        (studio.place_in_words(questions.INPUTS, form.document.data, problem.path), problem.message)
        for problem in dict.fromkeys(form.problems)
    ]


def _customers_page(event: Event, document: Data) -> str:
    """The whole page, with name and phone, for a frame of its own."""
    channel, whole = settings.channel(g.read), details.around(document)
    return render_template(
        "event_questions/preview.html",
        event=event,
        shown=drawing.preview(whole, details.PAGE),
        account_name=(channel and channel.display_name) or (g.shop.name if g.shop else ""),
        pictures=media.public(g.read, asking.media_ids(whole), ""),
        left={},
        full=(),
        files={},
        today=g.now.astimezone(g.zone).date(),
        accent=event.color,
        ink=drawing.ink_on(event.color),
    )
