"""Names and pictures to send under."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from lstep_lite.models import Media, MediaState, Sender
from tests.factories import a_sender, a_template
from tests.web.conftest import regions


def a_picture(width: int = 300, height: int = 200) -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "orange").save(file, "JPEG")
    file.seek(0)
    return file, "face.jpg"


@pytest.fixture
def sender(session, owner):
    made = a_sender(session, name="店長 佐藤")
    session.commit()
    return made


def test_a_sender_with_a_picture_is_seen_as_line_will_show_it(client, page, session, owner):
    answer = client.post("/senders", data={"name": "店長 佐藤", "picture": a_picture()})
    assert answer.headers["Location"] == "/senders"
    media = session.get(Media, session.scalars(select(Sender)).one().media_id)
    assert (media.width, media.height) == (512, 512), "the middle, as a square"
    look = page("/senders").select_one(".sender-look")
    assert "店長 佐藤" in look.get_text()
    assert media.code in look.select_one("img")["src"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "名前を入力"), ("あ" * 21, "20文字まで"), ("LINE担当", "使えません"), ("ｌｉｎｅ", "使えません")],
)
def test_names_that_line_refuses_are_refused_here(htmx, session, owner, name, words):
    answer = htmx("/senders", {"name": name})
    assert (answer.status_code, regions(answer)) == (422, ["sender-form"])
    assert words in answer.text
    assert session.scalars(select(Sender)).all() == []


def test_twenty_emoji_of_several_code_points_fit_and_online_is_no_forbidden_word(htmx, owner):
    assert htmx("/senders", {"name": "👩🏽‍🎨" * 20}).status_code == 204
    assert htmx("/senders", {"name": "Online Shop"}).status_code == 204


def test_what_is_no_picture_is_refused_beside_it(client, session, sender):
    answer = client.post(f"/senders/{sender.id}", data={"name": "新しい名前", "picture": (io.BytesIO(b"x"), "x.jpg")})
    assert answer.status_code == 422
    assert "画像を読み取れません" in answer.text and "新しい名前" in answer.text
    session.expire_all()
    assert sender.name == "店長 佐藤"


def test_a_replaced_or_dropped_picture_is_deleted(client, session, sender):
    client.post(f"/senders/{sender.id}", data={"name": "店長", "picture": a_picture()})
    session.expire_all()
    first = session.get(Media, sender.media_id)
    client.post(f"/senders/{sender.id}", data={"name": "店長", "picture": a_picture(40, 60)})
    session.expire_all()
    second = session.get(Media, sender.media_id)
    assert (first.state, second.state) == (MediaState.DELETED, MediaState.STORED)
    client.post(f"/senders/{sender.id}", data={"name": "店長", "drops_picture": "y"})
    session.expire_all()
    assert (sender.media_id, second.state) == (None, MediaState.DELETED)


def test_deleting_a_sender_leaves_templates_under_the_accounts_own_name(client, page, session, sender):
    template = a_template(session, {"kind": "text", "text": "はい"}, sender_id=sender.id)
    session.commit()
    client.post(f"/senders/{sender.id}/delete")
    session.expire_all()
    assert template.sender_id is None
    assert "まだ送信者がいません" in page("/senders").get_text()


def test_the_list_costs_the_same_however_many_there_are(page, session, sender, count_queries):
    with count_queries() as few:
        page("/senders")
    for _ in range(20):
        a_sender(session)
    session.commit()
    with count_queries() as many:
        page("/senders")
    assert len(many) == len(few) <= 10


def test_staff_without_the_right_are_refused(outsider, sender):
    assert outsider.get("/senders").status_code == 403
    assert outsider.post(f"/senders/{sender.id}/delete").status_code == 403
