"""How one form looks, who may answer it when, and what follows."""

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import actions, folders, media, surveys
from lstep_lite.engine.staff import Permission
from lstep_lite.forms.surveys import SurveySettingsForm
from lstep_lite.models import MediaKind, Survey
from lstep_lite.web import go, render

bp = Blueprint("survey_settings", __name__, url_prefix="/surveys/<int:survey_id>/settings")

MOST_PICTURES = 200
"""Without JavaScript one chooses among the newest of them."""


@bp.get("")
@allow(Permission.SURVEYS_EDIT)
def edit(survey_id: int) -> Response:
    survey = surveys.get(g.read, survey_id)
    return _editor(_stored(survey), survey)


@bp.post("")
@allow(Permission.SURVEYS_EDIT)
def update(survey_id: int) -> Response:
    survey, form = surveys.get(g.session, survey_id), _offered(SurveySettingsForm(request.form))
    if not form.keep_edit(lambda: _update(survey, form), stored=_stored(survey)):
        return _editor(form, survey, status=422)
    flash(f"「{survey.name}」の設定を保存しました。", "success")
    return go(url_for("surveys.show", survey_id=survey.id))


def _update(survey: Survey, form: SurveySettingsForm) -> None:
    surveys.update(g.session, survey, form.draft(g.zone), now=g.now)
    surveys.keep_actions(g.session, survey, form.actions.draft(g.session), now=g.now)


def _stored(survey: Survey) -> SurveySettingsForm:
    steps = actions.draft(actions.at(g.read, surveys.SUBMITTED, survey.id), surveys.SUBMITTED)
    return _offered(SurveySettingsForm.of(survey, steps, g.zone))


def _offered(form: SurveySettingsForm) -> SurveySettingsForm:
    pictures = media.page(g.read, kind=MediaKind.IMAGE, size=MOST_PICTURES).files
    return form.offer(folders.of_feature(g.read, surveys.FEATURE), {row.id: row.name for row in pictures})


def _editor(form: SurveySettingsForm, survey: Survey, status: int = 200) -> Response:
    return render("surveys/settings.html", "survey_settings", status=status, form=form, survey=survey)
