"""The list of fields, their editor, and what one friend has in them."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from lstep_lite.engine import actions, fields
from lstep_lite.engine.actions import SetDraft
from lstep_lite.models import ChangedBy, Field, FieldType, Folder, Media, MediaKind, MediaState
from tests.factories import NOW, a_field, a_friend
from tests.web.conftest import regions


@pytest.fixture
def blood(session, owner):
    field = a_field(session, FieldType.CHOICE, "A", "B", name="血液型", word="血液型")
    session.commit()
    return field


def put(session, friend, field, text):
    target = fields.target(session, fields.key_of(field.id))
    value = fields.parse(session, target, text)
    fields.write(session, friend, target, value, changed_by=ChangedBy.STAFF, now=NOW)
    session.commit()


def shown(session, friend, field):
    session.expire_all()
    key = fields.key_of(field.id)
    return fields.show(session, fields.target(session, key), fields.read(session, friend, key))


def test_an_empty_list_says_what_fields_are_for(page, owner):
    text = page("/fields").get_text()
    assert "まだ項目がありません" in text
    assert "[情報:電話番号]" in text, "the system's own can be used already"


def test_the_list_shows_word_type_and_how_many_have_it(page, session, blood):
    put(session, a_friend(session), blood, "A")
    row = page("/fields").select_one(f"tr[data-id='{blood.id}']")
    assert "[情報:血液型]" in row.get_text()
    assert "選択肢（1つだけ）" in row.get_text()
    link = row.select_one("td.number a")
    assert link.get_text() == "1人"
    assert "1人" in page(link["href"]).get_text() or page(link["href"]).select_one("tbody tr")


def test_the_list_costs_the_same_however_many_there_are(page, session, blood, count_queries):
    with count_queries() as few:
        page("/fields")
    for _ in range(20):
        a_field(session)
    session.commit()
    with count_queries() as many:
        page("/fields")
    assert len(many) == len(few) <= 10


def test_a_choice_is_made_with_its_answers_and_word(htmx, client, session, owner):
    form = {"name": "好きな メニュー", "type": "choices", "folder_id": "0", "options": ["a1", "a2", "a3"]}
    form |= {"options.a1.label": "カット", "options.a2.label": "", "options.a3.label": "カラー"}
    answer = htmx("/fields", form)
    made = session.scalars(sa.select(Field)).one()
    assert answer.headers["HX-Redirect"] == f"/fields/{made.id}/edit"
    assert (made.type, made.word) == (FieldType.CHOICES, "好きなメニュー")
    assert [option.label for option in fields.options(session, made)] == ["カット", "カラー"]
    assert "[情報:好きなメニュー]" in client.get(answer.headers["HX-Redirect"]).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "名前を入力"),
        ({"name": "血液型"}, "すでにあります"),
        ({"options.a1.label": ""}, "選択肢を1つ以上"),
        ({"options.a1.label": "あ、い"}, "使えません"),
        ({"type": "magic"}, "field-form"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(htmx, session, blood, change, words):
    form = {"name": "新しい", "type": "choice", "folder_id": "0", "options": ["a1"], "options.a1.label": "A"}
    answer = htmx("/fields", form | change)
    assert answer.status_code == 422
    assert regions(answer) == ["field-form"]
    assert words in answer.text
    assert session.scalars(sa.select(Field.name)).all() == ["血液型"]


def test_answers_are_renamed_moved_and_taken_out_and_the_page_says_what_that_costs(htmx, page, session, blood):
    first, second = fields.options(session, blood)
    put(session, a_friend(session), blood, "A")
    soup = page(f"/fields/{blood.id}/edit")
    form = {field["name"]: field.get("value", "") for field in soup.select("#field-form input[name]")}
    form |= {"options": [f"o{first.id}", f"o{second.id}"], "folder_id": "0"}
    answer = htmx(f"/fields/options?field={blood.id}", form | {"op": f"options.o{first.id}:remove"})
    assert regions(answer) == ["field-options"]
    assert "選択肢「A」はなくなります。選んでいる1人のお客様からも消えます" in answer.text
    kept = {"options": [f"o{second.id}", "new1"], "options.new1.label": "O", f"options.o{second.id}.label": "B型"}
    assert regions(htmx(f"/fields/{blood.id}", form | kept)) == ["field-form", "toasts"]
    session.expire_all()
    assert [option.label for option in fields.options(session, blood)] == ["B型", "O"]
    assert fields.options(session, blood)[0].id == second.id


def test_without_script_the_button_of_a_row_only_redraws_the_form(client, session, blood):
    option = fields.options(session, blood)[0]
    form = {"name": "別名", "folder_id": "0", "options": [f"o{option.id}"], f"options.o{option.id}.label": "A"}
    answer = client.post(f"/fields/{blood.id}", data=form | {"op": "options:add:option"})
    assert answer.status_code == 422
    assert answer.text.count('name="options"') == 2
    session.expire_all()
    assert blood.name == "血液型"


def test_somebody_elses_change_is_shown_before_it_is_overwritten(htmx, page, session, blood):
    soup = page(f"/fields/{blood.id}/edit")
    form = {field["name"]: field.get("value", "") for field in soup.select("#field-form input[name]")}
    form |= {"options": [row["value"] for row in soup.select("[name=options]")], "folder_id": "0", "name": "わたしの"}
    form.pop("is_favourite", None)
    blood.name = "あなたの"
    session.commit()
    answer = htmx(f"/fields/{blood.id}", form)
    assert answer.status_code == 422
    assert "あなたの" in answer.text
    assert "わたしの" in answer.text
    session.expire_all()
    assert blood.name == "あなたの"


def test_deleting_lists_where_it_is_used(client, page, session, blood):
    step = {"id": "s", "kind": "field", "data": {"target": fields.key_of(blood.id), "inputs": "x", "op": "clear"}}
    actions.keep(session, fields.PLACE, a_field(session, name="きっかけ").id, SetDraft([step]), now=NOW)
    session.commit()
    assert "友だち情報「きっかけ」が変わったとき" in page(f"/fields/{blood.id}/edit").get_text()
    field_id = blood.id
    client.post(f"/fields/{field_id}/delete")
    session.expire_all()
    assert session.get(Field, field_id) is None
    assert "アクションの参照先がありません" in page("/fields").get_text()


def test_copying_and_favourites(htmx, client, session, blood):
    assert regions(htmx(f"/fields/{blood.id}/favourite", {"is_favourite": "yes"})) == ["field-list"]
    client.post(f"/fields/{blood.id}/copy")
    session.expire_all()
    assert blood.is_favourite
    assert {field.name for field in session.scalars(sa.select(Field))} == {"血液型", "血液型のコピー"}


def test_outsiders_may_not_change_fields(outsider, blood):
    for url in ("/fields", "/fields/new", f"/fields/{blood.id}/edit"):
        assert outsider.get(url).status_code == 403
    assert outsider.post(f"/fields/{blood.id}/delete").status_code == 403


# What one friend has -------------------------------------------------------------------------------------------------


@pytest.fixture
def ann(session, blood):
    friend = a_friend(session, display_name="ann")
    session.commit()
    return friend


def test_a_friends_values_are_edited_by_folder_and_remembered(htmx, page, session, ann, blood):
    folder = Folder(feature="fields", name="施術", position=1)
    session.add(folder)
    session.flush()
    visits = a_field(session, FieldType.NUMBER, folder_id=folder.id, name="来店回数")
    day = a_field(session, FieldType.DATE, folder_id=folder.id, name="初来店")
    session.commit()
    form = {f"field_{visits.id}": "１２", f"field_{day.id}": "2026-03-05"}
    answer = htmx(f"/fields/friends/{ann.id}?folder={folder.id}", form)
    assert regions(answer) == ["friend-fields", "toasts"]
    assert (shown(session, ann, visits), shown(session, ann, day)) == ("12", "2026年3月5日")
    assert "2026年3月5日" in page(f"/friends/{ann.id}").select_one("#friend-fields").get_text()
    history = page(f"/fields/friends/{ann.id}/history").get_text()
    assert "来店回数" in history
    assert "花子さん" in history


def test_a_wrong_value_is_said_at_its_input_and_nothing_is_saved(htmx, session, ann, blood):
    visits = a_field(session, FieldType.NUMBER, name="来店回数")
    session.commit()
    option = fields.options(session, blood)[0]
    answer = htmx(f"/fields/friends/{ann.id}", {f"field_{visits.id}": "たくさん", f"field_{blood.id}": str(option.id)})
    assert answer.status_code == 422
    assert regions(answer) == ["friend-fields"]
    assert "数字で入力してください" in answer.text
    assert "たくさん" in answer.text
    assert shown(session, ann, blood) == ""


def test_two_people_editing_one_friend_do_not_overwrite_each_other_unseen(htmx, page, session, ann, blood):
    note = a_field(session, name="ひとこと")
    session.commit()
    soup = page(f"/friends/{ann.id}")
    seen = soup.select_one("#friend-fields input[name=seen]")["value"]
    put(session, ann, note, "先の人")
    answer = htmx(f"/fields/friends/{ann.id}", {"seen": seen, f"field_{note.id}": "あとの人", f"field_{blood.id}": ""})
    assert answer.status_code == 422
    assert "先の人" in answer.text
    assert shown(session, ann, note) == "先の人"


def a_picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    data.seek(0)
    return data


def test_files_are_kept_for_staff_only_and_removed_on_request(htmx, client, anybody, session, ann, blood):
    chart = a_field(session, FieldType.FILE, name="カルテ")
    session.commit()
    url, name = f"/fields/friends/{ann.id}", f"field_{chart.id}"
    form = {f"field_{blood.id}": ""}
    answer = htmx(url, form | {name: (a_picture(), "../karte.png")})
    assert answer.status_code == 200, answer.text
    picture = session.scalars(sa.select(Media)).one()
    assert (picture.friend_id, picture.kind, picture.state) == (ann.id, MediaKind.IMAGE, MediaState.STORED)
    with client.get(f"/media/{picture.code}") as shown_to_staff:
        assert shown_to_staff.status_code == 200
    assert anybody.get(f"/media/{picture.code}").status_code == 404
    answer = htmx(url, form | {name: (io.BytesIO(b"%PDF-1.7 ..."), "同意書.pdf")})
    document = session.scalars(sa.select(Media).order_by(Media.id.desc())).first()
    with client.get(f"/media/{document.code}") as download:
        assert "attachment" in download.headers["Content-Disposition"]
    session.expire_all()
    assert picture.state is MediaState.DELETED
    answer = htmx(url, form | {name: (io.BytesIO(b"<html>"), "page.png")})
    assert answer.status_code == 422
    assert "画像を読み取れません" in answer.text
    htmx(url, form | {f"{name}.remove": "yes"})
    assert shown(session, ann, chart) == ""


def test_a_friends_page_costs_the_same_however_many_fields_there_are(page, session, ann, blood, count_queries):
    put(session, ann, a_field(session), "あ")
    with count_queries() as few:
        page(f"/friends/{ann.id}")
    for _ in range(15):
        put(session, ann, a_field(session), "あ")
    with count_queries() as many:
        page(f"/friends/{ann.id}")
    assert len(many) == len(few)


def test_those_who_may_only_look_get_no_form(outsider, session, ann, blood):
    assert outsider.post("/fields/options").status_code == 403
    assert outsider.get(f"/fields/friends/{ann.id}/history").status_code == 200
