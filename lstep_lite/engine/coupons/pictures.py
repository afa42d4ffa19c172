"""The code of a ticket as a picture that a till can read. Not inside a unit of work."""

import io

import segno
from barcode.codex import Code128
from PIL import Image, ImageDraw

from lstep_lite.models import CodeShape

MODULE = 3
"""Pixels of a barcode's narrowest bar, and at least as many of a QR code's dot."""
QUIET = 10
"""Narrowest bars of white at each side of a barcode (ISO/IEC 15417)."""
BARCODE_RATIO = 3
"""Width by height, as the message shows it."""
QR_SIDE = 600


def png(code: str, shape: CodeShape) -> bytes:
    """*code* as PNG: a square for QR, else a bar code three times as wide as high."""
    return _qr(code) if shape is CodeShape.QR else _barcode(code)


def _qr(code: str) -> bytes:
    drawn, target = segno.make(code, error="m", micro=False), io.BytesIO()
    drawn.save(target, kind="png", scale=max(MODULE, QR_SIDE // drawn.symbol_size()[0]))
    return target.getvalue()


def _barcode(code: str) -> bytes:
    [bars] = Code128(code).build()
    width = (len(bars) + 2 * QUIET) * MODULE
    image = Image.new("L", (width, width // BARCODE_RATIO), 255)
    pen, edge = ImageDraw.Draw(image), QUIET * MODULE
    for place, bar in enumerate(bars):
        if bar == "1":
            left = edge + place * MODULE
            pen.rectangle((left, edge, left + MODULE - 1, image.height - edge), fill=0)
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()
