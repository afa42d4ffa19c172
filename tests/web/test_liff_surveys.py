"""Forms as customers meet them: page by page, with mistakes, twice, too late, and with files of their own."""

import base64
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import g, render_template
from itsdangerous import URLSafeSerializer
from PIL import Image

from lstep_lite.blueprints.liff import sessions
from lstep_lite.engine.line import Identity
from lstep_lite.engine.surveys import drawing, prefilling
from lstep_lite.engine.surveys.documents import elements
from lstep_lite.models import AnswerRate, Friend, SignInFailure, SurveyAnswer, SurveyDay, SurveyDraft, SurveyFile
from tests.factories import NOW, a_friend, a_question, a_survey, a_survey_choice, a_survey_page
from tests.web.conftest import inspect_page


@pytest.fixture
def ann(session, owner):
    made = a_friend(session, display_name="アン", line_user_id="U" + "a" * 32)
    session.commit()
    return made


@pytest.fixture
def phone(app, ann):
    """Ann's browser."""
    return signed_in(app, ann)


def signed_in(app, friend):
    """A browser in which LINE has vouched for *friend*."""
    kept = {"name": f"browser-{friend.id}", "friend": friend.code, "mark": sessions.mark(friend.line_user_id)}
    signer = URLSafeSerializer(app.extensions["runtime"].settings.secret_key, salt="liff session")
    client = app.test_client()
    client.set_cookie(sessions.COOKIE, signer.dumps(kept | {"at": int(NOW.timestamp())}), path=sessions.PATH)
    return client


def opened(client, survey):
    """Go in by the door; the first page, drawn."""
    answer = client.get(f"/liff/surveys/{survey.code}", follow_redirects=True)
    return answer.request.path, inspect_page(answer)


def form_of(soup):
    """What a browser would send with the page's form, as a dict of lists."""
    found = {}
    for field in soup.select("main form [name]"):
        if field.name == "button" or field.find_parent("fieldset", disabled=True):
            continue
        if field.get("type") in ("radio", "checkbox") and not field.has_attr("checked"):
            continue
        if field.get("type") == "file":
            continue
        value = field.text.strip("\n") if field.name == "textarea" else field.get("value", "")
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            value = chosen.get("value", chosen.text) if chosen else ""
        found.setdefault(field["name"], []).append(value)
    return found


def send(client, path, soup, go="next", **typed):
    return client.post(path, data=form_of(soup) | {"go": go} | typed)


def answers(session):
    session.expire_all()
    return session.scalars(sa.select(SurveyAnswer).order_by(SurveyAnswer.id)).all()


def test_a_form_is_answered_page_by_page_and_looked_at_before_it_is_sent(phone, session, ann):
    name, reason = a_question(label="お名前", is_required=True), a_question("long_text", label="ご要望")
    survey = a_survey(session, pages=[a_survey_page(name), a_survey_page(reason)], confirms=True)
    session.commit()
    path, first = opened(phone, survey)
    assert "ページ 1/2" in first.text
    answer = send(phone, path, first, **{name["id"]: "花田 桜"})
    second = inspect_page(phone.get(answer.location))
    gone_back = send(phone, answer.location, second, go="back", **{reason["id"]: "静かな席"})
    assert gone_back.location == path
    assert inspect_page(phone.get(path)).select_one(f"[name={name['id']}]")["value"] == "花田 桜"
    last = send(phone, answer.location, inspect_page(phone.get(answer.location)))
    assert last.location.endswith("/confirm")
    confirm = inspect_page(phone.get(last.location))
    assert "花田 桜" in confirm.text and "静かな席" in confirm.text and not answers(session)
    token = {"token": confirm.select_one("[name=token]")["value"], "friend": ann.code}
    done = phone.post(f"/liff/surveys/{survey.code}/answers", data=token)
    thanks = inspect_page(phone.get(done.location))
    assert "ご回答ありがとうございました" in thanks.text and "静かな席" in thanks.select_one(".sent-answer").text
    assert [value["text"] for value in answers(session)[0].values] == ["花田 桜", "静かな席"]
    day = session.scalars(sa.select(SurveyDay)).one()
    assert (day.views, day.starts, day.submits) == (1, 1, 1)


def test_a_page_sent_twice_is_one_answer(phone, session):
    survey = a_survey(session, rate=AnswerRate.MANY)
    session.commit()
    path, page = opened(phone, survey)
    first, second = send(phone, path, page), send(phone, path, page)
    assert first.location == second.location
    assert len(answers(session)) == 1


def test_a_mistake_is_told_at_the_question_and_nothing_typed_is_lost(phone, session):
    mail, memo = a_question(rule="email", label="メール"), a_question(label="ひとこと")
    survey = a_survey(session, mail, memo)
    session.commit()
    path, page = opened(phone, survey)
    refused = send(phone, path, page, **{mail["id"]: "ちがう", memo["id"]: "こんにちは"})
    assert refused.status_code == 422 and not answers(session)
    soup = BeautifulSoup(refused.text, "html.parser")
    field = soup.find("input", id=f"i-{mail['id']}")
    assert (field["value"], field["aria-invalid"]) == ("ちがう", "true")
    assert soup.find(id=f"e-{mail['id']}") and soup.select_one(f".survey-problems a[href='#q-{mail['id']}']")
    again = inspect_page(phone.get(path))
    assert again.find("input", id=f"i-{memo['id']}")["value"] == "こんにちは"


def test_an_answer_that_brings_up_a_question_shows_it_before_going_on(phone, session):
    yes = a_survey_choice("はい")
    asks = a_question("radio", choices=[yes, a_survey_choice("いいえ")])
    condition = {"kind": "survey_condition", "id": "condition-1", "question": asks["id"], "choices": [yes["id"]]}
    more = a_question(label="くわしく", shown_if=[condition])
    survey = a_survey(session, asks, more)
    session.commit()
    path, page = opened(phone, survey)
    hidden = page.find(id=f"q-{more['id']}")
    assert hidden.has_attr("hidden") and yes["id"] in hidden["data-shown-if"]
    answer = send(phone, path, page, **{asks["id"]: yes["id"]})
    assert answer.location == f"{path}#q-{more['id']}" and not answers(session)
    shown = inspect_page(phone.get(path))
    send(phone, path, shown, **{more["id"]: "右"})
    assert [value["text"] for value in answers(session)[0].values] == ["はい", "右"]


def test_a_full_choice_sends_back_to_its_question(phone, app, session):
    seat = a_survey_choice("10時", seats=1)
    asks = a_question("radio", choices=[seat, a_survey_choice("11時")])
    survey = a_survey(session, asks)
    session.commit()
    path, page = opened(phone, survey)
    other = a_friend(session, line_user_id="U" + "b" * 32)
    session.commit()
    elsewhere = signed_in(app, other)
    send(elsewhere, *opened(elsewhere, survey), **{asks["id"]: seat["id"]})
    refused = send(phone, path, page, **{asks["id"]: seat["id"]})
    assert refused.status_code == 422 and "「10時」は定員に達しました" in refused.text
    assert len(answers(session)) == 1


def test_a_closed_form_says_so_and_one_that_closes_meanwhile_too(phone, session, clock):
    survey = a_survey(session, closes_at=NOW + timedelta(minutes=20), closed_text="春にまた")
    session.commit()
    path, page = opened(phone, survey)
    clock.time = NOW + timedelta(minutes=20)
    late = send(phone, path, page)
    assert late.status_code == 409 and "春にまた" in late.text and not answers(session)
    assert "春にまた" in opened(phone, survey)[1].text


def test_nobody_has_to_log_in_to_read_that_a_form_is_closed(anybody, session, owner):
    survey = a_survey(session, is_open=False, title="秋のご案内", closed_text="秋の受付は終わりました")
    session.commit()
    path, soup = opened(anybody, survey)
    assert path.endswith(survey.code) and "秋の受付は終わりました" in soup.get_text()
    answer = anybody.post(f"/liff/surveys/{survey.code}/answers", data={"token": "x"})
    assert "秋の受付は終わりました" not in answer.text, "its other pages ask who it is"


def test_who_answered_already_reads_so_and_may_change_it_for_a_while(phone, session):
    asks = a_question()
    survey = a_survey(session, asks, editable_minutes=60)
    session.commit()
    done = send(phone, *opened(phone, survey), **{asks["id"]: "前"})
    assert "すでにご回答" in inspect_page(phone.get(f"/liff/surveys/{survey.code}")).text
    page = inspect_page(phone.get(done.location))
    form = page.find("form", action=re.compile("changes$"))
    answer = phone.post(form["action"], data={"friend": page.select_one("[name=friend]")["value"]})
    editing = inspect_page(phone.get(answer.location))
    assert editing.find("input", id=f"i-{asks['id']}")["value"] == "前"
    send(phone, answer.location, editing, **{asks["id"]: "後"})
    assert [each.values[0]["text"] for each in answers(session)] == ["後"]


def test_pages_are_for_those_whom_line_vouches_for(anybody, app, phone, session, ann):
    survey = a_survey(session)
    session.commit()
    asked = inspect_page(anybody.get(f"/liff/surveys/{survey.code}"))
    assert asked.find("h1").text in ("準備中です", "LINEで確認します")
    assert session.scalars(sa.select(SurveyDraft)).all() == []
    done = send(phone, *opened(phone, survey))
    elsewhere = signed_in(app, a_stranger(session))
    assert elsewhere.get(done.location).status_code == 404
    path, page = opened(elsewhere, survey)
    assert elsewhere.post(path, data=form_of(page) | {"friend": ann.code}).status_code == 409
    [anns] = answers(session)
    assert elsewhere.get(f"{path}?answer={anns.code}").status_code == 404
    assert elsewhere.post(path, data=form_of(page) | {"token": anns.token}).status_code == 404
    assert len(answers(session)) == 1


def test_nobody_sends_what_another_has_typed(app, phone, session, ann):
    survey = a_survey(session, a_question(), takes_anonymous=True, confirms=True)
    session.commit()
    path, page = opened(phone, survey)
    send(phone, path, page)
    token = session.scalars(sa.select(SurveyDraft.token)).one()
    url, elsewhere = f"/liff/surveys/{survey.code}/answers", signed_in(app, a_stranger(session))
    opened(elsewhere, survey)
    code = session.scalars(sa.select(Friend.code).where(Friend.id != ann.id)).one()
    assert elsewhere.post(url, data={"friend": code, "token": token}).location == f"/liff/surveys/{survey.code}"
    assert app.test_client().post(url, data={"friend": "", "token": token}).status_code == 303
    assert answers(session) == []


def test_too_many_are_kept_out_and_lose_nothing(phone, anybody, session, ann):
    asks = a_question()
    survey = a_survey(session, asks, takes_anonymous=True)
    session.commit()
    path, page = opened(phone, survey)
    send(phone, path, page, **{asks["id"]: "一度目"})
    for subject in (f"liff-friend:{ann.code}", "liff-address:127.0.0.1"):
        session.get_one(SignInFailure, subject).locked_until = NOW + timedelta(minutes=5)
    survey.rate = AnswerRate.MANY
    session.commit()
    path, page = opened(phone, survey)
    refused = send(phone, path, page, **{asks["id"]: "二度目"})
    assert refused.status_code == 429 and len(answers(session)) == 1
    assert opened(phone, survey)[1].find("input", id=f"i-{asks['id']}")["value"] == "二度目"
    assert anybody.get(f"/liff/surveys/{survey.code}").status_code == 429
    assert session.scalar(sa.select(sa.func.count()).select_from(SurveyDraft)) == 1


def test_unknown_visitors_answer_where_the_form_takes_them(anybody, session, owner):
    asks = a_question()
    survey = a_survey(session, asks, takes_anonymous=True)
    session.commit()
    send(anybody, *opened(anybody, survey), **{asks["id"]: "通りすがり"})
    found = answers(session)[0]
    assert found.friend_id is None and found.visitor and found.values[0]["text"] == "通りすがり"


def test_what_an_unknown_visitor_answered_is_theirs_once_they_log_in(app, anybody, session, owner, ann):
    survey = a_survey(session, a_question(save_to=["system:real_name"]), takes_anonymous=True)
    session.commit()
    path, page = opened(anybody, survey)
    question = page.select_one("[data-question]")["data-question"]
    done = send(anybody, path, page, **{question: "花田 桜"})
    cookie = anybody.get_cookie(sessions.COOKIE, path=sessions.PATH)
    with app.test_request_context("/liff", headers={"Cookie": f"{sessions.COOKIE}={cookie.value}"}):
        sessions.start(g.session, Identity(ann.line_user_id, "アン", None), is_friend=True)
        g.finish(commit=True)
    session.expire_all()
    assert (answers(session)[0].friend_id, ann.real_name) == (ann.id, "花田 桜")
    assert signed_in(app, ann).get(done.location).status_code == 200


def a_picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#E8590C").save(out, "PNG")
    return out.getvalue()


def test_files_are_kept_with_the_draft_and_shown_to_nobody_else(phone, anybody, app, session):
    asks = a_question("file", takes="both", most=2, is_required=True)
    survey = a_survey(session, asks, a_question(is_required=True))
    session.commit()
    path, page = opened(phone, survey)
    data = form_of(page) | {"go": "next", f"{asks['id']}.file": (io.BytesIO(a_picture()), "写真.png")}
    refused = phone.post(path, data=data, content_type="multipart/form-data")
    assert refused.status_code == 422
    row = session.scalars(sa.select(SurveyFile)).one()
    soup = BeautifulSoup(refused.text, "html.parser")
    assert soup.select_one(f"[name={asks['id']}][value='{row.code}']").has_attr("checked")
    assert (row.file_name, row.content_type) == ("写真.png", "image/png")
    with phone.get(f"/liff/survey-files/{row.code}") as shown:
        assert shown.content_type == "image/jpeg"
    elsewhere = signed_in(app, a_stranger(session))
    for stranger in (anybody, elsewhere):
        assert stranger.get(f"/liff/survey-files/{row.code}").status_code == 404
    path, page = opened(elsewhere, survey)
    taken = elsewhere.post(path, data=form_of(page) | {"go": "next", asks["id"]: row.code})
    assert taken.status_code == 422 and row.code not in taken.text, "nor sent on by anybody else"


def a_stranger(session):
    made = a_friend(session, line_user_id="U" + "d" * 32)
    session.commit()
    return made


def test_what_is_no_picture_is_refused_at_its_question(phone, session):
    asks = a_question("file", takes="image", most=1)
    survey = a_survey(session, asks)
    session.commit()
    path, page = opened(phone, survey)
    for body in (b"%PDF-1.7 x", b"<script>"):
        data = form_of(page) | {"go": "next", f"{asks['id']}.file": (io.BytesIO(body), "x.png")}
        assert phone.post(path, data=data, content_type="multipart/form-data").status_code == 422
    assert session.scalars(sa.select(SurveyFile)).all() == [] and not answers(session)


def test_a_signed_link_fills_in_for_its_friend_alone_until_its_day(app, phone, session, ann):
    asks = a_question()
    hidden = a_question("hidden", parameter="from")
    survey = a_survey(session, asks, hidden, rate=AnswerRate.MANY)
    session.commit()
    key = app.extensions["runtime"].settings.secret_key
    link = prefilling.token(survey, {asks["id"]: "佐藤"}, friend=ann, until=NOW + timedelta(days=1), secret_key=key)
    answer = phone.get(f"/liff/surveys/{survey.code}?fill={link}&from=店頭&x=1", follow_redirects=True)
    assert inspect_page(answer).find("input", id=f"i-{asks['id']}")["value"] == "佐藤"
    send(phone, answer.request.path, inspect_page(answer))
    found = answers(session)[0]
    assert found.parameters == {"from": "店頭"} and [v["text"] for v in found.values] == ["佐藤", "店頭"]
    late = {"friend": ann, "secret_key": key}
    assert prefilling.read(survey, link, now=NOW + timedelta(days=2), **late) == {}
    assert b"\xe4\xbd\x90" not in base64.urlsafe_b64decode(link), "what it brings can't be read from a log"
    for bad in (link + "x", link[:-3], "x", "あ", ""):
        assert prefilling.read(survey, bad, now=NOW, **late) == {}
    assert prefilling.read(survey, link, now=NOW, friend=a_stranger(session), secret_key=key) == {}


def test_typing_is_kept_on_the_way(phone, session):
    asks = a_question()
    survey = a_survey(session, asks)
    session.commit()
    _, page = opened(phone, survey)
    url = page.select_one("form[data-survey]")["data-survey"]
    assert phone.post(url, data=form_of(page) | {asks["id"]: "途中"}).status_code == 204
    assert opened(phone, survey)[1].find("input", id=f"i-{asks['id']}")["value"] == "途中"


def test_every_kind_of_part_is_drawn_with_few_queries(phone, session, count_queries):
    names = [each.name.removeprefix("survey_") for each in elements()]
    special = {
        "checkbox": {"choices": [a_survey_choice("他", "checkbox", is_other=True)]},
        "radio": {"choices": [a_survey_choice("他", is_other=True), a_survey_choice("B")]},
        "dropdown": {"choices": [a_survey_choice("A", "dropdown"), a_survey_choice("B", "dropdown")]},
        "matrix": {
            "rows": [{"kind": "survey_matrix_row", "id": "row-00001", "label": "味"}],
            "columns": [
                {"kind": "survey_matrix_column", "id": f"column-{n}", "label": w, "score": 0}
                for n, w in enumerate(("良い", "悪い"))
            ],
        },
        "consent": {"text": "お約束"},
        "hidden": {"parameter": "from"},
    }
    parts = [a_question(name, **special.get(name, {})) for name in names if name not in ("image_choice", "picture")]
    survey = a_survey(session, *parts)
    session.commit()
    path, _ = opened(phone, survey)
    with count_queries() as queries:
        answer = phone.get(path)
    assert len(queries) <= 9, queries
    soup = inspect_page(answer)
    own = [tag.get("href") or tag.get("src") for tag in soup.select("head link, head script[src^='/']")]
    statics = [phone.get(path, buffered=True).data for path in own]
    assert sum(len(data) for data in (answer.data, *statics)) < 120_000, "what a phone loads before LINE's script"


def test_a_preview_shows_all_parts_of_a_page_and_keeps_nothing(app, session, owner):
    asks = a_question("radio", choices=[a_survey_choice("A"), a_survey_choice("B")])
    condition = {"kind": "survey_condition", "id": "condition-1", "question": asks["id"]}
    more = a_question(label="くわしく", shown_if=[condition | {"choices": [asks["choices"][0]["id"]]}])
    survey = a_survey(session, asks, more)
    session.commit()
    with app.test_request_context("/"):
        shown = drawing.preview(survey.document, survey.document["pages"][0]["id"])
        given = {"survey": survey, "shown": shown, "pictures": {}, "full": (), "left": {}, "files": {}}
        html = render_template(
            "liff/surveys/preview.html", **given, ink="#ffffff", ground_ink="#1f2937", today=NOW.date()
        )
    assert "くわしく" in html and survey.button_text in html
    assert session.scalars(sa.select(SurveyDraft)).all() == []


def test_a_postal_code_becomes_an_address(anybody, owner):
    assert anybody.get("/liff/postal-codes/1500001").json == {"prefecture": "東京都", "rest": "渋谷区神宮前"}
    assert anybody.get("/liff/postal-codes/9999999").status_code == 404


def test_the_last_page_says_a_word_for_the_customer_until_it_was_heard(phone, session):
    thanks = {"confirmation": "free", "said_text": "答えました", "blocks": [{"kind": "text", "text": "ありがとう"}]}
    survey = a_survey(session, a_question(), **thanks)
    session.commit()
    path, soup = opened(phone, survey)
    done = send(phone, path, soup).headers["Location"]
    assert inspect_page(phone.get(done)).select_one("[data-says]")["data-says"] == "答えました"
    answers(session)[0].confirm_due_at = None
    session.commit()
    assert not inspect_page(phone.get(done)).select("[data-says]")
