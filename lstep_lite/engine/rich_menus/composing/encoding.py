"""Pictures as LINE takes them: at most 1 MB, and as large as the menu says.

https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image-requirements
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from PIL import Image, ImageFilter

MOST_BYTES = 1_000_000
QUALITIES = (92, 86, 80, 74, 66, 58, 50, 40, 30)
FINE = 80
"""From this quality on colours are kept as sharp as shapes, which words need."""
HOPELESS = 1.3
"""How many times too large a PNG may look from a part of the picture to be tried at all: that takes seconds."""
_PARTS = 8


@dataclass(frozen=True)
class Encoded:
    data: bytes
    content_type: str


def encode(image: Image.Image) -> Encoded:
    """At most MOST_BYTES, without metadata, the same bytes for the same picture. Takes up to some seconds."""
    plain = image.convert("RGB")
    plain.info = {}
    if _may_be_png(plain) and len(data := _saved(plain, "PNG", compress_level=6)) <= MOST_BYTES:
        return Encoded(data, "image/png")
    return Encoded(next(data for data in _ever_plainer(plain) if len(data) <= MOST_BYTES), "image/jpeg")


def _may_be_png(image: Image.Image) -> bool:
    """Judged by narrow bands of it."""
    tall = max(1, image.height // (_PARTS * 8))
    tops = [at * image.height // _PARTS for at in range(_PARTS)]
    bands = (image.crop((0, top, image.width, top + tall)) for top in tops)
    size = sum(len(_saved(band, "PNG", compress_level=1)) for band in bands)
    return size * image.height / (tall * _PARTS) <= HOPELESS * MOST_BYTES


def _ever_plainer(image: Image.Image) -> Iterator[bytes]:
    for quality in QUALITIES:
        yield _saved(image, "JPEG", quality=quality, subsampling=0 if quality >= FINE else 2)
    for radius in count(1):
        blurred = image.filter(ImageFilter.GaussianBlur(radius))
        yield _saved(blurred, "JPEG", quality=QUALITIES[-1], subsampling=2)


def _saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()
