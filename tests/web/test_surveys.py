"""Making forms on screen: the list, ready ones, the builder, the settings, and how customers come to one."""

import json
from copy import deepcopy

import pytest
import sqlalchemy as sa

from lstep_lite.engine import surveys
from lstep_lite.engine.surveys import designs
from lstep_lite.models import AnswerRate, Channel, Confirmation, Role, Survey
from tests.engine.surveys.answers import adds, answer
from tests.factories import NOW, a_friend, a_question, a_staff, a_survey, a_survey_choice, a_survey_page, a_tag
from tests.web.conftest import browser_of, regions

SETTINGS = {
    "name": "来店アンケート",
    "folder_id": "0",
    "title": "アンケート",
    "header_media_id": "0",
    "color": "#e8590c",
    "ground": "#f6f5f3",
    "button_text": "送信する",
    "rate": "once",
    "confirmation": "none",
    "blocks": "[]",
}


@pytest.fixture
def survey(session, owner):
    made = a_survey(session, a_question("one_line", label="お名前"), name="来店アンケート", is_open=False)
    session.commit()
    return made


def seen(page, address):
    """What an editor carries to notice other people's changes."""
    return page(address).select_one("[name=seen]")["value"]


def document_of(soup):
    return json.loads(soup.select_one("[name=document]")["value"])


# The list and ready forms --------------------------------------------------------------------------------------------


def test_an_empty_list_leads_to_the_ready_forms(page, owner):
    assert page("/surveys").select_one(".empty a")["href"] == "/surveys/new"


def test_the_list_tells_how_forms_stand_and_costs_the_same_for_many(page, session, survey, count_queries):
    full = a_survey(session, a_question(), name="満員のフォーム", most_answers=1)
    question = full.document["pages"][0]["parts"][0]["id"]
    answer(session, full, a_friend(session), {question: "はい"})
    a_survey(session, name="先のフォーム", opens_at=NOW.replace(year=NOW.year + 5))
    session.commit()
    rows = [row.get_text() for row in page("/surveys").select("tbody tr")]
    assert ["停止中" in rows[0], "満員" in rows[1], "未対応1" in rows[1], "期間前" in rows[2]] == [True] * 4
    with count_queries() as few:
        page("/surveys")
    for _ in range(60):
        a_survey(session)
    session.commit()
    with count_queries() as many:
        soup = page("/surveys")
    assert len(soup.select("tbody tr")) == 50
    assert len(many) == len(few) <= 16
    assert len(page("/surveys?q=ﾏﾝｲﾝ").select("tbody tr")) == 0
    assert len(page("/surveys?q=満員").select("tbody tr")) == 1


@pytest.mark.parametrize("code", list(designs.designs))
def test_each_ready_form_becomes_a_form_of_the_shops_own(client, page, session, owner, code):
    page("/surveys/new")
    came = client.post("/surveys", data={"begin": code})
    made = session.scalars(sa.select(Survey)).one()
    assert came.location == f"/surveys/{made.id}/edit"
    assert (made.is_open, surveys.examine(session, made.document).warnings) == (False, [])
    page(came.location)


def test_an_unknown_ready_form_makes_nothing(client, session, owner):
    assert client.post("/surveys", data={"begin": "nonsense"}).status_code == 404
    assert session.scalars(sa.select(Survey)).all() == []


# The builder ---------------------------------------------------------------------------------------------------------


def test_what_the_builder_posts_is_live_at_once_with_its_actions(htmx, page, session, survey):
    tag = a_tag(session)
    session.commit()
    address = f"/surveys/{survey.id}/edit"
    document = document_of(page(address))
    radio = a_question("radio", label="ご希望")
    radio["choices"][0] |= {"label": "カット", "actions": {"steps": [adds(tag)], "repeats": True}}
    radio["choices"][1]["label"] = "カラー"
    document["pages"][0]["parts"].append(radio)
    form = {"document": json.dumps(document), "seen": seen(page, address)}
    came = htmx(f"/surveys/{survey.id}", form)
    assert regions(came) == ["survey-form", "toasts"]
    session.expire_all()
    assert [part["label"] for part in survey.document["pages"][0]["parts"]] == ["お名前", "ご希望"]
    assert document_of(page(address))["pages"][0]["parts"][1]["choices"][0]["actions"]["steps"]


def test_a_form_without_questions_is_refused_and_nothing_is_saved(htmx, page, session, survey):
    came = htmx(f"/surveys/{survey.id}", {"document": json.dumps({"pages": [a_survey_page()], "scoring": "none"})})
    assert came.status_code == 422
    assert regions(came) == ["survey-form"]
    assert "質問を1つ以上" in came.text
    session.expire_all()
    assert survey.revision == 1


def test_two_people_building_the_same_form_see_each_others_changes(htmx, page, session, survey):
    address = f"/surveys/{survey.id}/edit"
    opened, mine = seen(page, address), document_of(page(address))
    theirs = deepcopy(mine)
    theirs["pages"][0]["title"] = "別の人の見出し"
    surveys.update_document(session, survey, theirs, now=NOW)
    session.commit()
    came = htmx(f"/surveys/{survey.id}", {"document": json.dumps(mine), "seen": opened})
    assert came.status_code == 422
    assert "ほかの人がこの内容を変えました" in came.text


def test_the_preview_shows_the_page_and_tells_which_answers_lose_their_question(client, page, session, survey):
    question = survey.document["pages"][0]["parts"][0]["id"]
    surveys.switch(session, survey, True, now=NOW)
    answer(session, survey, a_friend(session), {question: "花田"})
    other = a_survey_page(a_question("radio", label="<b>どれ</b>", is_required=True), title="2ページ目")
    document = {"pages": [a_survey_page(a_question("one_line")), other], "scoring": "none"}
    came = client.post(f"/surveys/{survey.id}/preview", json={"document": document, "page": other["id"]}).json
    assert "&lt;b&gt;どれ&lt;/b&gt;" in came["html"]
    assert "2ページ目" in came["html"]
    assert came["lost"] == ["「お名前」には1件の回答があります。"]
    assert client.post(f"/surveys/{survey.id}/preview", json={"document": [], "page": 3}).status_code == 200


def test_the_preview_tells_which_choices_with_answers_would_be_gone(client, session, owner):
    color, cut, perm, spa = (a_survey_choice(label, "checkbox") for label in ("カラー", "カット", "パーマ", "スパ"))
    question = a_question("checkbox", label="ご希望", choices=[color, cut, perm])
    survey = a_survey(session, question)
    for picks in ([color["id"], cut["id"]], [color["id"]]):
        answer(session, survey, a_friend(session), {question["id"]: picks})
    document = deepcopy(survey.document)
    document["pages"][0]["parts"][0]["choices"] = [cut | {"label": "カットだけ"}, spa]
    came = client.post(f"/surveys/{survey.id}/preview", json={"document": document}).json
    assert came["lost"] == ["「ご希望」の選択肢「カラー」には2件の回答があります。"], "nobody picked パーマ"


def test_every_kind_of_question_can_be_looked_at_before_it_is_finished(client, survey):
    described = client.get("/surveys/studio").json["description"]
    (page_element,) = (each for each in described["inputs"] if each["name"] == "pages")
    kinds = next(each for each in described["elements"][page_element["of"][0]]["inputs"] if each["name"] == "parts")[
        "of"
    ]
    parts = [{"kind": kind, "id": f"kind-{at:08d}", "label": f"質問{at}"} for at, kind in enumerate(kinds)]
    came = client.post(f"/surveys/{survey.id}/preview", json={"document": {"pages": [a_survey_page(*parts)]}})
    assert came.status_code == 200
    assert "質問0" in came.json["html"]


# The settings --------------------------------------------------------------------------------------------------------


def test_settings_are_kept_with_their_actions(htmx, page, session, survey):
    address = f"/surveys/{survey.id}/settings"
    blocks = json.dumps([{"kind": "text", "text": "受け付けました"}])
    more = {"rate": "every", "rate_days": "３０", "opens_at": "2027-03-05T10:00", "confirms": "y", "blocks": blocks}
    more |= {"confirmation": "free", "said_text": "答えました", "seen": seen(page, address)}
    came = htmx(address, SETTINGS | more)
    assert came.headers["HX-Redirect"] == f"/surveys/{survey.id}"
    session.expire_all()
    assert (survey.rate, survey.rate_days, survey.confirms) == (AnswerRate.EVERY, 30, True)
    assert (survey.confirmation, survey.opens_at.hour) == (Confirmation.FREE, 1)  # 10:00 in Tokyo
    assert page(address).select_one("#opens_at")["value"] == "2027-03-05T10:00"


def test_numbers_that_no_row_can_have_are_no_crash(htmx, page, session, survey):
    address = f"/surveys/{survey.id}/settings"
    came = htmx(address, SETTINGS | {"rate": "once", "rate_days": "9" * 30, "seen": seen(page, address)})
    assert came.headers["HX-Redirect"] and survey.rate_days is None
    assert htmx(address, SETTINGS | {"header_media_id": "9" * 30}).status_code == 422


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "タイトルを入力"),
        ({"rate": "every"}, "何日ごとに"),
        ({"thanks_url": "http://example.com"}, "https://"),
        ({"opens_at": "2027-03-05T10:00", "closes_at": "2027-03-05T09:00"}, "始まりの日時より後"),
        ({"confirmation": "push"}, "メッセージを作って"),
        ({"lead": "[nonsense]さん"}, "差し込みできない"),
    ],
)
def test_settings_that_can_not_be_kept_are_said_where_they_stand(htmx, session, survey, change, words):
    came = htmx(f"/surveys/{survey.id}/settings", SETTINGS | {"name": "別の名前"} | change)
    assert came.status_code == 422
    assert regions(came) == ["survey-settings"]
    assert words in came.text
    session.expire_all()
    assert survey.name == "来店アンケート"


# Opening, sharing, copying, deleting ---------------------------------------------------------------------------------


def test_a_form_is_opened_and_stopped(htmx, page, session, survey):
    page(f"/surveys/{survey.id}")
    came = htmx(f"/surveys/{survey.id}/switch", {"is_on": "yes"})
    assert regions(came) == ["survey-state", "toasts"]
    assert "公開中" in came.text
    htmx(f"/surveys/{survey.id}/switch", {"is_on": "no"})
    session.expire_all()
    assert survey.is_open is False


def test_its_address_opens_inside_line_once_the_shop_is_connected(client, page, session, survey):
    plain = page(f"/surveys/{survey.id}").select_one("#survey-link")["value"]
    assert plain.endswith(f"/liff/surveys/{survey.code}")
    session.add(
        Channel(
            id=1, messaging_channel_id="1", messaging_secret="x", login_channel_id="2", login_secret="x",
            basic_id="@1", display_name="サロン花", connected_at=NOW, liff_id="2-abc",
        )
    )  # fmt: skip
    session.commit()
    assert page(f"/surveys/{survey.id}").select_one("#survey-link")["value"].endswith(f"/2-abc/surveys/{survey.code}")
    assert client.get(f"/surveys/{survey.id}/qr/png").data.startswith(b"\x89PNG")
    assert b"<svg" in client.get(f"/surveys/{survey.id}/qr/svg").data
    assert client.get(f"/surveys/{survey.id}/qr/exe").status_code == 404


def test_copying_and_deleting(client, session, survey):
    client.post(f"/surveys/{survey.id}/copy")
    client.post(f"/surveys/{survey.id}/delete")
    session.expire_all()
    assert [each.name for each in surveys.in_order(session)] == ["来店アンケートのコピー"]


def test_staff_who_may_not_make_forms_see_none_of_it(app, session, survey):
    person = a_staff(session, role=Role.STAFF)
    session.commit()
    outsider = browser_of(app, person)
    for address in ("/new", "/studio", f"/{survey.id}", f"/{survey.id}/edit", f"/{survey.id}/settings"):
        assert outsider.get(f"/surveys{address}").status_code == 403
    assert outsider.post(f"/surveys/{survey.id}/switch", data={"is_on": "yes"}).status_code == 403
