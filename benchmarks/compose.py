"""How fast a menu of six buttons before a photograph becomes a picture, on one core.

The baseline is the least work it could be: the photograph made as large as the picture. Measured is processor time, as
the composer waits for it after each change; the picture for LINE is encoded as well.

    python benchmarks/compose.py [--full]
"""

import argparse
import io
import random
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from PIL import Image

from lstep_lite.engine import registry, studio
from lstep_lite.engine.rich_menus import composing, layouts
from lstep_lite.engine.rich_menus.documents import CELL, INPUTS, LINE
from lstep_lite.engine.studio import Data, fresh_inputs

assert registry
PHOTO = 1
BUTTONS = (
    ("予約する", "RESERVE", "calendar"),
    ("メニュー・料金", "MENU", "list-details"),
    ("クーポン", "COUPON", "ticket"),
    ("スタッフ紹介", "STAFF", "users"),
    ("アクセス", "ACCESS", "map-pin"),
    ("お問い合わせ", "CONTACT", "message-circle"),
)
WIDTH, PREVIEW = 2500, 1250
RUNS, FULL = 9, 40
MILLISECONDS, MOST_BYTES = 250, 1_000_000


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL} runs of each instead of {RUNS}")
    runs = FULL if options.parse_args().full else RUNS
    document, photo = _menu(), _photo()
    tab, pictures = document["tabs"][0], {PHOTO: photo}
    drawn = composing.compose(document, tab, pictures)
    assert not drawn.warnings and drawn.image.size == (WIDTH, 1686)
    bare = _milliseconds(lambda: photo.resize(drawn.image.size, Image.Resampling.HAMMING), runs)
    whole = _milliseconds(lambda: composing.compose(document, tab, pictures), runs)
    preview = _milliseconds(lambda: composing.compose(document, tab, pictures, width=PREVIEW), runs)
    thumbnail = _milliseconds(lambda: composing.compose(document, tab, pictures, width=400), runs)
    encoded = composing.encode(drawn.image)
    print(f"baseline, the photograph made {WIDTH} pixels wide: {bare:.0f} ms")
    encoding = _milliseconds(lambda: composing.encode(drawn.image), 3)
    print(f"400 pixels wide: {thumbnail:.0f} ms; encoded for LINE: {encoding:.0f} ms")
    claims = [
        _claim(f"composed, {WIDTH} pixels wide, median", whole, MILLISECONDS, "ms"),
        _claim(f"composed, {PREVIEW} pixels wide, median", preview, MILLISECONDS, "ms"),
        _claim(f"the picture for LINE ({encoded.content_type})", len(encoded.data), MOST_BYTES, "bytes"),
    ]
    return 0 if all(claims) else 1


def _menu() -> Data:
    document = studio.fresh(INPUTS)
    cells = [_button(texts, place) for texts, place in zip(BUTTONS, layouts.grid(3, 2), strict=True)]
    picture = {"ground": "image", "ground_media_id": PHOTO, "ground_zoom": 110, "ground_shade": 20}
    document["tabs"][0] |= {"cells": cells, **picture, "ground_focus_x": 500, "ground_focus_y": 400}
    return document


def _button(texts: tuple[str, str, str], place: layouts.Place) -> Data:
    *words, icon = texts
    lines = [{"kind": LINE.name, "id": studio.new_code(), **fresh_inputs(LINE.inputs), "text": text} for text in words]
    looks: dict[str, Any] = dict(zip(("x", "y", "width", "height"), place, strict=True))
    looks |= {"lines": lines, "icon": icon, "has_shadow": True}
    return {"kind": CELL.name, "id": studio.new_code(), **fresh_inputs(CELL.inputs), **looks}


def _photo() -> Image.Image:
    """As a library holds it: large colours, and grain."""
    chance = random.Random(1)
    colors = Image.frombytes("RGB", (24, 16), chance.randbytes(24 * 16 * 3)).resize((3000, 2000))
    grain = Image.frombytes("RGB", (1500, 1000), chance.randbytes(1500 * 1000 * 3)).resize((3000, 2000))
    file = io.BytesIO()
    Image.blend(colors, grain, 0.1).save(file, "JPEG", quality=90)
    return Image.open(file).convert("RGB")


def _milliseconds(work: Callable[[], object], runs: int) -> float:
    return median(_once(work) for _ in range(runs)) * 1000


def _once(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _claim(what: str, value: float, bound: float, unit: str) -> bool:
    is_ok = value <= bound
    print(f"{what}: {value:,.0f} {unit} (target {bound:,} {unit}) {'ok' if is_ok else 'short'}")
    return is_ok


if __name__ == "__main__":
    sys.exit(main())
