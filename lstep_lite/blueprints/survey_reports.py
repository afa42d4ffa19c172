"""回答の集計: a chart for each question, one group of people against the others, and where people stopped."""

from flask import Blueprint, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import segments, surveys
from lstep_lite.engine.segments import EVERYBODY, Tree
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.surveys import charts, figures, funnel
from lstep_lite.errors import DomainError
from lstep_lite.forms.survey_reports import ReportForm
from lstep_lite.web import render

bp = Blueprint("survey_reports", __name__, url_prefix="/surveys/<int:survey_id>/report")


@bp.get("")
@allow(Permission.FRIENDS_VIEW)
def show(survey_id: int) -> Response:
    survey, form = surveys.get(g.read, survey_id), ReportForm(request.args)
    tree = _tree(form)
    return render(
        "survey_reports/show.html",
        survey=survey,
        form=form,
        charts=charts.of(g.read, survey, tree, now=g.now),
        people=lambda *which: url_for("friends.index", **segments.query(charts.friends_of(survey, tree, *which))),
        is_crossed=not segments.is_empty(tree),
        sentence=segments.sentence(g.read, tree),
        funnel=figures.funnel(g.read, survey),
        days=funnel.days(g.read, survey, now=g.now),
        drops=funnel.drops(g.read, survey, now=g.now),
    )


def _tree(form: ReportForm) -> Tree:
    """Everybody while a condition is not filled in."""
    try:
        return form.segment.draft(g.read)
    except DomainError as error:
        form.segment.errors = [] if form.is_rearranged else [error.message]
        return EVERYBODY
