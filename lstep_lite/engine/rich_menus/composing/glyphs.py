"""Icons as characters of a font."""

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from lstep_lite.engine.rich_menus.composing import fonts

PACKAGE = "@tabler/icons-webfont"
MIDDLE = 0.4
"""Of a glyph, above the base line, in ems."""
INK = 20 / 24
"""What of an em a glyph fills."""
_RULE = re.compile(r'\.ti-([a-z0-9-]+):before\{content:"\\([0-9a-f]+)"')


def path() -> Path:
    return fonts.vendored(PACKAGE, "tabler-icons.ttf")


def names() -> Collection[str]:
    return _characters().keys()


def character(name: str) -> str | None:
    """The character that draws the icon *name*; None for a name that there isn't."""
    return _characters().get(name)


@cache
def _characters() -> dict[str, str]:
    css = fonts.vendored(PACKAGE, "tabler-icons.min.css").read_text("utf-8")
    return {name: chr(int(code, 16)) for name, code in _RULE.findall(css)}
