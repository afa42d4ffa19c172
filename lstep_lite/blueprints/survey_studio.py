"""The builder of forms (static/studio/surveys.js): what there is to fill in, and how a page looks so far."""

from flask import Blueprint, g, jsonify, render_template
from werkzeug.wrappers import Response

from lstep_lite.assets import EDITOR_ICONS, icon, icons_in
from lstep_lite.auth import allow
from lstep_lite.engine import media, settings, studio, surveys
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.surveys import drawing, looking, seats, words
from lstep_lite.engine.surveys.figures import Loss
from lstep_lite.engine.surveys.looking import Look
from lstep_lite.models import Survey
from lstep_lite.web import posted_json

bp = Blueprint("survey_studio", __name__, url_prefix="/surveys")

LARGEST_DOCUMENT = 1_000_000
"""Bytes: twice what a form may weigh that keeps it."""


@bp.get("/studio")
@allow(Permission.SURVEYS_EDIT)
def show() -> Response:
    """All that the builder is drawn from."""
    described = studio.describe(g.read, surveys.INPUTS)
    return jsonify(
        description=described,
        icons={name: icon(name) for name in {*EDITOR_ICONS, *icons_in(described)}},
        words=placeholders.offered(g.read),
    )


@bp.post("/<int:survey_id>/preview")
@allow(Permission.SURVEYS_EDIT)
def preview_create(survey_id: int) -> Response:
    """How one page of the posted document looks so far, and what is wrong with the document; nothing is kept."""
    survey, posted = surveys.get(g.read, survey_id), posted_json(LARGEST_DOCUMENT)
    look = looking.look(g.read, survey, posted.get("document"), posted.get("page"))
    lost = [_lost_in_words(loss) for loss in look.losses]
    html = _customers_page(survey, look)
    return jsonify(html=html, problems=look.problems, warnings=look.warnings, said=look.said, lost=lost)


def _lost_in_words(loss: Loss) -> str:
    what = f"「{loss.question}」の選択肢「{loss.choice}」" if loss.choice else f"「{loss.question}」"
    return f"{what}には{loss.answers:,}件の回答があります。"


def _customers_page(survey: Survey, look: Look) -> str:
    """A whole page, for a frame of its own."""
    channel = settings.channel(g.read)
    return render_template(
        "liff/surveys/preview.html",
        survey=survey,
        shown=look.shown,
        account_name=(channel and channel.display_name) or (g.shop.name if g.shop else ""),
        pictures=media.public(g.read, drawing.pictures_with(survey, look.document), ""),
        left=seats.limits(look.document),
        full=(),
        files={},
        today=g.now.astimezone(g.zone).date(),
        lead=words.filled(g.read, survey.lead, None, now=g.now) if look.shown.number == 1 else "",
        ink=drawing.ink_on(survey.color),
        ground_ink=drawing.ink_on(survey.ground),
    )
