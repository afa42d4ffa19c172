"""Files on disk and their rows: uploads, and what friends send."""

import base64
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from lstep_lite.db import Database
from lstep_lite.engine.line import Account
from lstep_lite.engine.messages import media, pictures
from lstep_lite.engine.messages.media import MediaStore
from lstep_lite.errors import DomainError, NotFound
from lstep_lite.models import Media, MediaKind, MediaState
from tests.emulator.conftest import Control
from tests.factories import NOW, a_friend


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


def a_picture(
    image_format: str = "JPEG", size: tuple[int, int] = (600, 400), mode: str = "RGB", **save: object
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "#b06080" if mode != "RGBA" else "#b0608080").save(out, image_format, **save)
    return out.getvalue()


def noise(side: int) -> bytes:
    """A picture that no compression makes smaller."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(out, "PNG")
    return out.getvalue()


def opened(store: MediaStore, path: str | None) -> Image.Image:
    return Image.open(store.path_of(str(path)))


# Pictures


@pytest.mark.parametrize(("given", "kept"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "PNG")])
def test_an_uploaded_picture_is_kept_as_line_takes_it(store: MediaStore, given: str, kept: str) -> None:
    image = store.store_image(a_picture(given))
    with opened(store, media.path(image.code)) as original, opened(store, media.preview_path(image.code)) as preview:
        assert (original.format, preview.format) == (kept, "JPEG")
        assert (image.width, image.height) == original.size == (600, 400)


def test_a_picture_taken_upside_down_is_turned_and_loses_where_it_was_taken(store: MediaStore) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {1: "N", 2: (35.0, 41.0, 22.0)}  # GPS
    image = store.store_image(a_picture(exif=exif))
    with opened(store, media.path(image.code)) as original:
        assert original.size == (400, 600)
        assert not original.getexif()


def test_a_huge_picture_is_made_small_enough_for_line(store: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "ORIGINAL_BYTES", 400_000)
    monkeypatch.setattr(pictures, "PREVIEW_BYTES", 60_000)
    image = store.store_image(noise(900))
    assert store.path_of(media.path(image.code)).stat().st_size == image.size_bytes <= 400_000
    assert store.path_of(media.preview_path(image.code)).stat().st_size <= 60_000


def test_a_transparent_picture_keeps_its_transparency(store: MediaStore) -> None:
    image = store.store_image(a_picture("WEBP", mode="RGBA"))
    with opened(store, media.path(image.code)) as original:
        assert (original.format, original.mode) == ("PNG", "RGBA")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a not this one", "JPEG"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
        (a_picture()[:300], "読み取れません"),
        (b"", "読み取れません"),
        (a_picture("PNG", (20_000, 20_000), "1"), "縦横が大きすぎ"),
    ],
)
def test_what_is_no_usable_picture_is_refused_with_a_way_out(store: MediaStore, data: bytes, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        store.store_image(data)


def test_a_stored_picture_has_an_address_nobody_can_guess(session, store: MediaStore) -> None:  # type: ignore[no-untyped-def]
    row = media.add_image(session, store.store_image(a_picture()), file_name="menu.jpg", now=NOW)
    assert media.find(session, row.code) is row
    assert len(row.code) >= 32
    with pytest.raises(NotFound):
        media.find(session, row.code[:-1])


# What friends send


@pytest.fixture
def user_id(control: Control) -> str:
    return control.a_friend("花子")


def sent_by(control: Control, user_id: str, kind: str = "image") -> str:
    data = base64.b64encode(a_picture()).decode()
    return str(control.post(f"/users/{user_id}/say", {kind: data})["message_id"])


def expected(database: Database, message_id: str, kind: MediaKind = MediaKind.IMAGE) -> int:
    with database.unit() as session:
        return media.expect(session, a_friend(session), kind, line_message_id=message_id, now=NOW).id


def row_of(database: Database, media_id: int) -> Media:
    with database.read() as session:
        row = session.get_one(Media, media_id)
        session.expunge(row)
        return row


def files(store: MediaStore) -> list[Path]:
    return [path for path in store.path_of("").rglob("*") if path.is_file()]


def test_a_picture_a_friend_sent_is_fetched_once(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    assert media.fetch_due(database, account, store, wall=NOW, limit=5) == 1
    assert media.fetch_due(database, account, store, wall=NOW + timedelta(days=1), limit=5) == 0
    row = row_of(database, media_id)
    assert (row.state, row.content_type, row.width, row.height) == (MediaState.STORED, "image/jpeg", 600, 400)
    assert {store.path_of(str(row.path)), store.path_of(str(row.preview_path))} == set(files(store))


def test_expecting_one_message_twice_makes_one_row(database: Database) -> None:
    assert expected(database, "1") == expected(database, "1")


def test_a_file_that_is_gone_at_line_is_shown_as_expired(
    database: Database, account: Account, store: MediaStore
) -> None:
    media_id = expected(database, "404404")
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    assert row_of(database, media_id).state is MediaState.EXPIRED


def test_while_line_cannot_give_it_the_file_is_asked_for_again_later(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    control.post("/faults", {"path": "/v2/bot/message", "mode": "drop-before", "times": 1})
    assert media.fetch_due(database, account, store, wall=NOW, limit=5) == 1
    row = row_of(database, media_id)
    assert (row.state, row.attempts) == (MediaState.WAITING, 1)
    assert row.due_at is not None
    assert row.due_at > NOW
    media.fetch_due(database, account, store, wall=row.due_at, limit=5)
    assert row_of(database, media_id).state is MediaState.STORED


def test_a_file_that_never_comes_is_given_up_at_last(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    control.post("/faults", {"path": "/v2/bot/message", "mode": "500", "times": 99})
    for day in range(media.MAX_ATTEMPTS):
        media.fetch_due(database, account, store, wall=NOW + timedelta(days=day), limit=1)
    row = row_of(database, media_id)
    assert row.state is MediaState.FAILED
    assert row.reason


def test_a_file_over_the_limit_is_not_kept(
    database: Database,
    account: Account,
    store: MediaStore,
    control: Control,
    user_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(media, "RECEIVED_BYTES", 100)
    media_id = expected(database, sent_by(control, user_id))
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    assert row_of(database, media_id).state is MediaState.FAILED
    assert files(store) == []


def test_a_document_is_only_offered_for_downloading(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id), MediaKind.FILE)
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    assert row_of(database, media_id).content_type == media.ANY_FILE


def test_an_unsent_file_is_unreachable_at_once_and_its_bytes_go_with_the_sweep(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    media.fetch_due(database, account, store, wall=NOW, limit=5)
    leftover = store.path_of(str(row_of(database, media_id).path) + ".dead.part")
    leftover.write_bytes(b"of a killed worker")
    with database.unit() as session:
        row = session.get_one(Media, media_id)
        media.delete(session, row)
        with pytest.raises(NotFound):
            media.find(session, row.code)
    assert media.sweep(database, store, limit=10) == 1
    assert files(store) == []
    assert media.sweep(database, store, limit=10) == 0


def test_a_file_unsent_while_it_was_being_fetched_does_not_stay(
    database: Database, account: Account, store: MediaStore, control: Control, user_id: str
) -> None:
    media_id = expected(database, sent_by(control, user_id))
    with database.unit() as session:
        job = media._claim(session, NOW)
    assert job is not None
    outcome = media._fetch(account, store, job)
    with database.unit() as session:
        media.delete(session, session.get_one(Media, media_id))
    media.sweep(database, store, limit=10)
    media._fetch(account, store, job)  # a second worker, later still
    with database.unit() as session:
        media._record(session, job, outcome, NOW)
    assert row_of(database, media_id).state is MediaState.DELETED
    assert media.sweep(database, store, limit=10) == 1
    assert files(store) == []


def test_no_two_workers_fetch_the_same_file(fresh_database: Database) -> None:
    with fresh_database.unit() as session:
        friend = a_friend(session)
        for number in range(2):
            media.expect(session, friend, MediaKind.IMAGE, line_message_id=str(number), now=NOW)
    claimed = []
    for _ in range(3):
        with fresh_database.unit() as session:
            claimed.append(media._claim(session, NOW))
    with fresh_database.read() as session:
        rows = session.scalars(select(Media.id).order_by(Media.id)).all()
    assert [job and job.media_id for job in claimed] == [*rows, None]
