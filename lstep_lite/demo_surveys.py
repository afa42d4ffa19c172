"""The demo salon's answer form: open, with what some friends have answered. Demo mode only."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite import demo_timed
from lstep_lite.engine import surveys
from lstep_lite.engine.studio import Data
from lstep_lite.engine.surveys import answering, designs, drafts, keeping
from lstep_lite.engine.surveys.documents import questions_of
from lstep_lite.models import AnswerRate, Confirmation, Friend, Survey, SurveyAnswer, SurveyAnswerState

DESIGN = "visit"
WORD = "アンケートに答えました"
THANKS = "[name]さん、アンケートへのご協力ありがとうございました。またのご来店をお待ちしております。"
GOOD, WISH, AGAIN = "よかったところ", "気になったところや、ご要望", "また来たいと思いますか"
ANSWERS = (
    (0, 6, "5", ("仕上がり", "接客"), "いつもていねいにありがとうございます。", "ぜひ来たい"),
    (2, 4, "4", ("仕上がり", "お店の雰囲気"), "", "たぶん来る"),
    (3, 2, "5", ("接客",), "雑誌の種類がもう少しあるとうれしいです。", "ぜひ来たい"),
    (6, 1, "3", ("通いやすさ",), "予約の時間より15分ほど待ちました。", "分からない"),
)
"""Which of the demo's people, how many days ago, stars, what was good, own words, and whether they come again."""


def tell(session: Session, *, now: datetime) -> None:
    """Add it to the salon whose friends `demo_timed.tell` has made."""
    design = designs.get(DESIGN)
    form = replace(
        design.form,
        rate=AnswerRate.EVERY,
        rate_days=30,
        confirmation=Confirmation.FREE,
        said_text=WORD,
        blocks=[{"kind": "text", "text": THANKS}],
    )
    survey = keeping.create(session, form, design.make(), now=now)
    surveys.switch(session, survey, is_open=True, now=now)
    session.flush()  # answers hang at it
    for number, days, stars, good, wish, again in ANSWERS:
        friend = session.scalars(sa.select(Friend).filter_by(line_user_id=demo_timed.line_user_id(number))).one()
        typed = {"全体の満足度": [stars], GOOD: good, WISH: [wish], AGAIN: [again]}
        _answer(session, survey, friend, typed, now - timedelta(days=days))
    first = sa.select(SurveyAnswer).filter_by(survey_id=survey.id).order_by(SurveyAnswer.id).limit(1)
    session.scalars(first).one().state = SurveyAnswerState.DONE


def _answer(
    session: Session, survey: Survey, friend: Friend, typed: Mapping[str, tuple[str, ...] | list[str]], at: datetime
) -> None:
    """As the pages do it; *typed* has answers by the words of the question."""
    draft = drafts.open(session, survey, friend=friend, visitor=None, now=at)
    posted = {
        question["id"]: [_posted(question, said) for said in typed[question["label"]]]
        for question in questions_of(survey.document)
        if question["label"] in typed
    }
    drafts.keep(session, survey, draft, survey.document["pages"][0]["id"], posted, now=at)
    answering.submit(session, survey, draft, now=at, friend=friend)


def _posted(question: Data, said: str) -> str:
    """The code of a choice; other answers as they are."""
    codes = {choice["label"]: choice["id"] for choice in question.get("choices", ())}
    return str(codes.get(said, said))
