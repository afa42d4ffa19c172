"""Setting the state of all answers of a filter: each once, none that came later, by whichever worker."""

from datetime import timedelta

import sqlalchemy as sa

from lstep_lite.engine.surveys import markings
from lstep_lite.engine.surveys.answers import Filters
from lstep_lite.models import SurveyAnswer, SurveyAnswerState
from tests.engine.surveys.answers import answer
from tests.factories import NOW, a_friend, a_question, a_staff, a_survey

DONE, NEW = SurveyAnswerState.DONE, SurveyAnswerState.NEW


def test_all_that_a_filter_finds_is_set_and_what_comes_later_is_not(session, database, monkeypatch):
    monkeypatch.setattr(markings, "CHUNK", 1)
    monkeypatch.setattr(markings, "FOUND_AT_ONCE", 2)
    asks = a_question()
    survey, staff = a_survey(session, asks, rate="many"), a_staff(session)
    for text in ("カット", "カラー", "カット", "カット"):
        answer(session, survey, a_friend(session), {asks["id"]: text})
    for _ in range(2):  # the page was sent twice
        marking = markings.start(
            session, survey, Filters(state=NEW, text="ｶｯﾄ"), DONE, token="t", staff_id=staff.id, now=NOW
        )
    session.commit()
    assert marking.total == 3
    answer(session, survey, a_friend(session), {asks["id"]: "カット"}, now=NOW + timedelta(minutes=1))
    while markings.work(database, now=NOW, wall=NOW):
        pass
    session.expire_all()
    states = session.scalars(sa.select(SurveyAnswer.state).order_by(SurveyAnswer.id)).all()
    assert states == [DONE, NEW, DONE, DONE, NEW]
    assert (marking.done, marking.filters, markings.running(session, survey)) == (3, {}, [])
