"""What is read out of answers: charts, groups against each other, questions that are gone, where people stopped."""

from datetime import timedelta

import pytest

from lstep_lite.engine import surveys
from lstep_lite.engine.segments import EVERYBODY
from lstep_lite.engine.surveys import charts, columns, funnel
from tests.engine.surveys.answers import answer, filled
from tests.factories import NOW, a_friend, a_question, a_survey, a_survey_choice, a_survey_page


def chart_of(session, survey, question, tree=EVERYBODY):
    return next(each for each in charts.of(session, survey, tree, now=NOW) if each.column.code == question["id"])


def named(name):
    """Friends with that in their name."""
    return {"all": [{"id": "a", "kind": "name", "data": {"how": "contains", "text": name}}], "any": []}


def test_nps_is_promoters_less_detractors(session):
    asks = a_question("scale", span="nps")
    survey = a_survey(session, asks, rate="many")
    for grade in ("10", "9", "9", "8", "3"):
        answer(session, survey, a_friend(session), {asks["id"]: grade})
    grades = chart_of(session, survey, asks).grades
    assert (grades.promoters, grades.passives, grades.detractors, grades.score) == (3, 1, 1, 40)
    assert grades.average == pytest.approx(7.8)


def test_a_group_stands_against_all_others(session):
    cut, color = a_survey_choice("カット"), a_survey_choice("カラー")
    asks = a_question("radio", choices=[cut, color])
    survey = a_survey(session, asks)
    for name, choice in (("山田", cut), ("山田", color), ("鈴木", cut)):
        friend = a_friend(session, display_name=name, name_key=name)
        answer(session, survey, friend, {asks["id"]: choice["id"]})
    chart = chart_of(session, survey, asks, named("山田"))
    assert [(part.label, part.count, part.others) for part in chart.parts] == [("カット", 1, 1), ("カラー", 1, 0)]
    assert (chart.answered, chart.others) == (2, 1)


def test_words_that_come_again_are_counted_once_a_text(session):
    asks = a_question("long_text")
    survey = a_survey(session, asks, rate="many")
    for text in ("接客が丁寧、接客が良い", "接客とカットが好き", "カットが上手"):
        answer(session, survey, a_friend(session), {asks["id"]: text})
    assert set(chart_of(session, survey, asks).words) == {("接客", 2), ("カット", 2)}


def test_questions_that_are_gone_keep_their_column_in_their_own_words(session):
    old, new = a_question(label="前の質問"), a_question(label="残る質問")
    survey = a_survey(session, old, new)
    answer(session, survey, a_friend(session), {old["id"]: "はい", new["id"]: "いいえ"})
    document = {**survey.document, "pages": [a_survey_page(new)]}
    surveys.update_document(session, survey, document, now=NOW)
    found = columns.of(session, survey)
    assert [(each.label, each.is_gone) for each in found] == [("残る質問", False), ("前の質問", True)]


def test_who_began_and_went_away_counts_at_the_page_they_stood_on(session):
    asks = a_question()
    survey = a_survey(session, pages=[a_survey_page(asks, title="はじめ"), a_survey_page(a_question())])
    filled(session, survey, a_friend(session), {asks["id"]: "はい"})
    session.flush()
    assert sum(drop.count for drop in funnel.drops(session, survey, now=NOW)) == 0
    assert sum(drop.count for drop in funnel.drops(session, survey, now=NOW + timedelta(hours=2))) == 1
