"""Front-end packages as installed under static/vendor: versioned addresses, inline icons, licences."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

VENDOR = Path(__file__).parent / "static" / "vendor"
EDITOR_ICONS = (
    "alert-circle", "alert-triangle", "arrow-back-up", "arrow-down", "arrow-forward-up", "arrow-left", "arrow-right",
    "arrow-up", "bolt", "check", "chevron-down", "chevron-right", "copy", "dots", "download", "edit", "eye",
    "file-export", "file-import", "filter", "grip-vertical", "info-circle", "minus", "mood-smile", "music", "photo",
    "photo-plus", "plus", "search", "trash", "variable", "x",
)  # fmt: skip
"""What static/studio draws besides the icons in the description of what is edited."""


def init_app(app: Flask) -> None:
    app.jinja_env.globals["vendor"] = vendor
    app.jinja_env.globals["icon"] = icon


@cache
def packages() -> dict[str, dict[str, Any]]:
    """What is installed: name → version, licence, folder, files. Raises FileNotFoundError before `make` has run."""
    manifest: dict[str, dict[str, Any]] = json.loads((VENDOR / "manifest.json").read_text())
    return manifest


def vendor(package: str, file: str) -> str:
    """The address of *file* of *package*; the version is part of it, so browsers may keep it for ever."""
    return url_for("static", filename=f"vendor/{packages()[package]['folder']}/{file}")


@cache
def icon(name: str) -> Markup:
    """The Tabler icon *name* as inline SVG; it is decoration, the words beside it carry the meaning."""
    path = VENDOR / packages()["@tabler/icons"]["folder"] / f"{name}.svg"
    svg = path.read_text()
    start = svg.index("<svg")
    return Markup(svg[start:].replace("<svg", '<svg aria-hidden="true" focusable="false"', 1))  # noqa: S704 - our own files


def icons_in(described: Any) -> Iterator[str]:
    """The names of icons anywhere in a description of the studio; what a new element holds is no description."""
    if isinstance(described, dict):
        if isinstance(described.get("icon"), str):
            yield described["icon"]
        described = [part for name, part in described.items() if name != "empty"]
    if isinstance(described, list):
        for part in described:
            yield from icons_in(part)
