"""The faces that menus are set in, and which of them knows a character.

Pillow's own simple layout is used: the other one needs a library that not every machine has, and pictures must come out
the same everywhere.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from PIL import ImageFont

VENDOR = Path(__file__).parents[3] / "static" / "vendor"
_FILES = {
    "gothic": ("@expo-google-fonts/noto-sans-jp", "NotoSansJP"),
    "rounded": ("@expo-google-fonts/zen-maru-gothic", "ZenMaruGothic"),
    "mincho": ("@expo-google-fonts/zen-old-mincho", "ZenOldMincho"),
}
"""Package and first part of the file's name, by the word of `documents.FONTS`."""
_INSTEAD = str.maketrans("❤⭐✔", "♥★✓")
"""Emojis for which faces have a character that says the same."""
_UNKNOWN = "\U0010ffff"
_LOOK = 48
"""Pixels at which characters are compared with the sign for an unknown one."""
INK_AT = 200
"""Pixels at which is looked where characters begin and end."""
EM = 1000
"""Pixels at which lengths are measured: Pillow rounds the width of each character to whole pixels."""


@dataclass(frozen=True)
class Face:
    font: str
    is_bold: bool

    @property
    def path(self) -> Path:
        package, name = _FILES[self.font]
        return vendored(package, f"{name}_{'700Bold' if self.is_bold else '400Regular'}.ttf")


@dataclass(frozen=True)
class Run:
    """Neighbouring characters of one face."""

    text: str
    face: Face


@cache
def vendored(package: str, file: str) -> Path:
    """Where *file* of a front-end package lies. Raises FileNotFoundError before `make` has run."""
    manifest: dict[str, dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
    return VENDOR / str(manifest[package]["folder"]) / file


@lru_cache(maxsize=256)
def opened(path: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def knows(face: Face, char: str) -> bool:
    if char.isspace():
        return True
    font = opened(face.path, _LOOK)
    return bytes(font.getmask(char)) != _unknown_sign(face)


@cache
def _unknown_sign(face: Face) -> bytes:
    return bytes(opened(face.path, _LOOK).getmask(_UNKNOWN))


@lru_cache(maxsize=1024)
def runs(text: str, face: Face) -> tuple[Run, ...]:
    """*text* without what no face knows; what *face* lacks is set in another of the same weight."""
    found: list[Run] = []
    for char in text.translate(_INSTEAD):
        knowing = _face_for(char, face)
        if knowing is None:
            continue
        if found and found[-1].face == knowing:
            found[-1] = Run(found[-1].text + char, knowing)
        else:
            found.append(Run(char, knowing))
    return tuple(found)


def known(text: str, face: Face) -> str:
    """*text* without what no face knows."""
    return "".join(run.text for run in runs(text, face))


def unknown(text: str, face: Face) -> str:
    """The characters of *text* that no face knows, each once."""
    lost = (char for char in text.translate(_INSTEAD) if not _is_silent(char) and _face_for(char, face) is None)
    return "".join(dict.fromkeys(lost))


def _face_for(char: str, face: Face) -> Face | None:
    faces = (face, *(Face(font, face.is_bold) for font in _FILES if font != face.font))
    return None if _is_silent(char) else next((each for each in faces if knows(each, char)), None)


def _is_silent(char: str) -> bool:
    """Whether it only tells how its neighbours look: variation selectors and joiners."""
    return "\ufe00" <= char <= "\ufe0f" or char in "\u200b\u200c\u200d"


@lru_cache(maxsize=1024)
def spaced(text: str, face: Face) -> tuple[tuple[str, Face, float], ...]:
    """Each character of one line with its own face and where it stands, in ems: Pillow would round that to pixels."""
    found, start = [], 0.0
    for run in runs(text, face):
        font = opened(run.face.path, EM)
        found += [(char, run.face, start + font.getlength(run.text[:at]) / EM) for at, char in enumerate(run.text)]
        start += font.getlength(run.text) / EM
    return tuple(found)


@lru_cache(maxsize=2048)
def length(text: str, face: Face) -> float:
    """How wide one line of *text* is, in ems."""
    return sum(opened(run.face.path, EM).getlength(run.text) for run in runs(text, face)) / EM


@lru_cache(maxsize=2048)
def ink(text: str, face: Face) -> tuple[float, float]:
    """Where what is seen of one line of *text* begins and ends, in ems: characters have some air around them."""
    parts = runs(text, face)
    if not parts:
        return 0, 0
    first, last = parts[0], parts[-1]
    begin = _seen(first.text[0], first.face)[0]
    end = _seen(last.text[-1], last.face)[1] - length(last.text[-1], last.face)
    return begin, length(text, face) + end


@lru_cache(maxsize=2048)
def _seen(char: str, face: Face) -> tuple[float, float]:
    mask, offset = opened(face.path, INK_AT).getmask2(char)
    box = mask.getbbox()
    if box is None:
        return 0, length(char, face)
    return (box[0] + offset[0]) / INK_AT, (box[2] + offset[0]) / INK_AT
