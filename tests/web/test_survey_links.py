"""Links with answers in them: made from the form's own questions, refused in words, opened by anybody who has one."""

from urllib.parse import parse_qs, urlsplit

import pytest

from lstep_lite.engine.surveys import prefilling
from lstep_lite.models import Role
from tests.factories import NOW, a_question, a_staff, a_survey, a_survey_choice
from tests.web.conftest import browser_of, inspect_page


@pytest.fixture
def survey(session, owner):
    choices = [a_survey_choice("カット", "checkbox"), a_survey_choice("その他", "checkbox", is_other=True)]
    made = a_survey(
        session,
        a_question("one_line", label="電話番号", rule="phone"),
        a_question("checkbox", label="ご希望", choices=choices),
        a_question("consent", label="同意", text="お約束"),
        a_question("long_text", label="メモ"),
    )
    session.commit()
    return made


def questions(survey):
    return survey.document["pages"][0]["parts"]


def made(page, soup):
    return parse_qs(urlsplit(soup.select_one("#filled-link")["value"]).query)["fill"][0]


def test_a_link_brings_along_what_was_typed_into_the_forms_own_questions(app, client, page, session, survey):
    phone, wishes, consent, _ = questions(survey)
    address = f"/surveys/{survey.id}/links"
    asked = page(f"{address}/new").select("[name]")
    assert consent["id"] not in {each["name"] for each in asked}
    codes = [choice["id"] for choice in wishes["choices"]]
    typed = {phone["id"]: "０９０-1234-5678", wishes["id"]: codes, f"{wishes['id']}.other": "着付け", "days": "30"}
    soup = inspect_page(client.post(address, data=typed))
    token = made(page, soup)
    key = app.extensions["runtime"].settings.secret_key
    filled = prefilling.read(survey, token, friend=None, now=NOW, secret_key=key)
    assert filled == {phone["id"]: {"": ["090-1234-5678"]}, wishes["id"]: {"": codes, "other": ["着付け"]}}
    assert soup.select_one(f"[name='{phone['id']}']")["value"] == "０９０-1234-5678"


def test_values_the_form_would_refuse_are_refused_at_their_question(client, survey):
    phone, _, _, memo = questions(survey)
    address = f"/surveys/{survey.id}/links"
    wrong = client.post(address, data={phone["id"]: "abc", "days": "30"})
    assert wrong.status_code == 422
    assert f'id="e-{phone["id"]}"' in wrong.text and "filled-link" not in wrong.text
    assert "1つ以上入力" in client.post(address, data={"days": "30"}).text
    long = {memo["id"]: "".join(chr(0x4E00 + 7 * at) for at in range(400)), "days": "30"}
    assert "減らしてください" in client.post(address, data=long).text
    assert "期間を選び直して" in client.post(address, data={phone["id"]: "0312345678", "days": "x"}).text


def test_only_who_makes_forms_makes_links(app, session, survey):
    person = a_staff(session, role=Role.STAFF)
    session.commit()
    outsider = browser_of(app, person)
    assert outsider.get(f"/surveys/{survey.id}/links/new").status_code == 403
    assert outsider.post(f"/surveys/{survey.id}/links").status_code == 403
