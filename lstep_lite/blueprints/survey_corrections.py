"""回答の修正: staff put an answer right; what it was before stays known, and no actions run."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine import media, surveys
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.surveys import answering, answers, correcting, drawing
from lstep_lite.engine.surveys.correcting import Typed
from lstep_lite.engine.surveys.parsing import Refused
from lstep_lite.models import Survey, SurveyAnswer
from lstep_lite.web import go, render

bp = Blueprint("survey_corrections", __name__, url_prefix="/surveys/<int:survey_id>/answers/<int:answer_id>/values")

MEANWHILE = "この画面を開いたあとに、回答が変わりました。下は今の内容です。もう一度直してください。"


@bp.get("/edit")
@allow(Permission.FRIENDS_EDIT)
def edit(survey_id: int, answer_id: int) -> Response:
    survey = surveys.get(g.read, survey_id)
    answer = answers.get(g.read, survey, answer_id)
    return _editor(survey, answer, correcting.typed(answer))


@bp.post("")
@allow(Permission.FRIENDS_EDIT)
def update(survey_id: int, answer_id: int) -> Response:
    survey = surveys.get(g.session, survey_id)
    answer = answers.get(g.session, survey, answer_id)
    if request.form.get("seen") != correcting.mark(answer):
        flash(MEANWHILE, "warning")
        return _editor(survey, answer, correcting.typed(answer), status=422)
    return _update(survey, answer, correcting.posted(survey, answer, dict(request.form.lists())))


def _update(survey: Survey, answer: SurveyAnswer, typed: Typed) -> Response:
    try:
        answering.change(g.session, survey, answer, typed, staff_id=g.staff.id, now=g.now)
    except Refused as error:
        return _editor(survey, answer, typed, error.errors, status=422)
    flash("回答を直しました。前の内容は「変更の記録」に残ります。", "success")
    return go(url_for("survey_answers.show", survey_id=survey.id, answer_id=answer.id))


def _editor(
    survey: Survey,
    answer: SurveyAnswer,
    typed: Mapping[str, Mapping[str, Sequence[str]]],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    looks: dict[str, Any] = {
        "pictures": media.public(g.read, drawing.pictures_of(survey), ""),
        "full": (),
        "left": {},
        "today": g.now.astimezone(g.zone).date(),
    }
    return render(
        "survey_corrections/edit.html",
        status=status,
        survey=survey,
        answer=answer,
        parts=correcting.parts(survey, typed, errors or {}),
        mark=correcting.mark(answer),
        gone=correcting.gone(survey, answer),
        has_more=bool(correcting.asked_no_more(survey, answer)),
        **looks,
    )
