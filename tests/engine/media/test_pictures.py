"""Pictures staff upload."""

import io
import os

import pytest
from PIL import Image

from lstep_lite.engine import media
from lstep_lite.engine.media import MediaStore, pictures, storage
from lstep_lite.errors import DomainError, NotFound
from tests.factories import NOW


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


@pytest.mark.parametrize(("given", "kept"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "PNG")])
def test_an_uploaded_picture_is_kept_as_line_takes_it(store: MediaStore, given: str, kept: str) -> None:
    image = store.store_image(a_picture(given))
    with (
        opened(store, storage.path(image.code)) as original,
        opened(store, storage.preview_path(image.code)) as preview,
    ):
        assert (original.format, preview.format) == (kept, "JPEG")
        assert (image.width, image.height) == original.size == (600, 400)


def test_a_picture_taken_upside_down_is_turned_and_loses_where_it_was_taken(store: MediaStore) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x8825] = {1: "N", 2: (35.0, 41.0, 22.0)}  # GPS
    image = store.store_image(a_picture(exif=exif))
    with opened(store, storage.path(image.code)) as original:
        assert original.size == (400, 600)
        assert not original.getexif()


def test_a_huge_picture_is_made_small_enough_for_line(store: MediaStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "ORIGINAL_BYTES", 400_000)
    monkeypatch.setattr(pictures, "PREVIEW_BYTES", 60_000)
    image = store.store_image(noise(900))
    assert store.path_of(storage.path(image.code)).stat().st_size == image.size_bytes <= 400_000
    assert store.path_of(storage.preview_path(image.code)).stat().st_size <= 60_000


def test_a_transparent_picture_keeps_its_transparency(store: MediaStore) -> None:
    image = store.store_image(a_picture("WEBP", mode="RGBA"))
    with opened(store, storage.path(image.code)) as original:
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
