"""The library of files, its picker, and the addresses under which LINE fetches files; customers' files are staff's."""

import io
import json

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from lstep_lite.engine import folders, media, mentions
from lstep_lite.engine.media import cutting
from lstep_lite.models import Media, MediaKind, MediaState, Role
from lstep_lite.web import App
from tests.clips import a_sound, a_video
from tests.factories import NOW, a_friend, a_media, a_staff
from tests.web.conftest import browser_of, inspect_page, regions

JSON = {"Accept": "application/json"}


def a_picture(size: tuple[int, int] = (60, 40)) -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", size, "pink").save(data, "PNG")
    data.seek(0)
    return data


def fetch(browser, url: str, **headers: str):
    """The whole answer; its file is closed again."""
    with browser.get(url, headers=headers) as answer:
        answer.get_data()
        return answer


def upload(client, data: io.BytesIO, name: str, **form):
    return client.post("/media-library", data={"file": (data, name)} | form, headers=JSON)


@pytest.fixture
def uploaded(client):
    return upload(client, a_picture(), "花.png").get_json()


@pytest.fixture
def video(app: App, client, database):
    """A video that is ready to be watched."""
    stored = upload(client, io.BytesIO(a_video()), "紹介.mp4").get_json()
    media.prepare_due(database, app.extensions["runtime"].media, wall=NOW, limit=1)
    return client.get(f"/media-library/{stored['id']}").get_json()


@pytest.fixture
def customers_file(app: App, session, owner):
    """A file a customer sent, of a kind no browser should show by itself."""
    app.extensions["runtime"].media.store_file("se/secret.bin", [b"<script>"])
    row = Media(
        code="secret",
        kind=MediaKind.FILE,
        state=MediaState.STORED,
        friend_id=a_friend(session).id,
        file_name="予約表.html",
        content_type="application/octet-stream",
        path="se/secret.bin",
        created_at=NOW,
    )
    session.add(row)
    session.commit()
    return row


# Addresses -----------------------------------------------------------------------------------------------------------


def test_an_upload_answers_where_its_picture_is(client, uploaded):
    assert fetch(client, uploaded["url"]).mimetype == "image/png"
    assert fetch(client, uploaded["preview_url"]).mimetype.startswith("image/")
    assert fetch(client, f"/media/thumbnails/{uploaded['id']}").status_code == 200


def test_line_fetches_pictures_without_signing_in_and_may_keep_them_for_ever(anybody, uploaded):
    answer = fetch(anybody, uploaded["url"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, immutable, max-age=31536000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert fetch(anybody, uploaded["url"], **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    with anybody.head(uploaded["url"]) as head:
        assert (head.data, head.headers["Content-Length"]) == (b"", answer.headers["Content-Length"])


def test_players_fetch_parts_of_a_video(anybody, video):
    whole = fetch(anybody, video["url"])
    assert (whole.mimetype, whole.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    size = len(whole.data)
    part = fetch(anybody, video["url"], Range="bytes=10-19")
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{size}"
    assert fetch(anybody, video["url"], Range="bytes=-5").data == whole.data[-5:]
    beyond = fetch(anybody, video["url"], Range=f"bytes={size}-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{size}")
    known = fetch(anybody, video["url"], Range="bytes=0-3", **{"If-Range": whole.headers["ETag"]})
    assert known.status_code == 206
    other = fetch(anybody, video["url"], Range="bytes=0-3", **{"If-Range": '"another"'})
    assert (other.status_code, len(other.data)) == (200, size)


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


def test_a_file_that_is_lost_is_a_404(client, session, owner):
    row = a_media(session)
    session.commit()
    assert fetch(client, f"/media/{row.code}").status_code == 404


# Uploading -----------------------------------------------------------------------------------------------------------


def test_each_upload_has_its_own_result(client):
    picture = upload(client, a_picture(), "花.png")
    assert (picture.status_code, picture.get_json()["state"], picture.get_json()["width"]) == (201, "stored", 60)
    sound = upload(client, io.BytesIO(a_sound()), "声.mp3")
    assert (sound.status_code, sound.get_json()["state"]) == (201, "waiting")
    for answer in (upload(client, io.BytesIO(b"text"), "a.png"), client.post("/media-library", headers=JSON)):
        assert answer.status_code == 422
        assert "ファイル" in answer.get_json()["message"]


def test_without_a_script_several_files_come_in_one_form(client, page, session, owner):
    folder = folders.create(session, "media", name="春")
    session.commit()
    files = [(a_picture(), "花.png"), (io.BytesIO(b"text"), "メモ.txt"), (io.BytesIO(a_sound()), "声.mp3")]
    answer = client.post("/media-library", data={"file": files, "folder_id": folder.id})
    assert answer.status_code == 303
    soup = page(answer.headers["Location"])
    assert [tile.get_text() for tile in soup.select(".media-name")] == ["声", "花"]
    assert "メモ.txt: このファイルは使えません" in soup.select_one("#toasts").get_text()


def test_an_upload_that_is_no_picture_is_refused_where_one_is_wanted(client, session):
    answer = upload(client, io.BytesIO(a_video()), "紹介.mp4", kind="image")
    assert answer.status_code == 422
    assert "画像" in answer.get_json()["message"]


def test_only_those_who_edit_messages_reach_the_library(app, anybody, session, owner, uploaded):
    assert anybody.post("/media-library", data={"file": (a_picture(), "a.png")}).status_code == 303
    clerk = a_staff(session, role=Role.STAFF)
    session.commit()
    browser = browser_of(app, clerk)
    for url in (
        "",
        "/picker",
        "/unused",
        f"/{uploaded['id']}",
        f"/{uploaded['id']}/edit",
        f"/{uploaded['id']}/crops/new",
    ):
        assert browser.get(f"/media-library{url}").status_code == 403
    assert upload(browser, a_picture(), "a.png").status_code == 403


# The pages -----------------------------------------------------------------------------------------------------------


def test_an_empty_library_says_what_it_is_for(page, owner):
    assert "まだファイルがありません" in page("/media-library").get_text()


def test_the_library_is_searched_by_name_and_kind_and_shows_nothing_of_customers(page, client, session, owner):
    for over in (
        {"name": "花"},
        {"name": "海", "kind": MediaKind.VIDEO},
        {"name": "客", "friend_id": a_friend(session).id},
    ):
        a_media(session, **over)
    session.commit()
    shown = lambda url: [tile.get_text() for tile in page(url).select(".media-name")]  # noqa: E731
    assert shown("/media-library") == ["海", "花"]
    assert shown("/media-library?kind=image") == ["花"]
    assert shown("/media-library?q=海") == ["海"]
    picker = client.get("/media-library/picker?kind=image").text
    assert "花" in picker and "海" not in picker and "客" not in picker


def test_a_full_library_is_paged_and_costs_the_same(page, client, session, owner, count_queries):
    a_media(session)
    session.commit()
    with count_queries() as few:
        page("/media-library")
    poster = a_media(session)
    for _ in range(60):
        a_media(session, preview_media_id=poster.id)
    session.commit()
    with count_queries() as many:
        soup = page("/media-library")
    assert len(soup.select(".media-tile")) == 48
    assert len(many) == len(few) <= 12
    assert len(page("/media-library?page=2").select(".media-tile")) == 14
    with count_queries() as picking:
        client.get("/media-library/picker?kind=image")
    assert len(picking) <= 8


def test_the_list_asks_again_while_something_is_being_prepared(page, htmx, session, owner):
    a_media(session, state=MediaState.WAITING, name="紹介", preview_path=None)
    session.commit()
    assert page("/media-library").select_one("#media-list")["hx-get"].startswith("/media-library/files")
    first = htmx("/media-library/files", method="GET")
    assert regions(first) == ["media-list"] and "準備しています" in first.text


def test_a_file_tells_what_it_is_where_it_is_used_and_takes_a_name(page, htmx, session, uploaded):
    mentions.write(session, "greetings", "new", [("media", uploaded["id"])])
    session.commit()
    soup = page(f"/media-library/{uploaded['id']}/edit")
    assert "横60 × 縦40ピクセル" in soup.select_one("#media-file").get_text()
    assert "あいさつ" in soup.select_one(".used-in").get_text()
    answer = htmx(f"/media-library/{uploaded['id']}", {"name": "表紙", "folder_id": "0"})
    assert (answer.status_code, regions(answer)) == (200, ["media-form", "toasts"])
    refused = htmx(f"/media-library/{uploaded['id']}", {"name": "", "folder_id": "0"})
    assert (refused.status_code, regions(refused)) == (422, ["media-form"])
    session.expire_all()
    assert session.get_one(Media, uploaded["id"]).name == "表紙"


def test_a_file_that_could_not_be_used_says_why(page, session, owner):
    row = a_media(
        session, state=MediaState.FAILED, reason="動画アプリで書き出してください。", path=None, preview_path=None
    )
    session.commit()
    assert "書き出して" in page(f"/media-library/{row.id}/edit").select_one("#media-file").get_text()
    assert "使えませんでした" in page("/media-library").select_one(".media-tile").get_text()


def test_the_page_of_a_file_is_drawn_anew_once_it_is_ready(page, client, htmx, session, owner):
    row = a_media(session, state=MediaState.WAITING, kind=MediaKind.VIDEO, preview_path=None)
    session.commit()
    url = page(f"/media-library/{row.id}/edit").select_one("#media-file")["hx-get"]
    assert "HX-Refresh" not in htmx(url, method="GET").headers
    row.state = MediaState.STORED
    session.commit()
    assert htmx(url, method="GET").headers["HX-Refresh"] == "true"


def test_a_deleted_file_is_gone_at_once(client, anybody, session, uploaded):
    client.post(f"/media-library/{uploaded['id']}/delete")
    assert fetch(anybody, uploaded["url"]).status_code == 404
    assert client.get(f"/media-library/{uploaded['id']}/edit").status_code == 404
    assert "media-tile" not in client.get("/media-library").text


def test_what_customers_sent_can_not_be_opened_changed_or_deleted_here(client, session, customers_file):
    url = f"/media-library/{customers_file.id}"
    assert client.get(f"{url}/edit").status_code == 404
    for path in ("", "/delete", "/crops", "/preview"):
        assert client.post(f"{url}{path}", data={"name": "x"}).status_code == 404
    client.post("/media-library/unused", data={"id": [customers_file.id]})
    session.expire_all()
    assert customers_file.state is MediaState.STORED


def test_unused_files_are_ticked_and_deleted(page, client, session, owner):
    used, idle, other = (a_media(session, name=name) for name in ("使用中", "余り", "残す"))
    mentions.write(session, "greetings", "new", [("media", used.id)])
    session.commit()
    soup = page("/media-library/unused")
    assert "画像3個3.0KB" in soup.select_one(".media-room").get_text().replace("\n", "")
    listed = soup.select_one("#unused-list").get_text()
    assert "余り" in listed and "使用中" not in listed
    client.post("/media-library/unused", data={"id": [idle.id]})
    session.expire_all()
    assert [row.state for row in (used, idle, other)] == [MediaState.STORED, MediaState.DELETED, MediaState.STORED]


def test_ticked_files_move_into_a_folder(client, session, owner):
    folder, row = folders.create(session, "media", name="春"), a_media(session)
    session.commit()
    assert client.post("/media-library/moves", data={"id": row.id, "folder_id": folder.id}).status_code == 303
    session.expire_all()
    assert row.folder_id == folder.id


# Cutting -------------------------------------------------------------------------------------------------------------


def test_a_picture_is_cut_by_numbers_or_by_shape_and_stays_as_it_was(page, client, session, uploaded):
    url = f"/media-library/{uploaded['id']}/crops"
    inspect_page(client.get(f"{url}/new"))
    answer = client.post(url, data={"ratio": "1:1"})
    cut = session.get_one(Media, int(answer.headers["Location"].split("/")[2]))
    assert (cut.width, cut.height, cut.name) == (40, 40, "花（切り抜き）")
    numbers = {"ratio": "free", "left": "10", "top": "0", "width": "50", "height": "３０"}
    answer = client.post(url, data=numbers, headers=JSON)
    assert answer.status_code == 201
    assert (answer.get_json()["width"], answer.get_json()["height"]) == (50, 30)
    assert client.post(url, data=numbers, headers=JSON).get_json()["id"] == answer.get_json()["id"]
    assert session.get_one(Media, uploaded["id"]).width == 60
    assert "切り抜いたもの" in page(f"/media-library/{uploaded['id']}/edit").get_text()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ratio": "free"}, "数字で入力"),
        ({"left": "0", "top": "0", "width": "50"}, "4つとも"),
        ({"left": "30", "top": "0", "width": "50", "height": "30"}, "はみ出して"),
    ],
)
def test_an_impossible_cut_is_refused_in_words(htmx, client, session, uploaded, change, words):
    url = f"/media-library/{uploaded['id']}/crops"
    answer = htmx(url, {"ratio": "1:1"} | change)
    assert (answer.status_code, regions(answer)) == (422, ["media-crop"])
    assert words in answer.text
    assert words in client.post(url, data={"ratio": "1:1"} | change, headers=JSON).get_json()["message"]
    assert not cutting.made_from(session, session.get_one(Media, uploaded["id"]))


def test_a_place_that_wants_a_shape_is_offered_only_that(client, uploaded):
    part = client.get(f"/media-library/{uploaded['id']}/crops/new?bare=1&ratios=1.51:1,nonsense")
    assert "1.51:1" in part.text and "16:9" not in part.text
    cut = client.post(f"/media-library/{uploaded['id']}/crops?ratios=1.51:1", data={"ratio": "1.51:1"}, headers=JSON)
    assert (cut.get_json()["width"], cut.get_json()["height"]) == (60, 40)


# Videos and the picker -----------------------------------------------------------------------------------------------


def test_another_picture_may_stand_before_a_video(client, page, session, uploaded, video):
    own = video["preview_url"]
    client.post(f"/media-library/{video['id']}/preview", data={"media_id": uploaded["id"]})
    chosen = client.get(f"/media-library/{video['id']}").get_json()["preview_url"]
    assert chosen != own, "browsers and LINE keep what an address has shown them"
    with Image.open(io.BytesIO(fetch(client, chosen).data)) as picture:
        assert picture.size == (60, 40), "the shape of the video, 96 by 64"
    assert page(f"/media-library/{video['id']}/edit").select_one("button[name=own]")
    client.post(f"/media-library/{video['id']}/preview", data={"own": "yes"})
    assert client.get(f"/media-library/{video['id']}").get_json()["preview_url"] == own


def test_the_picker_hands_over_all_a_page_needs(client, session, uploaded):
    a_media(session, state=MediaState.WAITING, name="準備中")
    session.commit()
    soup = inspect_fragment(client.get("/media-library/picker?kind=image"))
    waiting, ready = soup.select("[data-file]")
    assert waiting.has_attr("disabled")
    assert json.loads(ready["data-file"]) == uploaded


def inspect_fragment(answer):
    assert answer.status_code == 200
    assert "<html" not in answer.text
    return BeautifulSoup(answer.text, "html.parser")


def test_a_name_can_not_break_out_of_the_picker(client, session, owner):
    row = a_media(session, name="\"><script>x</script>'")
    session.commit()
    soup = inspect_fragment(client.get("/media-library/picker"))
    assert not soup.select("script")
    assert json.loads(soup.select_one("[data-file]")["data-file"])["name"] == row.name


def test_line_fetches_the_sizes_of_a_rich_message_without_an_extension(client, anybody, session, uploaded):
    code = session.get_one(Media, uploaded["id"]).code
    answer = fetch(anybody, f"/media/{code}/imagemap/1040")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert picture.size == (1040, 693)
    assert anybody.get(f"/media/{code}/imagemap/1041").status_code == 404
    assert anybody.get("/media/nothing/imagemap/1040").status_code == 404
