"""The five sizes of a rich message's picture."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from lstep_lite.db import Database
from lstep_lite.engine import media
from lstep_lite.engine.media import MediaStore, sizes, storage
from lstep_lite.errors import NotFound
from lstep_lite.models import Media, MediaKind
from tests.factories import a_friend, a_media


def a_picture(image_format: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#b06080").save(out, image_format)
    return out.getvalue()


def stored(
    session: Session, store: MediaStore, image_format: str = "JPEG", size: tuple[int, int] = (800, 600)
) -> Media:
    kept = store.store_image(a_picture(image_format, size))
    paths = {"path": storage.path(kept.code), "preview_path": storage.preview_path(kept.code)}
    return a_media(session, code=kept.code, content_type=kept.content_type, **paths)


@pytest.mark.parametrize(("image_format", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_all_sizes_are_made_when_the_first_is_asked_for(
    session: Session, store: MediaStore, image_format: str, content_type: str
) -> None:
    row = stored(session, store, image_format)
    sizes.ensure(store, sizes.find(session, row.code, 700), 700)
    for width in sizes.WIDTHS:
        data = store.path_of(f"{row.path}.{width}").read_bytes()
        with Image.open(io.BytesIO(data)) as picture:
            assert picture.size == (width, width * 3 // 4)
        assert sizes.content_type(data) == content_type


def test_what_was_made_is_not_made_again_and_goes_with_its_picture(session: Session, store: MediaStore) -> None:
    row = stored(session, store)
    file = store.path_of(sizes.ensure(store, row, 1040))
    file.write_bytes(b"as it was")
    assert store.path_of(sizes.ensure(store, row, 1040)).read_bytes() == b"as it was"
    store.remove(row.code)
    assert not file.exists()


def test_the_sweep_of_strays_leaves_them(database: Database, session: Session, store: MediaStore) -> None:
    row = stored(session, store)
    file = store.path_of(sizes.ensure(store, row, 240))
    session.commit()
    media.sweep_strays(database, store, wall=(datetime.now(UTC) + timedelta(days=2)).replace(second=0))
    assert file.is_file()


def test_a_picture_whose_file_is_gone_does_not_exist(session: Session, store: MediaStore) -> None:
    with pytest.raises(NotFound):
        sizes.ensure(store, a_media(session), 240)


def test_a_video_lends_the_picture_out_of_it(session: Session, store: MediaStore) -> None:
    row = stored(session, store)
    row.kind = MediaKind.VIDEO
    store.path_of(str(row.path)).unlink()
    with Image.open(store.path_of(sizes.ensure(store, row, 1040))) as picture:
        assert picture.width == 1040


def test_other_sizes_and_customers_files_do_not_exist(session: Session) -> None:
    own, theirs = a_media(session), a_media(session, friend_id=a_friend(session).id)
    sound = a_media(session, kind=MediaKind.AUDIO, preview_path=None)
    for code, width in ((own.code, 1039), (theirs.code, 1040), (sound.code, 1040), ("nothing", 1040)):
        with pytest.raises(NotFound):
            sizes.find(session, code, width)
