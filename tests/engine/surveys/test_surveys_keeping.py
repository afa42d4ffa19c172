"""Forms as staff keep them."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import actions, mentions, surveys
from lstep_lite.engine.surveys import keeping, seats
from lstep_lite.errors import DomainError
from lstep_lite.models import ActionSet, AnswerRate, FieldType, SurveySeat
from tests.engine.surveys.answers import when
from tests.factories import NOW, a_field, a_question, a_survey, a_survey_choice, a_survey_page, a_tag


def test_actions_of_choices_hang_at_the_form_and_come_back_for_the_editor_and_a_copy(session: Session) -> None:
    tag = a_tag(session)
    choices = [a_survey_choice("はい", actions=when(tag)), a_survey_choice("いいえ")]
    survey = a_survey(session, a_question("radio", choices=choices))
    session.commit()
    session.expire_all()
    assert "actions" not in survey.document["pages"][0]["parts"][0]["choices"][0]
    assert [place.label for place in mentions.places(session, "tags", tag.id)] == [
        f"フォーム「{survey.name}」で「はい」になったとき"
    ]

    twin = surveys.copy(session, survey, now=NOW)
    session.commit()
    document = surveys.with_actions(session, twin)
    assert document["pages"][0]["parts"][0]["choices"][0]["actions"]["steps"][0]["data"]["tag_ids"] == [tag.id]
    assert not twin.is_open and twin.code != survey.code

    for each in (survey, twin):
        surveys.delete(session, each)
    session.commit()
    assert session.scalars(sa.select(ActionSet)).all() == []
    assert mentions.places(session, "tags", tag.id) == []


def test_a_choice_that_is_taken_out_takes_its_actions_with_it(session: Session) -> None:
    tag = a_tag(session)
    choices = [a_survey_choice(word, actions=when(tag)) for word in "ABC"]
    question = a_question("radio", choices=choices)
    survey = a_survey(session, question)
    document = surveys.with_actions(session, survey)
    del document["pages"][0]["parts"][0]["choices"][2]
    surveys.update_document(session, survey, document, now=NOW)
    session.commit()
    holders = {each.holder for each in session.scalars(sa.select(ActionSet))}
    assert holders == {keeping.holder(survey, choice["id"]) for choice in choices[:2]}
    assert survey.revision == 2


def test_the_fields_a_form_saves_to_say_so_and_a_lost_one_marks_it(session: Session) -> None:
    field = a_field(session, FieldType.TEXT)
    survey = a_survey(session, a_question(save_to=[f"field:{field.id}"]))
    session.commit()
    assert [place.label for place in mentions.places(session, "fields", field.id)] == [f"フォーム「{survey.name}」"]
    assert keeping.broken_ids(session, [survey]) == set()
    session.delete(field)
    session.commit()
    assert keeping.broken_ids(session, [survey]) == {survey.id}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"color": "red"}, "color"),
        ({"thanks_url": "http://example.com"}, "thanks_url"),
        ({"thanks_url": "javascript:alert(1)"}, "thanks_url"),
        ({"rate": AnswerRate.EVERY}, "rate_days"),
        ({"opens_at": NOW, "closes_at": NOW}, "closes_at"),
        ({"thanks_text": "[nama]さん"}, "thanks_text"),
        ({"confirmation": "push"}, "blocks"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_their_field(session: Session, wrong: dict, field: str) -> None:
    survey = a_survey(session)
    good = {"name": "新しい名前", "title": "題"}
    with pytest.raises(DomainError) as refusal:
        surveys.update(session, survey, surveys.SurveyForm(**good | wrong), now=NOW)
    assert refusal.value.field == field
    session.rollback()


def problems(session: Session, *pages: dict, **over: object) -> list[str]:
    found = surveys.examine(session, {"pages": list(pages), "scoring": "none"} | over)
    return [problem.path for problem in found.problems]


def test_conditions_go_by_what_comes_before_and_ways_lead_forward(session: Session) -> None:
    choices = [a_survey_choice("A"), a_survey_choice("B")]
    picked, other = a_question("radio", choices=choices), a_question()
    condition = {
        "kind": "survey_condition",
        "id": "condition-1",
        "question": picked["id"],
        "choices": [choices[0]["id"]],
    }
    first, second = a_survey_page(picked), a_survey_page(other | {"shown_if": [condition]})
    jump = {"kind": "survey_jump", "id": "jump-0001", "question": picked["id"], "choices": [choices[1]["id"]]}
    assert problems(session, first | {"jumps": [jump | {"page": "end"}]}, second) == []
    assert problems(session, second, first) == ["pages.0.parts.0.shown_if.0.question"]
    assert problems(session, first, second | {"jumps": [jump | {"page": first["id"]}]}) == ["pages.1.jumps.0.page"]
    assert problems(session, first, second | {"next": first["id"]}) == ["pages.1.next"]
    unknown = condition | {"choices": ["choice-unknown"]}
    assert problems(session, first, a_survey_page(other | {"shown_if": [unknown]})) == [
        "pages.1.parts.0.shown_if.0.choices"
    ]


@pytest.mark.parametrize("nonsense", [None, [], {"pages": 3}, {"pages": [{"kind": "survey_page", "parts": [1]}]}])
def test_whatever_a_browser_posts_is_answered_with_problems(session: Session, nonsense: object) -> None:
    assert surveys.examine(session, nonsense).problems


def test_places_begin_with_those_who_have_one_already(session: Session) -> None:
    choice = a_survey_choice("午前")
    question = a_question("radio", choices=[choice, a_survey_choice("午後")])
    survey = a_survey(session, question)
    assert seats.left(session, survey) == {}
    limited = question | {"choices": [choice | {"seats": 3}, question["choices"][1]]}
    surveys.update_document(session, survey, {"pages": [a_survey_page(limited)], "scoring": "none"}, now=NOW)
    assert seats.left(session, survey) == {choice["id"]: 3}
    assert actions.at(session, surveys.SUBMITTED, survey.id) is None
    assert session.scalars(sa.select(SurveySeat.taken)).all() == [0]
