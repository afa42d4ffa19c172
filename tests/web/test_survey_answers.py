"""Reading answers on screen: the list, one of them, its print, changing it, the charts, and taking them out."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from PIL import Image

from lstep_lite.engine import segments
from lstep_lite.engine.media import storage
from lstep_lite.models import Export, SurveyAnswerState, SurveyChange, SurveyFile
from tests.engine.surveys.answers import answer
from tests.factories import NOW, a_friend, a_question, a_survey, a_survey_choice, a_survey_page, a_tag
from tests.web.conftest import regions


@pytest.fixture
def asked():
    choices = [a_survey_choice("カット"), a_survey_choice("カラー")]
    return {
        "name": a_question("one_line", label="お名前"),
        "menu": a_question("radio", label="ご希望", choices=choices),
    }


@pytest.fixture
def survey(session, owner, asked):
    made = a_survey(session, *asked.values(), name="カウンセリング", title="カウンセリングシート", rate="many")
    session.commit()
    return made


@pytest.fixture
def friend(session, owner):
    made = a_friend(session, display_name="山田 花子", search_text="山田花子")
    session.commit()
    return made


def a_picture():
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "#cc8866").save(file, "PNG")
    return file.getvalue()


def form_of(asked, name="はなこ", menu=0):
    return {asked["name"]["id"]: name, asked["menu"]["id"]: asked["menu"]["choices"][menu]["id"]}


@pytest.fixture
def answered(session, survey, friend, asked):
    return answer(session, survey, friend, form_of(asked))


# The list ------------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_where_answers_come_from(page, survey):
    assert "まだ回答がありません" in page(f"/surveys/{survey.id}/answers").select_one(".empty").get_text()


def test_the_list_is_narrowed_by_words_days_choices_states_and_friends(page, session, survey, friend, asked):
    tag = a_tag(session, name="VIP")
    other = a_friend(session, display_name="鈴木 一郎", search_text="鈴木一郎")
    answer(session, survey, friend, form_of(asked, "はなこ", 0))
    answer(session, survey, other, form_of(asked, "いちろう", 1), now=NOW + timedelta(days=3))

    def found(**args):
        address = "&".join(f"{name}={value}" for name, value in args.items())
        soup = page(f"/surveys/{survey.id}/answers?{address}")
        return [each.get_text(strip=True) for each in soup.select("#answer-list tbody .friend-chip-name")]

    assert found() == ["鈴木 一郎", "山田 花子"]
    assert found(q="ハナコ") == ["山田 花子"]
    assert found(q="鈴木") == ["鈴木 一郎"]
    assert found(until=NOW.date().isoformat()) == ["山田 花子"]
    assert found(since=(NOW + timedelta(days=2)).date().isoformat()) == ["鈴木 一郎"]
    assert found(since="0001-01-01", until="9999-12-31") == ["鈴木 一郎", "山田 花子"], "unknown days filter nothing"
    menu = asked["menu"]
    assert found(choice=f"{menu['id']}/{menu['choices'][1]['id']}") == ["鈴木 一郎"]
    assert found(state="done") == []
    having = {"id": "a", "kind": "tag", "data": {"how": "any", "tag_ids": [tag.id]}}
    tree = segments.query({"all": [having], "any": []})
    assert found(**{name: value[0] for name, value in tree.items()}) == []


def test_the_list_costs_the_same_for_many(page, session, survey, friend, asked, count_queries):
    answer(session, survey, friend, form_of(asked))
    with count_queries() as few:
        page(f"/surveys/{survey.id}/answers")
    for at in range(50):
        answer(session, survey, friend, form_of(asked), now=NOW + timedelta(minutes=at))
    with count_queries() as many:
        soup = page(f"/surveys/{survey.id}/answers")
    assert len(soup.select("#answer-list tbody tr")) == 50
    assert len(many) == len(few) <= 16


def test_ticked_answers_change_their_state_and_those_of_other_forms_do_not(htmx, session, survey, answered, asked):
    foreign = a_survey(session, a_question("one_line"), rate="many")
    elsewhere = answer(session, foreign, a_friend(session), {})
    came = htmx(f"/surveys/{survey.id}/answers/states", {"id": [answered.id, elsewhere.id], "to": "done"})
    session.expire_all()
    assert (came.status_code, regions(came)[0]) == (200, "answer-list")
    assert (answered.state, elsewhere.state) == (SurveyAnswerState.DONE, SurveyAnswerState.NEW)
    assert htmx(f"/surveys/{survey.id}/answers/states", {"id": [answered.id], "to": "gone"}).status_code == 409


# One answer ----------------------------------------------------------------------------------------------------------


def test_an_answer_stays_in_the_words_of_its_time(page, session, survey, answered):
    document = survey.document
    document["pages"][0]["parts"][0]["label"] = "新しい言葉"
    survey.document = {**document}
    session.commit()
    words = page(f"/surveys/{survey.id}/answers/{answered.id}").select_one(".answer-values").get_text()
    assert "お名前" in words and "新しい言葉" not in words
    assert "カット" in page(f"/surveys/{survey.id}/answers/{answered.id}/print").select_one(".answer-sheet").get_text()


def test_state_and_memo_are_kept_and_nothing_of_what_is_too_long(htmx, session, survey, answered):
    url = f"/surveys/{survey.id}/answers/{answered.id}"
    came = htmx(url, {"state": "working", "memo": "電話しました"})
    assert regions(came)[0] == "answer-note"
    assert htmx(url, {"state": "done", "memo": "あ" * 2001}).status_code == 422
    session.expire_all()
    assert (answered.state, answered.memo) == (SurveyAnswerState.WORKING, "電話しました")


def test_an_answer_of_another_form_is_not_found(client, session, survey, answered):
    foreign = a_survey(session, a_question("one_line"))
    session.commit()
    for rest in ("", "/print", "/values/edit", "/files/abc"):
        assert client.get(f"/surveys/{foreign.id}/answers/{answered.id}{rest}").status_code == 404


def test_a_file_is_for_staff_and_for_its_own_answer(client, anybody, app, session, survey, friend, answered, asked):
    stored = app.extensions["runtime"].media.store_upload(a_picture())
    row = SurveyFile(
        code=stored.code,
        survey_id=survey.id,
        answer_id=answered.id,
        friend_id=friend.id,
        question_code=asked["name"]["id"],
        file_name="髪.png",
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        path=storage.path(stored.code),
        created_at=NOW,
    )
    other = answer(session, survey, friend, form_of(asked))
    session.add(row)
    session.commit()
    url = f"/surveys/{survey.id}/answers/{{}}/files/{row.code}"
    with client.get(url.format(answered.id)) as shown:
        assert (shown.status_code, shown.content_type) == (200, stored.content_type)
    assert client.get(url.format(other.id)).status_code == 404
    assert anybody.get(url.format(answered.id)).status_code in (302, 303)


def test_staff_change_an_answer_and_what_it_was_stays_known(client, page, session, survey, answered, asked):
    url = f"/surveys/{survey.id}/answers/{answered.id}/values"
    seen = page(f"{url}/edit").select_one("[name=seen]")["value"]
    came = client.post(url, data=form_of(asked, "はなこ", 1) | {"seen": seen})
    assert came.status_code == 303
    words = page(came.location).get_text()
    assert "カラー" in words and "花子" in words
    late = client.post(url, data=form_of(asked, "あとから", 0) | {"seen": seen})
    assert late.status_code == 422
    session.expire_all()
    assert [each.before[1]["text"] for each in session.scalars(sa.select(SurveyChange))] == ["カット"]


def test_what_cannot_be_taken_is_said_at_its_question(client, page, session, survey, answered, asked):
    url = f"/surveys/{survey.id}/answers/{answered.id}/values"
    seen = page(f"{url}/edit").select_one("[name=seen]")["value"]
    came = client.post(url, data={asked["menu"]["id"]: "no-choice", "seen": seen})
    assert came.status_code == 422
    assert "選択肢が変わりました" in BeautifulSoup(came.text, "html.parser").select_one(".has-error").get_text()


def test_a_friends_page_shows_what_they_answered(page, survey, friend, answered):
    link = page(f"/friends/{friend.id}").select_one("#friend-surveys a")
    assert link["href"] == f"/surveys/{survey.id}/answers/{answered.id}"


# Charts and files ----------------------------------------------------------------------------------------------------


def test_the_charts_lead_to_the_answers_behind_them(page, survey, answered, asked):
    soup = page(f"/surveys/{survey.id}/report")
    menu = asked["menu"]
    cells = soup.select(f"#parts-{menu['id']} td.number a")
    assert [cell.get_text() for cell in cells] == ["1", "0"]
    assert len(page(cells[0]["href"]).select("#answer-list tbody tr")) == 1


def test_the_charts_lead_to_the_friends_who_answered_so(page, session, owner, friend):
    menu = a_question("radio", choices=[a_survey_choice("カット"), a_survey_choice("カラー")])
    grade = a_question("scale", span="nps")
    survey, other = a_survey(session, menu, grade), a_friend(session, display_name="鈴木 一郎")
    for person, at, points in ((friend, 0, "9"), (other, 1, "3")):
        answer(session, survey, person, {menu["id"]: menu["choices"][at]["id"], grade["id"]: points})
    soup = page(f"/surveys/{survey.id}/report")

    def found(link):
        return [each.get_text(strip=True) for each in page(link["href"]).select("main .friend-chip-name")]

    assert found(soup.select_one(f"#parts-{menu['id']} .report-people a")) == ["山田 花子"]
    assert [found(link) for link in soup.select(".report-grades a")] == [["山田 花子"], [], ["鈴木 一郎"]]
    assert [found(link) for link in soup.select(f"#parts-{grade['id']} .report-people a")] == [
        ["鈴木 一郎"],
        ["山田 花子"],
    ]


def test_a_question_that_became_a_scale_is_counted_by_its_numbers_alone(client, page, session, owner, friend):
    menu = a_question("radio", choices=[a_survey_choice("カット"), a_survey_choice("カラー")])
    survey = a_survey(session, menu, rate="many")
    answer(session, survey, friend, {menu["id"]: menu["choices"][0]["id"]})
    document = {"pages": [a_survey_page(a_question("scale", id=menu["id"]))], "scoring": "none"}
    client.post(f"/surveys/{survey.id}", data={"document": json.dumps(document)})
    session.expire_all()
    answer(session, survey, friend, {menu["id"]: "4"})
    assert "4.0" in page(f"/surveys/{survey.id}/report").select_one("main").get_text()


def test_a_table_of_questions_is_counted_as_a_table(page, session, owner, friend):
    row = {"kind": "survey_matrix_row", "id": "row-00000001", "label": "接客"}
    good, bad = (
        {"kind": "survey_matrix_column", "id": code, "label": label, "score": 0}
        for code, label in (("column-00000001", "満足"), ("column-00000002", "不満"))
    )
    asks = a_question("matrix", rows=[row], columns=[good, bad])
    survey = a_survey(session, asks)
    answer(session, survey, friend, {f"{asks['id']}.row-00000001": "column-00000001"})
    cells = page(f"/surveys/{survey.id}/report").select(".report-matrix td a")
    assert [cell.get_text() for cell in cells] == ["1", "0"]


def test_the_file_guards_formulas_and_is_written_down(client, session, survey, friend, asked):
    answer(session, survey, friend, form_of(asked, "=1+1"))
    came = client.post(f"/surveys/{survey.id}/answers/exports", data={"kind": "csv"})
    rows = list(csv.DictReader(io.StringIO(came.get_data().decode("utf-8-sig"))))
    assert [(row["お客様"], row["お名前"], row["ご希望"]) for row in rows] == [("山田 花子", "'=1+1", "カット")]
    assert [each.row_count for each in session.scalars(sa.select(Export))] == [1]


def test_the_workbook_keeps_words_as_words_and_numbers_as_numbers(client, session, owner, friend):
    phone, grade = a_question(rule="phone", label="電話"), a_question("scale", span="nps", label="おすすめ度")
    words = a_question(label="ひとこと")
    survey = a_survey(session, phone, grade, words)
    answer(session, survey, friend, {phone["id"]: "09012345678", grade["id"]: "9", words["id"]: "=1+1"})
    came = client.post(f"/surveys/{survey.id}/answers/exports", data={"kind": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(came.get_data())) as book:
        _, _, rows = book.read("xl/worksheets/sheet1.xml").decode().partition("<sheetData>")
    sheet = BeautifulSoup(rows, "html.parser")
    cells = sheet.select("row")[1].select("c")
    assert (cells[0]["s"], cells[0].get("t")) != (None, "inlineStr")  # a moment
    assert [(cell.get("t"), cell.get_text()) for cell in cells[-3:]] == [
        ("inlineStr", "090-1234-5678"),
        (None, "9"),
        ("inlineStr", "=1+1"),
    ]
    assert not sheet.select("f")


def test_the_file_for_old_programs_is_shift_jis(client, session, survey, friend, asked):
    answer(session, survey, friend, form_of(asked, "はなこ😀"))
    came = client.post(f"/surveys/{survey.id}/answers/exports", data={"kind": "cp932"})
    assert "はなこ〓" in came.get_data().decode("cp932")


def test_staff_who_make_no_forms_read_answers_note_their_state_and_meet_no_dead_link(outsider, survey, answered):
    home = f"/surveys/{survey.id}/answers"
    seen = {"/surveys"}
    for address in (
        "/surveys",
        home,
        f"{home}/{answered.id}",
        f"{home}/{answered.id}/print",
        f"/surveys/{survey.id}/report",
    ):
        main = BeautifulSoup(outsider.get(address).text, "html.parser").select_one("main")
        seen |= {link["href"].partition("#")[0] for link in main.select("a[href^='/surveys']")}
        assert not main.select("form[action$='/exports']")
    assert home in seen
    assert {outsider.get(address).status_code for address in seen} == {200}
    assert outsider.post(f"{home}/{answered.id}", data={"state": "working", "memo": ""}).status_code in (200, 303)
    assert outsider.post(f"{home}/exports", data={"kind": "csv"}).status_code == 403


def test_all_answers_of_a_filter_are_counted_before_they_are_set(client, page, session, survey, friend, asked):
    for _ in range(51):
        answer(session, survey, friend, form_of(asked))
    link = page(f"/surveys/{survey.id}/answers?q=はなこ").select_one("#bulk a")
    asks = page(link["href"])
    assert "51" in asks.select_one(".batch-count").get_text()
    assert "「はなこ」を含む" in asks.get_text()
    sent = {field["name"]: field["value"] for field in asks.select("main input[type=hidden]")} | {"to": "done"}
    came = client.post(asks.select_one("main form")["action"], data=sent)
    assert "0 / 51件" in " ".join(page(came.location).select_one("#answer-progress").get_text().split())
    assert client.get(f"/surveys/{survey.id}/answers/states/progress").status_code == 200


def test_words_of_a_memo_are_found(page, htmx, survey, answered):
    htmx(f"/surveys/{survey.id}/answers/{answered.id}", {"state": "new", "memo": "アレルギー確認"})
    assert len(page(f"/surveys/{survey.id}/answers?q=ｱﾚﾙｷﾞｰ").select("#answer-list tbody tr")) == 1
