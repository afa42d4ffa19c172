"""Deleting a form takes its answers along, few at a time, and nobody else's."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine.surveys import deleting
from lstep_lite.errors import NotFound
from lstep_lite.models import Survey, SurveyAnswer, SurveyPick, SurveyText
from tests.engine.surveys.answers import answer
from tests.factories import a_friend, a_question, a_shop, a_survey


def test_a_form_goes_with_its_answers_in_parts_and_after_a_break_with_the_rest(
    database: Database, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "CHUNK", 2)
    a_shop(session)
    asks, friend = a_question(), a_friend(session)
    survey, other = a_survey(session, asks, rate="many"), a_survey(session, asks, rate="many")
    for form in (survey, survey, survey, survey, survey, other):
        answer(session, form, friend, {asks["id"]: "はい"})
    survey_id = survey.id
    assert deleting._delete_answers(database, survey_id)  # as far as somebody came whose server was killed
    deleting.delete(database, survey_id)
    session.expire_all()
    assert [each.id for each in session.scalars(sa.select(Survey))] == [other.id]
    for model in (SurveyAnswer, SurveyPick, SurveyText):
        assert session.scalars(sa.select(model.survey_id)).all() == [other.id]
    with pytest.raises(NotFound):
        deleting.delete(database, survey_id)
