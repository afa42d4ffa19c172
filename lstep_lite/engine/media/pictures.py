"""Pictures as LINE takes them: re-encoded, upright, without the sender's metadata.

Limits: original 10 MB, preview 1 MB, JPEG or PNG. https://developers.line.biz/en/reference/messaging-api/#image-message
"""

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image, ImageOps

from lstep_lite.errors import DomainError

ORIGINAL_BYTES = 10_000_000
PREVIEW_BYTES = 1_000_000
ORIGINAL_SIDE = 4096
"""Pixels of the longer side; more is no use on a phone."""
PREVIEW_SIDE = 1024
READABLE = ("JPEG", "PNG", "WEBP")
QUALITIES = (90, 82, 72)

# A small file may unpack to gigabytes; Pillow looks at the size in the header and refuses before unpacking.
Image.MAX_IMAGE_PIXELS = 60_000_000
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class UnreadablePicture(DomainError):
    pass


@dataclass(frozen=True)
class Encoded:
    data: bytes
    content_type: str
    width: int
    height: int


@dataclass(frozen=True)
class Box:
    """A part of a picture, in its pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def corners(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.left + self.width, self.top + self.height


def prepare(data: bytes) -> tuple[Encoded, Encoded]:
    """The original (JPEG or PNG) and the preview (JPEG). Raises UnreadablePicture saying what to upload instead."""
    return _both(*_load(data))


def cut(data: bytes, box: Box, width: int | None = None) -> tuple[Encoded, Encoded]:
    """What *box* shows of a stored picture, made *width* wide if that is given: original and preview."""
    picture, may_be_png = _load(data)
    part = picture.crop(box.corners)
    if width is not None and width != part.width:
        part = part.resize((width, max(1, round(part.height * width / part.width))), Image.Resampling.LANCZOS)
    return _both(part, may_be_png)


def squared(data: bytes, side: int) -> tuple[Encoded, Encoded]:
    """The middle of an uploaded picture as a square of *side* pixels: original and preview."""
    picture, may_be_png = _load(data)
    return _both(ImageOps.fit(picture, (side, side), Image.Resampling.LANCZOS), may_be_png)


def scaled(data: bytes, widths: Iterable[int]) -> Iterator[tuple[int, Encoded]]:
    """All of a stored picture in each of these widths, larger than it is if need be."""
    picture, may_be_png = _load(data)
    for width in widths:
        height = max(1, round(picture.height * width / picture.width))
        resized = picture.resize((width, height), Image.Resampling.LANCZOS)
        yield width, _encode(resized, ORIGINAL_BYTES, may_be_png)


def preview(data: bytes) -> Encoded:
    """The preview (JPEG) alone."""
    picture, _ = _load(data)
    return _encode(_fitted(picture, PREVIEW_SIDE), PREVIEW_BYTES, may_be_png=False)


def _both(picture: Image.Image, may_be_png: bool) -> tuple[Encoded, Encoded]:
    original = _encode(_fitted(picture, ORIGINAL_SIDE), ORIGINAL_BYTES, may_be_png)
    preview = _encode(_fitted(picture, PREVIEW_SIDE), PREVIEW_BYTES, may_be_png=False)
    return original, preview


def _load(data: bytes) -> tuple[Image.Image, bool]:
    """The picture, upright and in RGB or RGBA, and whether it may stay a PNG."""
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        raise UnreadablePicture("HEIC形式の画像は使えません。JPEGで保存し直すか、スクリーンショットをお使いください。")
    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as picture:
            may_be_png = picture.format != "JPEG"
            picture.draft("RGB", (ORIGINAL_SIDE, ORIGINAL_SIDE))  # a JPEG is then unpacked no larger than needed
            upright = ImageOps.exif_transpose(picture)
            return _in_plain_colours(upright), may_be_png
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise UnreadablePicture("画像の縦横が大きすぎます。小さくした画像をお使いください。") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadablePicture("画像を読み取れません。JPEG・PNG・WebPの画像をお使いください。") from error


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode == mode:
        plain = picture.copy()
    else:
        plain = picture.convert(mode)
        plain.info.pop("icc_profile", None)  # it described the colours of the other mode
    profile = plain.info.get("icc_profile")
    plain.info = {"icc_profile": profile} if profile else {}
    return plain


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    if max(picture.size) <= side:
        return picture
    fitted = picture.copy()
    fitted.thumbnail((side, side))
    return fitted


def _encode(picture: Image.Image, limit: int, may_be_png: bool) -> Encoded:
    """The first encoding within *limit* bytes: PNG where allowed, then JPEG ever plainer, then ever smaller."""
    if may_be_png:
        png = _saved(picture, "PNG", optimize=False)
        if len(png) <= limit:
            return Encoded(png, "image/png", *picture.size)
    opaque = _on_white(picture)
    while True:
        for quality in QUALITIES:
            jpeg = _saved(opaque, "JPEG", quality=quality)
            if len(jpeg) <= limit:
                return Encoded(jpeg, "image/jpeg", *opaque.size)
        opaque = _fitted(opaque, max(opaque.size) * 3 // 4)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _saved(picture: Image.Image, image_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, image_format, icc_profile=picture.info.get("icc_profile"), **options)
    return out.getvalue()
