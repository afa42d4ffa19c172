"""What is read out of answers: charts, groups against each other, questions that are gone, where people stopped."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.engine import surveys
from lstep_lite.engine.segments import EVERYBODY
from lstep_lite.engine.surveys import answering, answers, charts, columns, correcting, funnel
from lstep_lite.models import SurveyPick
from tests.engine.surveys.answers import answer, filled
from tests.factories import NOW, a_friend, a_question, a_staff, a_survey, a_survey_choice, a_survey_page


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


# Putting answers right -----------------------------------------------------------------------------------------------


def corrected(session, survey, found, form):
    typed = correcting.typed(found) | {code: {"": [text]} for code, text in form.items()}
    answering.change(session, survey, found, typed, staff_id=a_staff(session).id, now=NOW + timedelta(days=1))
    session.commit()


def said(found):
    return [(value["label"], value["text"]) for value in found.values]


def test_what_staff_leave_alone_stays_in_the_words_of_its_time(session):
    name, menu = (
        a_question(label="お名前"),
        a_question("radio", label="ご希望", choices=[a_survey_choice("カット"), a_survey_choice("カラー")]),
    )
    gone = a_question(label="前の質問")
    survey = a_survey(session, name, menu, gone)
    found = answer(
        session,
        survey,
        a_friend(session),
        {name["id"]: "はな", menu["id"]: menu["choices"][0]["id"], gone["id"]: "はい"},
    )
    asked = [
        name | {"label": "氏名"},
        menu
        | {
            "label": "メニュー",
            "choices": [a_survey_choice("パーマ"), a_survey_choice("エクステ")],
            "is_required": True,
        },
        a_question(label="新しい質問", is_required=True),
    ]
    document = {**survey.document, "pages": [a_survey_page(*asked)]}
    surveys.update_document(session, survey, document, now=NOW)
    corrected(session, survey, found, {name["id"]: "花子"})
    assert said(found) == [("氏名", "花子"), ("ご希望", "カット"), ("前の質問", "はい")]
    change = answers.whole(session, found).changes[0]
    assert [(each.label, each.before, each.after) for each in change.differences] == [("氏名", "はな", "花子")]
    assert {pick.question_code for pick in session.scalars(sa.select(SurveyPick))} == {
        name["id"],
        menu["id"],
        gone["id"],
    }


def test_only_fields_of_what_was_changed_are_written_again(session):
    name, kana = (a_question(save_to=[f"system:{target}"]) for target in ("real_name", "kana"))
    survey, friend = a_survey(session, name, kana), a_friend(session)
    found = answer(session, survey, friend, {name["id"]: "はな", kana["id"]: "ハナ"})
    friend.kana = "ハナコ"
    corrected(session, survey, found, {name["id"]: "花子"})
    assert (friend.real_name, friend.kana) == ("花子", "ハナコ")
