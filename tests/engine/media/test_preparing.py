"""Videos and sounds that staff upload, made ready for LINE."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import av
import pytest
from PIL import Image

from lstep_lite.db import Database
from lstep_lite.engine import media, workers
from lstep_lite.engine.media import MediaStore, Upload, clips, preparing, storage, uploads
from lstep_lite.errors import DomainError
from lstep_lite.models import Media, MediaKind, MediaState
from tests.clips import a_sound, a_video
from tests.factories import NOW


def uploaded(database: Database, store: MediaStore, data: bytes, file_name: str = "店内.mp4") -> int:
    stored = media.receive(store, io.BytesIO(data))
    with database.unit() as session:
        return media.add(session, stored, Upload(file_name), now=NOW).id


def prepared(database: Database, store: MediaStore, data: bytes) -> Media:
    media_id = uploaded(database, store, data)
    assert media.prepare_due(database, store, wall=NOW, limit=5) == 1
    return row_of(database, media_id)


def row_of(database: Database, media_id: int) -> Media:
    with database.read() as session:
        row = session.get_one(Media, media_id)
        session.expunge(row)
        return row


@contextmanager
def opened(store: MediaStore, row: Media) -> Iterator[av.container.InputContainer]:
    with av.open(str(store.path_of(str(row.path)))) as container:
        yield container


def files(store: MediaStore) -> set[str]:
    return {path.name for path in store.path_of("").rglob("*") if path.is_file()}


# Videos --------------------------------------------------------------------------------------------------------------


def test_a_video_waits_until_it_is_prepared_and_then_plays_without_its_secrets(
    database: Database, store: MediaStore
) -> None:
    media_id = uploaded(database, store, a_video())
    assert (row_of(database, media_id).state, row_of(database, media_id).name) == (MediaState.WAITING, "店内")
    media.prepare_due(database, store, wall=NOW, limit=5)
    row = row_of(database, media_id)
    assert (row.state, row.kind, row.content_type) == (MediaState.STORED, MediaKind.VIDEO, "video/mp4")
    assert (row.width, row.height) == (96, 64)
    assert 1900 <= (row.duration_ms or 0) <= 2100
    assert row.size_bytes == store.path_of(str(row.path)).stat().st_size
    with opened(store, row) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert not {"title", "location", "encoder"} & container.metadata.keys()
    assert b"secret" not in store.path_of(str(row.path)).read_bytes()
    assert files(store) == {row.code, f"{row.code}.preview.jpg"}


def test_its_preview_is_what_is_seen_after_a_second(database: Database, store: MediaStore) -> None:
    row = prepared(database, store, a_video())
    with Image.open(store.path_of(str(row.preview_path))) as preview:
        assert preview.size == (96, 64)
        red, green, _ = preview.convert("RGB").getpixel((48, 32))  # type: ignore[misc]
        assert red > 200 > 60 > green, "the black beginning is not shown"


def test_a_video_taken_upright_is_seen_upright(database: Database, store: MediaStore) -> None:
    row = prepared(database, store, a_video(is_turned=True))
    assert (row.width, row.height) == (64, 96)
    with Image.open(store.path_of(str(row.preview_path))) as preview:
        assert preview.size == (64, 96)
    with opened(store, row) as container:
        assert next(container.decode(video=0)).rotation == -90


def test_a_silent_video_from_another_container_becomes_an_mp4(database: Database, store: MediaStore) -> None:
    row = prepared(database, store, a_video(sound=None, container="matroska"))
    with opened(store, row) as container:
        assert "mp4" in container.format.name


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"codec": "libx265"}, "互換性優先"),
        ({"codec": "mpeg4"}, "H.264"),
        ({"pixels": "yuv420p10le"}, "10ビット"),
        ({"sound": "libmp3lame"}, "音声の形式（MP3"),
        ({"sound": None, "size": (4200, 64)}, "大きすぎます"),
    ],
)
def test_a_video_line_could_not_play_is_refused_with_a_way_out(
    database: Database, store: MediaStore, given: dict[str, object], words: str
) -> None:
    row = prepared(database, store, a_video(**given))  # type: ignore[arg-type]
    assert row.state is MediaState.FAILED
    assert words in str(row.reason)
    assert not files(store)


def test_what_only_begins_like_a_video_is_refused(database: Database, store: MediaStore) -> None:
    for data in (a_video()[:900], b"\x00\x00\x00\x18ftypmp42" + b"x" * 500):
        row = prepared(database, store, data)
        assert row.state is MediaState.FAILED
        assert "読み取れません" in str(row.reason)


def test_a_video_that_is_too_long_is_refused_by_what_it_holds(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "raw").write_bytes(a_video())
    places = [str(tmp_path / name) for name in ("raw", "target", "frame")]
    assert clips.prepare("mp4", *places).duration_ms >= 1900
    monkeypatch.setattr(clips, "LONGEST_SECONDS", 1)
    monkeypatch.setattr(clips, "_check_length", lambda container: None)  # a file may lie about its length
    with pytest.raises(clips.Refused, match="long"):
        clips.prepare("mp4", *places)


# Sounds --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "container", "content_type"), [("libmp3lame", "mp3", "audio/mpeg"), ("aac", "ipod", "audio/mp4")]
)
def test_a_sound_is_kept_with_its_length_and_without_its_tags(
    database: Database, store: MediaStore, codec: str, container: str, content_type: str
) -> None:
    row = prepared(database, store, a_sound(codec=codec, container=container))
    assert (row.state, row.kind, row.content_type) == (MediaState.STORED, MediaKind.AUDIO, content_type)
    assert 1900 <= (row.duration_ms or 0) <= 2100
    assert (row.width, row.preview_path) == (None, None)
    assert b"secret" not in store.path_of(str(row.path)).read_bytes()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (a_sound(codec="pcm_s16le", container="wav"), "WAV"),
        (a_sound(codec="flac", container="flac"), "FLAC"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "AVI"),
        (b"0&\xb2u\x8ef\xcf\x11", "WMV形式の動画"),
        (b"%PDF-1.7", "PDF"),
        (b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", "画像（JPEG"),
        (b"", "画像（JPEG"),
    ],
)
def test_other_files_are_refused_at_once(store: MediaStore, data: bytes, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        media.receive(store, io.BytesIO(data))
    assert not files(store)


def test_a_place_for_pictures_takes_no_video(store: MediaStore) -> None:
    with pytest.raises(DomainError, match="画像"):
        media.receive(store, io.BytesIO(a_video()), only=MediaKind.IMAGE)


def test_a_file_over_the_limit_leaves_nothing_behind(store: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "RECEIVED_BYTES", 1000)
    with pytest.raises(DomainError, match="大きすぎる"):
        media.receive(store, io.BytesIO(a_video()))
    assert not files(store)


def test_the_disk_is_never_filled_by_uploads(store: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "KEPT_FREE_BYTES", 10**18)
    with pytest.raises(DomainError, match="容量と片づけ"):
        media.receive(store, io.BytesIO(a_video()))


# What may go wrong ---------------------------------------------------------------------------------------------------


def test_a_worker_that_died_is_followed_by_one_that_does_it_again(database: Database, store: MediaStore) -> None:
    media_id = uploaded(database, store, a_video())
    with database.unit() as session:
        job = preparing._claim(session, NOW)
    assert job is not None
    preparing._prepare(store, job)  # and dies here: the prepared file lies there, the row knows nothing
    assert media.prepare_due(database, store, wall=NOW + timedelta(minutes=1), limit=1) == 0, "it is leased"
    assert media.prepare_due(database, store, wall=NOW + preparing.LEASE, limit=1) == 1
    row = row_of(database, media_id)
    assert row.state is MediaState.STORED
    assert files(store) == {row.code, f"{row.code}.preview.jpg"}


def test_the_only_worker_does_not_wait_for_the_lease_of_a_dead_one(database: Database, store: MediaStore) -> None:
    media_id = uploaded(database, store, a_sound())
    with database.unit() as session:
        assert preparing._claim(session, NOW)
    with database.unit() as session:
        workers.bury_others(session, "the only one", wall=NOW)
    assert media.prepare_due(database, store, wall=NOW, limit=1) == 1
    assert row_of(database, media_id).state is MediaState.STORED


def test_a_file_that_brings_every_worker_down_is_given_up(database: Database, store: MediaStore) -> None:
    media_id = uploaded(database, store, a_video())
    for attempt in range(preparing.MAX_ATTEMPTS):
        with database.unit() as session:
            assert preparing._claim(session, NOW + attempt * preparing.LEASE)
    media.prepare_due(database, store, wall=NOW + preparing.MAX_ATTEMPTS * preparing.LEASE, limit=1)
    assert row_of(database, media_id).state is MediaState.FAILED


def test_a_file_deleted_while_it_was_prepared_does_not_stay(database: Database, store: MediaStore) -> None:
    media_id = uploaded(database, store, a_video())
    with database.unit() as session:
        job = preparing._claim(session, NOW)
    assert job is not None
    with database.unit() as session:
        media.delete(session, session.get_one(Media, media_id))
    media.sweep(database, store, limit=10)
    store.store_file(storage.raw_path(job.code), [a_video()])  # the worker has it open still
    outcome = preparing._prepare(store, job)
    with database.unit() as session:
        preparing._record(session, job, outcome)
    assert media.sweep(database, store, limit=10) == 1
    assert not files(store)


def test_a_decoder_that_crashes_ends_only_itself(
    database: Database, store: MediaStore, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    crashing = tmp_path / "crashing.py"
    crashing.write_text("import os\nos.abort()\n")
    monkeypatch.setattr(preparing, "PROGRAM", crashing)
    row = prepared(database, store, a_video())
    assert (row.state, row.reason) == (MediaState.FAILED, preparing.REFUSALS["unreadable"])
