"""Pictures: uploaded by staff, fetched by LINE; files of customers, seen by staff only."""

import io

import pytest
from PIL import Image

from lstep_lite.models import Media, MediaKind, MediaState, Role
from lstep_lite.web import App
from tests.factories import NOW, a_friend, a_staff
from tests.web.conftest import browser_of


def a_picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "pink").save(data, "PNG")
    data.seek(0)
    return data


def fetch(browser, url: str):
    """The whole answer; its file is closed again."""
    with browser.get(url) as answer:
        answer.get_data()
        return answer


@pytest.fixture
def uploaded(client):
    return client.post("/media", data={"file": (a_picture(), "花.png")}).get_json()


@pytest.fixture
def customers_file(app: App, session, owner):
    """A file a customer sent, of a kind no browser should show by itself."""
    app.extensions["runtime"].media.store_file("se/secret.bin", [b"<script>"])
    media = Media(
        code="secret",
        kind=MediaKind.FILE,
        state=MediaState.STORED,
        friend_id=a_friend(session).id,
        file_name="予約表.html",
        content_type="application/octet-stream",
        path="se/secret.bin",
        created_at=NOW,
    )
    session.add(media)
    session.commit()
    return media


def test_an_upload_answers_where_its_picture_is(client, uploaded):
    assert fetch(client, f"/media/{uploaded['code']}").mimetype == "image/png"
    assert fetch(client, uploaded["preview_url"]).mimetype.startswith("image/")
    assert fetch(client, f"/media/thumbnails/{uploaded['id']}").status_code == 200


def test_line_fetches_pictures_without_signing_in_and_may_keep_them_for_ever(anybody, uploaded):
    answer = fetch(anybody, f"/media/{uploaded['code']}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_no_picture_is_refused_in_words(client):
    for data in ({}, {"file": (io.BytesIO(b"no picture"), "a.png")}):
        answer = client.post("/media", data=data)
        assert answer.status_code == 422
        assert "画像" in answer.get_json()["message"]


def test_a_customers_file_is_only_offered_for_downloading_and_not_kept_long(client, customers_file):
    answer = fetch(client, "/media/secret")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, max-age=300"


def test_a_customers_file_does_not_exist_for_strangers(anybody, customers_file):
    assert fetch(anybody, "/media/secret").status_code == 404


def test_what_is_deleted_or_never_was_is_a_404(client, session, customers_file):
    customers_file.state = MediaState.DELETED
    session.commit()
    assert fetch(client, "/media/secret").status_code == 404
    assert fetch(client, "/media/nothing/preview").status_code == 404
    assert fetch(client, "/media/thumbnails/99999").status_code == 404


def test_only_people_who_are_signed_in_upload(app, anybody, session, owner):
    assert anybody.post("/media", data={"file": (a_picture(), "a.png")}).status_code == 303
    clerk = a_staff(session, role=Role.STAFF)
    session.commit()
    assert browser_of(app, clerk).post("/media", data={"file": (a_picture(), "a.png")}).status_code == 201
