"""Files that customers send: what is wrong with one is always said, and strangers can't fill the disk."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lstep_lite.blueprints.liff import sessions
from lstep_lite.models import SignInFailure, SurveyDraft, SurveyFile
from tests.factories import NOW, a_question, a_survey, a_survey_choice
from tests.web.test_liff_surveys import a_picture, a_stranger, form_of, opened, signed_in


@pytest.fixture
def phone(app, session, owner):
    return signed_in(app, a_stranger(session))


def sent_with(client, path, form, name, body):
    data = form | {"go": "next", f"{name}.file": (io.BytesIO(body), "写真.png")}
    return client.post(path, data=data, content_type="multipart/form-data")


def test_a_refused_file_is_told_even_when_another_question_comes_up(phone, session):
    menu = a_question("radio", choices=[a_survey_choice("カット"), a_survey_choice("カラー")])
    cut = menu["choices"][0]["id"]
    asks = a_question("file", takes="image", most=1)
    condition = {"kind": "survey_condition", "id": "condition-1", "question": menu["id"], "choices": [cut]}
    survey = a_survey(session, menu, asks, a_question(label="長さは？", shown_if=[condition]))
    session.commit()
    path, page = opened(phone, survey)
    answer = sent_with(phone, path, form_of(page) | {menu["id"]: cut}, asks["id"], b"<script>")
    assert answer.status_code == 422
    assert "画像" in answer.text and "長さは？" in answer.text


def test_strangers_send_few_files_from_one_address(anybody, session, owner):
    asks = a_question("file", takes="image", most=1)
    survey = a_survey(session, asks, takes_anonymous=True)
    session.commit()
    path, page = opened(anybody, survey)
    subject = "liff-files:127.0.0.1"
    most = sessions.MOST_FILES_OF_STRANGERS
    session.add(SignInFailure(subject=subject, count=most, first_at=NOW, locked_until=NOW + timedelta(minutes=5)))
    session.commit()
    assert sent_with(anybody, path, form_of(page), asks["id"], a_picture()).status_code == 429
    assert session.scalars(sa.select(SurveyFile)).all() == []


def test_each_new_stranger_counts_whichever_page_they_begin_at(app, session, owner):
    survey = a_survey(session, takes_anonymous=True, rate="many")
    session.commit()
    path = f"/liff/surveys/{survey.code}/pages/{survey.document['pages'][0]['id']}"
    assert app.test_client().post(path, data={"friend": "", "go": "next"}).status_code == 303
    session.get_one(SignInFailure, "liff-address:127.0.0.1").locked_until = NOW + timedelta(minutes=5)
    session.commit()
    assert app.test_client().post(path, data={"friend": "", "go": "next"}).status_code == 429
    assert session.scalar(sa.select(sa.func.count()).select_from(SurveyDraft)) == 1
