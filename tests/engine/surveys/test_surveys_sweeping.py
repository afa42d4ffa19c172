"""What nobody holds any more goes, bytes first."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import friends, media, surveys
from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.surveys import answering, drafts, parsing
from lstep_lite.models import Survey, SurveyDraft, SurveyFile, SurveyPick
from tests.engine.surveys.answers import answer, filled
from tests.factories import NOW, a_friend, a_question, a_shop, a_survey, a_survey_choice

PDF = b"%PDF-1.7 a shop's own form"


def uploaded(session: Session, store: MediaStore, survey: Survey, draft: SurveyDraft) -> SurveyFile:
    stored = store.store_upload(PDF)
    path = f"{stored.code[:2]}/{stored.code}"
    told = {"file_name": "紙.pdf", "content_type": stored.content_type, "size_bytes": stored.size_bytes, "path": path}
    of = {"survey_id": survey.id, "draft_id": draft.id, "friend_id": draft.friend_id}
    question = survey.document["pages"][0]["parts"][0]["id"]
    row = SurveyFile(code=stored.code, question_code=question, created_at=NOW, **of, **told)
    session.add(row)
    session.commit()
    return row


def test_a_file_stays_with_its_answer_and_goes_when_neither_draft_nor_answer_holds_it(
    database: Database, session: Session, tmp_path: Path
) -> None:
    a_shop(session)
    ann, store = a_friend(session), MediaStore(tmp_path)
    question = a_question("file", takes="pdf", most=2)
    survey = a_survey(session, question)
    draft = drafts.open(session, survey, friend=ann, visitor=None, now=NOW)
    kept, dropped = (uploaded(session, store, survey, draft) for _ in range(2))
    surveys.sweep(database, store, now=NOW, limit=10)
    assert store.path_of(dropped.path).exists(), "the draft holds it"

    filled(session, survey, ann, {question["id"]: kept.code})
    made = answering.submit(session, survey, draft, friend=ann, now=NOW)
    session.commit()
    assert surveys.sweep(database, store, now=NOW, limit=10) == 1
    session.expire_all()
    assert session.scalars(sa.select(SurveyFile.code)).all() == [made.values[0]["files"][0]] == [kept.code]
    assert store.path_of(kept.path).read_bytes() == PDF

    old = (NOW - timedelta(days=3)).timestamp()
    os.utime(store.path_of(kept.path), (old, old))
    for minute in range(3):
        media.sweep_strays(database, store, wall=NOW.replace(second=0) + timedelta(minutes=minute))
    assert store.path_of(kept.path).exists(), "it is no stray"


def test_a_file_of_somebody_elses_draft_is_refused(session: Session, tmp_path: Path) -> None:
    a_shop(session)
    ann, bob, store = a_friend(session), a_friend(session), MediaStore(tmp_path)
    question = a_question("file", takes="pdf", is_required=True)
    survey = a_survey(session, question)
    theirs = uploaded(session, store, survey, drafts.open(session, survey, friend=ann, visitor=None, now=NOW))
    with pytest.raises(parsing.Refused) as refusal:
        answer(session, survey, bob, {question["id"]: theirs.code})
    assert "もう一度選んでください" in refusal.value.errors[question["id"]]
    session.rollback()


def test_a_draft_that_nobody_came_back_to_for_a_month_goes(
    database: Database, session: Session, tmp_path: Path
) -> None:
    survey = a_survey(session)
    for days in (29, 31):
        at = NOW - timedelta(days=days)
        drafts.open(session, survey, friend=None, visitor=f"someone {days}", now=at)
    session.commit()
    assert surveys.sweep(database, MediaStore(tmp_path), now=NOW, limit=10) == 1
    assert session.scalars(sa.select(SurveyDraft.holder)).all() == ["visitor:someone 29"]


def test_merging_two_people_takes_their_answers_along(session: Session) -> None:
    a_shop(session)
    kept, gone = a_friend(session), a_friend(session, line_user_id=None)
    choice = a_survey_choice("A")
    question = a_question("radio", choices=[choice, a_survey_choice("B")])
    survey = a_survey(session, question)
    made = answer(session, survey, gone, {question["id"]: choice["id"]})
    for friend in (kept, gone):
        drafts.open(session, survey, friend=friend, visitor=None, now=NOW)
    friends.merge(session, kept, gone, staff_id=None, now=NOW)
    session.commit()
    assert made.friend_id == kept.id
    assert session.scalars(sa.select(SurveyPick.friend_id)).all() == [kept.id]
    assert session.scalars(sa.select(SurveyDraft.holder)).all() == [f"friend:{kept.id}"]
