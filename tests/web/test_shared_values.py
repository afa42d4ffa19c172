"""The list of shared values and their editor."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from lstep_lite.engine import media, shared_values
from lstep_lite.models import Media, MediaState, SharedValue, SharedValueType
from tests.factories import a_shared_value
from tests.web.conftest import regions

FORM = {"name": "今日の空席", "folder_id": "0", "type": "number", "text": "５"}


@pytest.fixture
def seats(session, owner):
    value = a_shared_value(session, SharedValueType.NUMBER, name="空席", word="空席", number=5)
    session.commit()
    return value


def test_an_empty_list_says_what_shared_values_are_for(page, owner):
    assert "まだ共通情報がありません" in page("/shared-values").get_text()
    page("/shared-values/new")


def test_the_list_shows_what_they_hold_at_a_constant_cost(page, session, seats, count_queries):
    assert "[共通:空席]" in page("/shared-values").get_text()
    with count_queries() as few:
        page("/shared-values")
    for number in range(12):
        picture = Media(
            code=f"{number:032d}", kind="image", state="stored", file_name="a.jpg", created_at=seats.created_at
        )
        session.add(picture)
        session.flush()
        a_shared_value(session, SharedValueType.IMAGE, media_id=picture.id)
    session.commit()
    with count_queries() as many:
        page("/shared-values")
    assert len(few) <= len(many) <= len(few) + 1


def test_one_is_made_with_what_it_holds_and_its_word(htmx, client, session, owner):
    answer = htmx("/shared-values", FORM)
    made = session.scalars(sa.select(SharedValue)).one()
    assert answer.headers["HX-Redirect"] == f"/shared-values/{made.id}/edit"
    assert made.number == 5
    assert "[共通:今日の空席]" in client.get(answer.headers["HX-Redirect"]).text


@pytest.mark.parametrize(("change", "words"), [({"name": ""}, "名前を入力"), ({"text": "たくさん"}, "数字で入力")])
def test_what_is_wrong_is_said_and_nothing_is_saved(htmx, session, owner, change, words):
    answer = htmx("/shared-values", FORM | change)
    assert answer.status_code == 422
    assert regions(answer) == ["value-form"]
    assert words in answer.text
    assert session.scalars(sa.select(SharedValue)).all() == []


def test_saving_keeps_the_history(htmx, page, session, seats):
    assert regions(htmx(f"/shared-values/{seats.id}", {"name": "空席", "folder_id": "0", "text": "4"})) == [
        "value-form", "toasts",
    ]  # fmt: skip
    session.expire_all()
    assert seats.number == 4
    history = page(f"/shared-values/{seats.id}/edit").select_one(".change-list").get_text()
    assert "花子さん" in history


def test_what_changed_meanwhile_is_shown_first(htmx, page, session, seats):
    seen = page(f"/shared-values/{seats.id}/edit").select_one("[name=seen]")["value"]
    seats.number = 1
    session.commit()
    form = {"name": "空席", "folder_id": "0", "text": "9", "seen": seen}
    answer = htmx(f"/shared-values/{seats.id}", form)
    assert answer.status_code == 422
    assert "ほかの人がこの内容を変えました" in answer.text
    session.expire_all()
    assert seats.number == 1


def test_pictures_are_kept_replaced_and_removed(htmx, session, owner):
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    htmx("/shared-values", FORM | {"type": "image", "picture": (io.BytesIO(data.getvalue()), "menu.png")})
    value = session.scalars(sa.select(SharedValue)).one()
    assert shared_values.show(session, value) == "menu"
    picture = session.get_one(Media, value.media_id)
    assert [place.label for place in media.places(session, picture)] == [f"共通情報「{value.name}」"]
    form = {"name": value.name, "folder_id": "0"}
    bad = htmx(f"/shared-values/{value.id}", form | {"picture": (io.BytesIO(b"no"), "x.png")})
    assert bad.status_code == 422
    assert "画像を読み取れません" in bad.text
    htmx(f"/shared-values/{value.id}", form | {"picture.remove": "yes"})
    session.expire_all()
    assert value.media_id is None
    assert session.scalars(sa.select(Media.state)).all() == [MediaState.DELETED]


def test_copying_deleting_and_outsiders(client, outsider, session, seats):
    client.post(f"/shared-values/{seats.id}/copy")
    client.post(f"/shared-values/{seats.id}/delete")
    session.expire_all()
    assert [value.name for value in session.scalars(sa.select(SharedValue))] == ["空席のコピー"]
    assert outsider.get("/shared-values").status_code == 403
    assert outsider.post("/shared-values", data=FORM).status_code == 403
