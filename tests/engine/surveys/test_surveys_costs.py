"""What sending a form costs: many do it at the same moment, and on SQLite one after the other."""

from sqlalchemy.orm import Session

from lstep_lite.db import is_alone
from lstep_lite.engine import surveys
from lstep_lite.engine.actions import SetDraft
from lstep_lite.engine.surveys import answering
from lstep_lite.models import AnswerRate, Friend, Survey
from tests.counting import statements_of
from tests.engine.surveys.answers import adds, filled, when
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey, a_survey_choice, a_tag

MOST = 49
"""Statements; two kinds of database differ by a lock or two."""


def cost(session: Session, survey: Survey, friend: Friend, form: dict[str, str | list[str]]) -> int:
    draft = filled(session, survey, friend, form)
    session.commit()
    statements = statements_of(session)
    answering.submit(session, survey, draft, friend=friend, now=NOW)
    return len(statements)


def test_sending_a_form_costs_few_statements_and_more_questions_none(session: Session) -> None:
    a_shop(session)
    surveys_of = []
    for extra in (0, 8):
        name = a_question(label="お名前", save_to=["system:real_name"])
        wanted = a_survey_choice("午前", seats=5, actions=when(a_tag(session)))
        question = a_question("radio", choices=[wanted, a_survey_choice("午後", seats=5)])
        others = [
            a_question("radio", choices=[a_survey_choice("はい"), a_survey_choice("いいえ")]) for _ in range(extra)
        ]
        survey = a_survey(session, name, question, *others, rate=AnswerRate.MANY)
        surveys.keep_actions(session, survey, SetDraft([adds(a_tag(session))], repeats=True), now=NOW)
        typed = {name["id"]: "花田", question["id"]: wanted["id"]}
        surveys_of.append((survey, typed | {each["id"]: each["choices"][0]["id"] for each in others}))
    few, many = (cost(session, survey, a_friend(session), form) for survey, form in surveys_of)
    assert few <= MOST + (not is_alone(session)), "where several write at once, one more asks for its turn"
    assert many <= few, "questions and choices are looked at together"


def test_another_place_to_save_to_costs_what_it_writes(session: Session) -> None:
    a_shop(session)
    costs = []
    for places in (["system:real_name"], ["system:real_name", "system:memo"]):
        question = a_question(save_to=places)
        survey = a_survey(session, question, rate=AnswerRate.MANY)
        costs.append(cost(session, survey, a_friend(session), {question["id"]: "花田"}))
    assert costs[1] - costs[0] <= 3, "what it was before, the entry, and the row"


def test_keeping_a_form_costs_the_same_for_many_choices(session: Session) -> None:
    costs = []
    for choices in (2, 20):
        survey = a_survey(session, a_question("radio", choices=[a_survey_choice(str(n)) for n in range(choices)]))
        document = surveys.with_actions(session, survey)
        statements = statements_of(session)
        surveys.update_document(session, survey, document, now=NOW)
        costs.append(len(statements))
    assert costs[0] == costs[1]
