"""The library: what is in it, what is cut from it, what uses it, and what goes."""

import io
import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import folders, media, mentions
from lstep_lite.engine.media import Box, MediaStore, Upload, cutting, library, sweeping
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Media, MediaKind, MediaState
from tests.engine.media.test_pictures import a_picture
from tests.factories import NOW, a_delivery, a_friend, a_media


def names(page: media.Page) -> list[str | None]:
    return [row.name for row in page.files]


def files(store: MediaStore) -> set[str]:
    return {path.name for path in store.path_of("").rglob("*") if path.is_file()}


@pytest.fixture
def picture(database: Database, store: MediaStore) -> int:
    stored = media.receive(store, io.BytesIO(a_picture(size=(600, 400))))
    with database.unit() as session:
        return media.add(session, stored, Upload("メニュー.春.jpg"), now=NOW).id


# What is in it -------------------------------------------------------------------------------------------------------


def test_the_library_holds_what_staff_uploaded_and_nothing_of_customers(session: Session) -> None:
    a_media(session, name="花")
    a_media(session, name="動画", kind=MediaKind.VIDEO)
    a_media(session, name="届いた", friend_id=a_friend(session).id)
    a_media(session, name=None)
    a_media(session, name="消した", state=MediaState.DELETED)
    assert names(media.page(session)) == ["動画", "花"]
    assert names(media.page(session, kind=MediaKind.IMAGE)) == ["花"]
    assert names(media.page(session, text="ハナ")) == []
    assert names(media.page(session, text=" 花")) == ["花"]
    assert folders.overview(session, "media").total == 2


def test_a_folder_takes_files_of_the_library_only(session: Session) -> None:
    folder = folders.create(session, "media", name="春")
    mine, theirs = a_media(session), a_media(session, friend_id=a_friend(session).id)
    assert media.move(session, [mine.id, theirs.id], folder_id=folder.id) == 1
    assert folders.overview(session, "media").counts == {folder.id: 1}
    with pytest.raises(NotFound):
        folders.move_row(session, "media", theirs.id, folder_id=folder.id)
    with pytest.raises(NotFound):
        folders.step_row(session, "media", mine.id, by=1)


def test_an_upload_is_called_like_its_file(session: Session, picture: int) -> None:
    row = media.get(session, picture)
    assert (row.name, row.file_name) == ("メニュー.春", "メニュー.春.jpg")
    with pytest.raises(DomainError, match="名前"):
        media.rename(session, row, name=" ", folder_id=None)


# For editors ---------------------------------------------------------------------------------------------------------


def test_public_addresses_are_told_of_stored_files_that_no_customer_sent(session: Session) -> None:
    poster = a_media(session, code="poster")
    video = a_media(session, code="video", kind=MediaKind.VIDEO, duration_ms=1500, width=640, height=360)
    sound = a_media(session, code="sound", kind=MediaKind.AUDIO, preview_path=None)
    hidden = [
        a_media(session, friend_id=a_friend(session).id).id,
        a_media(session, state=MediaState.WAITING).id,
        a_media(session, state=MediaState.DELETED).id,
    ]
    media.choose_preview(session, video, poster)
    session.flush()
    found = media.public(session, [video.id, sound.id, *hidden], "https://salon.example")
    assert found.keys() == {video.id, sound.id}
    assert found[video.id].url == "https://salon.example/media/video"
    assert found[video.id].preview_url == "https://salon.example/media/poster/preview"
    assert (found[video.id].duration_ms, found[video.id].width) == (1500, 640)
    assert found[sound.id].preview_url == ""
    media.delete(session, poster)
    session.flush()
    assert media.public(session, [video.id], "")[video.id].preview_url == "/media/video/preview"


def test_the_same_cut_twice_is_one_picture(database: Database, store: MediaStore, picture: int) -> None:
    box = Box(100, 50, 300, 200)
    with database.read() as session:
        wanted = cutting.plan(session, picture, box)
        assert cutting.find(session, wanted) is None
    ids = []
    for _ in range(2):  # two people at once: both have made the file
        made = cutting.make(store, wanted)
        with database.unit() as session:
            cut = cutting.keep(session, wanted, made, now=NOW)
            ids.append(cut.id)
            assert (cut.width, cut.height, cut.made_from_id, cut.box) == (
                300, 200, picture, {"left": 100, "top": 50, "width": 300, "height": 200},
            )  # fmt: skip
            assert names(media.page(session)) == ["メニュー.春"], "an editor's cut does not fill the library"
    assert ids[0] == ids[1]
    with database.unit() as session:
        media.delete(session, session.get_one(Media, ids[0]))
    made = cutting.make(store, wanted)
    with database.unit() as session:
        assert cutting.keep(session, wanted, made, now=NOW).id != ids[0]


def test_a_cut_may_be_made_in_another_size(database: Database, store: MediaStore, picture: int) -> None:
    with database.read() as session:
        wanted = cutting.plan(session, picture, cutting.whole(media.get(session, picture)), width=1040)
    made = cutting.make(store, wanted)
    assert (made.width, made.height) == (1040, 693)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        (Box(0, 0, 601, 400), "はみ出して"),
        (Box(-1, 0, 100, 100), "はみ出して"),
        (Box(0, 0, 10, 100), "小さすぎ"),
    ],
)
def test_a_part_the_picture_does_not_have_can_not_be_cut(session: Session, picture: int, box: Box, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        cutting.plan(session, picture, box)


def test_the_middle_of_a_picture_has_the_wanted_shape() -> None:
    row = Media(width=600, height=400)
    assert cutting.middle(row, 1.0) == Box(100, 0, 400, 400)
    assert cutting.middle(row, 2.0) == Box(0, 50, 600, 300)
    assert cutting.middle(row, 1.5) == cutting.whole(row)


# What goes -----------------------------------------------------------------------------------------------------------


def test_unused_are_files_that_nothing_mentions_shows_or_waits_to_send(session: Session) -> None:
    used, poster, video, waiting, idle = (a_media(session, name=name) for name in ("使", "表", "動", "待", "余"))
    video.kind = MediaKind.VIDEO
    cut = a_media(session, name=None, made_from_id=used.id, size_bytes=9)
    a_media(session, name="客", friend_id=a_friend(session).id)
    mentions.write(session, "greetings", "new", [("media", used.id)])
    media.choose_preview(session, video, poster)
    a_delivery(session, a_friend(session), blocks=[{"kind": "image", "media_id": waiting.id}])
    session.flush()
    assert {row.id for row in media.unused(session).files} == {video.id, idle.id, cut.id}
    assert [place.label for place in media.places(session, waiting)] == ["これから送るメッセージ"]
    assert [place.label for place in media.places(session, poster)] == ["動画「動」のプレビュー画像"]
    media.delete(session, video)
    session.flush()
    assert poster.id in {row.id for row in media.unused(session).files}


def test_deleting_many_leaves_what_customers_sent(session: Session) -> None:
    mine, theirs = a_media(session), a_media(session, friend_id=a_friend(session).id)
    assert media.delete_many(session, [mine.id, theirs.id]) == 1
    assert (mine.state, theirs.state) == (MediaState.DELETED, MediaState.STORED)


def test_a_file_given_up_goes_unless_something_else_shows_it(session: Session) -> None:
    shown, alone = a_media(session), a_media(session)
    mentions.write(session, "greetings", "new", [("media", shown.id)])
    for row in (shown, alone):
        media.release(session, row.id)
    assert (shown.state, alone.state) == (MediaState.STORED, MediaState.DELETED)


def test_room_is_counted_by_kind_and_origin(session: Session) -> None:
    for size in (100, 200):
        a_media(session, size_bytes=size)
    a_media(session, size_bytes=40, friend_id=a_friend(session).id)
    a_media(session, size_bytes=999, state=MediaState.DELETED)
    found = {(room.kind, room.is_from_customers): (room.count, room.bytes) for room in media.room(session)}
    assert found == {(MediaKind.IMAGE, False): (2, 300), (MediaKind.IMAGE, True): (1, 40)}


def test_what_a_killed_process_left_behind_is_swept_after_a_day(
    database: Database, store: MediaStore, picture: int
) -> None:
    stray = store.store_image(a_picture())  # and the process dies before the row is written
    with database.read() as session:
        kept = media.get(session, picture).code
    store.store_file(f"{kept[:2]}/{kept}.raw", [b"prepared long ago"])
    store.path_of(f"{kept[:2]}/{kept}.ab12.part").write_bytes(b"half a file")
    wall = NOW.replace(second=0)
    age(store, wall - sweeping.STRAY_AFTER / 2)
    assert look_everywhere(database, store, wall) == 0
    age(store, wall - sweeping.STRAY_AFTER * 2)
    assert media.sweep_strays(database, store, wall=wall + timedelta(seconds=1)) == 0, "once a minute is enough"
    assert look_everywhere(database, store, wall) == 4
    assert files(store) == {kept, f"{kept}.preview.jpg"}
    assert stray.code != kept


def age(store: MediaStore, moment) -> None:  # type: ignore[no-untyped-def]
    for path in store.path_of("").rglob("*"):
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def look_everywhere(database: Database, store: MediaStore, wall) -> int:  # type: ignore[no-untyped-def]
    return sum(media.sweep_strays(database, store, wall=wall + timedelta(minutes=minute)) for minute in range(3))


def test_the_library_is_found_without_looking_at_what_customers_sent(fresh_database: Database) -> None:
    with fresh_database.read() as session:
        if not fresh_database.is_sqlite:
            return
        query = sa.select(Media.id).where(library.IN_LIBRARY).order_by(Media.id.desc())
        compiled = query.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = session.execute(sa.text(f"EXPLAIN QUERY PLAN {compiled}")).all()
    assert any("ix_media_friend_id" in row.detail for row in plan), plan
