"""The composer of rich menus (static/studio/composer.js): what there is to fill in, how it looks so far, and icons."""

from base64 import b64encode
from typing import Any

from flask import Blueprint, g, jsonify, request
from werkzeug.wrappers import Response

from lstep_lite.assets import EDITOR_ICONS, icon, icons_in
from lstep_lite.auth import allow
from lstep_lite.engine import rich_menus, studio
from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.rich_menus import composing, glyph_words, sketches
from lstep_lite.engine.rich_menus.composing import glyphs
from lstep_lite.engine.rich_menus.documents import SIZES
from lstep_lite.engine.rich_menus.themes import THEMES
from lstep_lite.engine.staff import Permission
from lstep_lite.web import posted_json, runtime

bp = Blueprint("rich_menu_studio", __name__, url_prefix="/rich-menus/studio")

LARGEST_DOCUMENT = 1_000_000
"""Bytes: twice what a form may weigh that keeps it."""
MOST_GLYPHS = 120
COMPOSER_ICONS = (
    "arrows-move", "brush", "color-swatch", "device-mobile", "keyboard", "layout-grid", "list", "magnet", "palette",
    "square-plus",
)  # fmt: skip
"""What the composer draws besides the icons of every editor."""


@bp.get("")
@allow(Permission.RICH_MENUS_EDIT)
def show() -> Response:
    """All that the composer is drawn from."""
    described = studio.describe(g.read, rich_menus.INPUTS)
    return jsonify(
        description=described,
        icons={name: icon(name) for name in {*EDITOR_ICONS, *COMPOSER_ICONS, *icons_in(described)}},
        words=placeholders.offered(g.read),
        themes=[{"label": theme.label, "colors": dict(theme.colors)} for theme in THEMES],
        sizes=SIZES,
    )


@bp.post("/preview")
@allow(Permission.RICH_MENUS_EDIT)
def preview_create() -> Response:
    """How one tab of the posted document looks so far, and what is wrong with the document; nothing is kept."""
    posted = posted_json(LARGEST_DOCUMENT)
    look = sketches.look(g.read, posted.get("document"), posted.get("tab"))
    paths = composing.paths(g.read, look.picture_ids())
    g.close()  # composing takes a while, and needs no database
    sketch = sketches.sketch(look, composing.opened(runtime().media, paths, width=sketches.WIDTH))
    warnings = [*look.warnings, *sketch.warnings]
    return jsonify(image=_address(sketch.data), problems=look.problems, warnings=warnings, said=look.said)


def _address(data: bytes) -> str:
    return f"data:image/jpeg;base64,{b64encode(data).decode()}"


@bp.get("/glyphs")
@allow(Permission.RICH_MENUS_EDIT)
def glyphs_index() -> Response:
    """Icons to choose from: by group, or those that were searched for."""
    text = request.args.get("text", "").strip()[:50]
    groups = {"": glyph_words.search(text)[:MOST_GLYPHS]} if text else glyph_words.GROUPS
    return jsonify([{"label": label, "glyphs": [_glyph(name) for name in names]} for label, names in groups.items()])


def _glyph(name: str) -> dict[str, Any]:
    return {"name": name, "character": glyphs.character(name), "words": glyph_words.words(name) or name}
